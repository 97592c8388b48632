// How far each clip has been seen from its start without a gap. Pure: times in, a verdict out.

/** @typedef {import("./timing.js").Timing} Timing */

/**
 * What those who listen are told of a round that came to its end.
 * @typedef {object} Round
 * @property {boolean} whole  every clip was on screen from its first frame to its last, without a jump ahead
 * @property {number[]} clips  the indices of those that were
 */

/** Seconds between two looks above which nobody was looking: a page in the background is not drawn. */
const LONGEST_LOOK = 1;

/**
 * How far a clip has been seen, after it ran from one moment to another on screen. To go back and see something twice
 * leaves no gap; to jump ahead does.
 * @param {number} seen  up to where it had been seen, in seconds
 * @param {number} from
 * @param {number} to
 * @param {number} slack  a gap that is none: a pause moves to the middle of a frame
 * @returns {number}
 */
export function extendSeen(seen, from, to, slack) {
  return from > seen + slack || to - from > LONGEST_LOOK ? seen : Math.max(seen, to);
}

/**
 * Whether a clip was seen to its end.
 * @param {number} seen
 * @param {Timing} timing
 * @param {number} slack
 */
export function seenWhole(seen, timing, slack) {
  return seen >= Math.min(timing.seconds, timing.frames / timing.fps) - slack;
}

/** What has been seen of several clips in one round. */
export class Coverage {
  constructor() {
    /** Up to where each clip has been seen. @type {number[]} */
    this.seen = [];
    /** Where the look before this one was. */
    this.looked = 0;
  }

  /** The clips begin to run. @param {number} time */
  begin(time) {
    this.looked = time;
  }

  /** They have run on. @param {number} time @param {number[]} visible  indices of those on screen @param {number} slack */
  note(time, visible, slack) {
    for (const index of visible) this.seen[index] = extendSeen(this.seen[index] ?? 0, this.looked, time, slack);
    this.looked = time;
  }

  /**
   * The round is over; another begins.
   * @param {{broken: boolean, timing: Timing}[]} clips
   * @param {number} slack
   * @returns {Round}
   */
  close(clips, slack) {
    const { seen } = this;
    this.seen = [];
    const whole = clips.flatMap(({ broken, timing }, index) =>
      !broken && seenWhole(seen[index] ?? 0, timing, slack) ? [index] : [],
    );
    return { whole: whole.length === clips.length, clips: whole };
  }
}
