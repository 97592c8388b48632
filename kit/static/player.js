// The synchronised player: one to six clips of one prompt on one time line.
//
// Used unchanged by the report page, the notebook widget and the rating panel. The markup comes from Python
// (kit/player.py) and is readable without this script; `mount` replaces each video's own controls by one shared
// transport. How the clips are kept together stands in playback.js, how they are laid out in stage.js.

import { Clip } from "./clip.js";
import { onKey } from "./keys.js";
import { Looks } from "./looks.js";
import { isOverlay } from "./modes.js";
import { settlePair } from "./pairs.js";
import { watchPointer } from "./pointer.js";
import { LOOP_RULES, fitStretch, formatSeconds, markStretch, nextOf, typedTime } from "./timing.js";
import { View, watch } from "./view.js";

/** @typedef {{signal?: AbortSignal, blind?: boolean}} Options  blind: no sound, nothing of sizes and codecs */

/** @type {WeakMap<Element, Player>} */
const mounted = new WeakMap();

/**
 * Brings one player to life.
 * @param {Element} root  a `.kit-player`, or any element with one inside
 * @param {Options} [options]  when the signal aborts, the static form comes back
 * @returns {Player}
 */
export function mount(root, options = {}) {
  const figure = root.matches(".kit-player") ? root : root.querySelector(".kit-player");
  if (!(figure instanceof HTMLElement)) throw new Error("kit player: there is no .kit-player in the given element");
  return mounted.get(figure) ?? new Player(figure, options);
}

/**
 * Brings every player of a document or element to life.
 * @param {ParentNode} [scope]
 * @param {Options} [options]
 * @returns {Player[]}
 */
export function mountAll(scope = document, options = {}) {
  return [...scope.querySelectorAll(".kit-player")].map((figure) => mount(figure, options));
}

export class Player extends Looks {
  /** @param {HTMLElement} root @param {Options} options */
  constructor(root, { signal: outer, blind = false }) {
    super(blind || root.dataset.blind === "true", {
      onstate: (state) => this.view.setState(state),
      onwanted: (wanted) => this.view.transport.showRunning(wanted),
      onmoment: () => this.render(),
      onstart: () => this.announce("kit-play"),
      onround: (round) => this.announce("kit-round", round),
      say: (text, after) => this.view.say(text, after),
    });
    const stage = root.querySelector(".kit-stage");
    if (!(stage instanceof HTMLElement)) throw new Error("kit player: the figure has no .kit-stage");
    mounted.set(root, this);
    this.root = root;
    this.ending = new AbortController();
    const { signal } = this.ending;
    const { blind: hidden } = this;
    const how = { signal, blind: hidden, offer: root.dataset.proxy === "offer" };
    this.clips = [...stage.querySelectorAll(".kit-clip")].map(
      (box, index) =>
        new Clip(/** @type {HTMLElement} */ (box), index, how, {
          onbroken: () => this.onBroken(),
          onpause: () => this.pause(),
          onplay: () => this.play(),
          onfacts: () => this.onFacts(),
          onwant: (proxy) => this.announce("kit-want", { index, proxy }),
        }),
    );
    this.view = new View(root, stage, this.clips, this, hidden);
    this.listen(stage);
    this.setState("ready");
    this.onFacts();
    if (outer?.aborted) this.destroy();
    else outer?.addEventListener("abort", () => this.destroy(), { signal });
  }

  /** @param {HTMLElement} element */
  listen(element) {
    const { signal } = this.ending;
    const { stage } = this.view;
    this.root.addEventListener("keydown", (event) => onKey(event, this), { signal });
    // A pointer must not leave the focus on a button, where Space would press that button again.
    this.root.addEventListener(
      "click",
      (event) => {
        const target = /** @type {Element} */ (event.target);
        if (event.detail > 0 && !target.closest("select, summary, a, input, label")) this.root.focus({ preventScroll: true });
      },
      { signal },
    );
    watchPointer(
      element,
      this.clips,
      { zoomed: () => this.zoom > 0, edge: () => stage.edge },
      {
        click: () => (this.mode === "flip" ? this.flip() : this.toggle()),
        drag: (clip, by) => stage.drag(clip, by),
        centre: (clip, at) => stage.centre(clip, at),
        wipe: (x) => stage.wipeTo(x),
      },
      signal,
    );
    const tell = { onnear: () => this.load(), onaway: () => this.pause(), onsize: () => stage.arrange() };
    watch(this.root, tell, signal);
  }

