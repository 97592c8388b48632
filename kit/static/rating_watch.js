// What is noted beside an answer: how long the rater took, and how much of the clips was looked at.

/** Seconds that go by while the page is in sight. */
export class Stopwatch {
  /** @param {() => number} [now]  milliseconds that never go back */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.spent = 0;
    /** @type {number | null} */
    this.since = null;
  }

  start() {
    this.spent = 0;
    this.since = this.now();
  }

  hold() {
    if (this.since !== null) this.spent += this.now() - this.since;
    this.since = null;
  }

  goOn() {
    this.since ??= this.now();
  }

  /** @returns {number} to the tenth of a second */
  get seconds() {
    const running = this.since === null ? 0 : this.now() - this.since;
    return Math.round((this.spent + running) / 100) / 10;
  }
}

/** @typedef {{through: boolean, plays: number, mode: string}} Watched */

/**
 * Follows a player by its events.
 * @param {HTMLElement} figure
 * @param {AbortSignal} signal
 * @returns {Watched}  kept up to date: whether all was played once without a jump, how often play was pressed, the mode
 */
export function watchPlayer(figure, signal) {
  /** @type {Watched} */
  const watched = { through: false, plays: 0, mode: "side" };
  const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ note) =>
    figure.addEventListener(name, (event) => note(/** @type {CustomEvent} */ (event).detail), { signal });
  on("kit-play", () => (watched.plays += 1));
  on("kit-round", (detail) => (watched.through ||= Boolean(detail?.whole)));
  on("kit-mode", (detail) => (watched.mode = String(detail?.mode ?? "side")));
  return watched;
}