  /** Tells those who listen on the figure. @param {string} name @param {object} [detail] */
  announce(name, detail = {}) {
    this.root.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // ---- media ----------------------------------------------------------------------------------------------------

  /** Settles when every clip stands in its first frame and can be played to its end. */
  async prepare() {
    await this.load();
    await this.show(0, { exactly: true });
    await Promise.all(this.active.map((clip) => clip.ready()));
  }

  /**
   * Puts another address into a clip: bytes that came, or a smaller copy. Settles when that one is loaded, if the
   * clips have been asked for.
   * @param {number} index
   * @param {import("./source.js").Replacement} given
   */
  async setSource(index, given) {
    if (this.ending.signal.aborted) return;
    const clip = this.clips[index];
    const mended = clip.broken;
    const time = this.clock();
    if (this.state === "playing") this.hold();
    await clip.setSource(this.blind ? { src: given.src } : given);
    if (mended) this.onFacts();
    await this.resume(time);
  }

  /** Says in a clip's place why it does not play. @param {number} index @param {string} text */
  setFault(index, text) {
    this.clips[index].fail(text);
  }

  /** Puts the page back to the static form and forgets it. @param {{discard?: boolean}} [how]  discard: the figure is thrown away, with its media */
  destroy({ discard = false } = {}) {
    if (this.ending.signal.aborted) return;
    this.stop();
    this.ending.abort();
    for (const clip of this.clips) clip.release(discard);
    this.view.remove();
    this.state = "static";
    mounted.delete(this.root);
  }

  // ---- choices --------------------------------------------------------------------------------------------------

  /** Jumps to a time that somebody typed. @param {string} text @returns {boolean} whether it was one */
  goTo(text) {
    const found = typedTime(text, this.timings, this.loop);
    if ("fault" in found) this.view.say(found.fault);
    else this.seek(found.time);
    return !("fault" in found);
  }

  /** @param {number} speed  one of 0.25, 0.5, 1, 2 */
  setSpeed(speed) {
    this.speed = speed;
    for (const clip of this.clips) clip.video.playbackRate = speed;
    this.showChoices();
    this.view.say(`Speed ${speed} times`);
  }

  /** @param {import("./timing.js").LoopRule} rule */
  setLoop(rule) {
    if (rule === "stretch" && !this.stretch) return;
    this.loop = rule;
    this.showChoices();
    const end = this.clips.length > 1 ? `Loop at the end of the ${rule} clip` : "Loop on";
    this.view.say(rule === "off" ? "Loop off" : rule === "stretch" ? "Loop inside the stretch" : end);
    if (!this.wanted && this.time > this.end) this.show(this.end);
    else this.render();
  }

  nextLoop() {
    const skipped = [this.stretch ? "" : "stretch", this.clips.length > 1 ? "" : "shortest"];
    this.setLoop(nextOf(LOOP_RULES.filter((rule) => !skipped.includes(rule)), this.loop));
  }

  /** Puts one end of the stretch at the present frame. @param {"from" | "to"} end */
  markEnd(end) {
    this.keepStretch(markStretch(this.stretch, end, this.clock(), this.timings));
  }

  /** Marks a stretch to be looped in, or none. @param {import("./timing.js").Stretch | null} wanted  in seconds */
  setStretch(wanted) {
    this.keepStretch(wanted && fitStretch(wanted, this.timings));
  }

  /** @param {import("./timing.js").Stretch | null} stretch */
  keepStretch(stretch) {
    const had = this.stretch !== null;
    this.stretch = stretch;
    if (stretch) this.loop = "stretch";
    else if (this.loop === "stretch") this.loop = "longest";
    this.showChoices();
    this.render();
    if (stretch) this.view.say(`Loop from ${formatSeconds(stretch[0])} to ${formatSeconds(stretch[1])} s`);
    else if (had) this.view.say("Stretch cleared");
  }

  /** Lets one clip be heard, or none. @param {number | null} index */
  setSound(index) {
    const clip = index === null || this.blind ? null : this.clips[index];
    this.sound = clip?.usable && clip.hasAudio ? index : null;
    this.clips.forEach((other, i) => (other.video.muted = i !== this.sound));
    this.showChoices();
    this.view.say(this.sound === null ? "Sound off" : `Sound of clip ${this.clips[this.sound].letter}`);
  }

  async regroup() {
    await super.regroup();
    if (this.sound !== null && !this.clips[this.sound].usable) this.setSound(null);
  }

  nextSound() {
    if (this.blind) return;
    const audible = this.active.filter((clip) => clip.hasAudio).map(({ index }) => index);
    this.setSound(nextOf(/** @type {(number | null)[]} */ ([null, ...audible]), this.sound));
  }

  // ---- what happens to it ---------------------------------------------------------------------------------------

  render() {
    const { time, duration, stretch } = this;
    this.view.render({ time, duration, stretch, shown: this.state === "playing" ? time : this.shownTime() });
  }

  onBroken() {
    if (this.clips.every((clip) => clip.broken)) {
      this.stop();
      this.setState("error");
      this.view.say("None of these clips can be played here.");
    }
    this.pair = settlePair(this.clips, this.pair);
    if (isOverlay(this.mode) && !this.pair) this.setMode("side");
    this.onFacts();
  }
}
