// The synchronised player: two to six clips of one prompt on one time line.
//
// Used unchanged by the report page and by the notebook widget. The markup comes from Python (kit/player.py) and is
// readable without this script; `mount` replaces each video's own controls by one shared transport.
//
// How the clips stay together (measured in Chromium): all start at once when all can play to the end; the longest
// clip keeps the time; four times a second all are compared, and those that drifted nudged or moved; on pause, step and
// jump every clip is set into the frame that belongs to the shared time.

import { Clip } from "./clip.js";
import { onKey } from "./keys.js";
import { defaultPair, wipeFault } from "./layout.js";
import { keepTogether } from "./together.js";
import {
  CHECK_SECONDS,
  endTime,
  formatSeconds,
  masterIndex,
  sharedDuration,
  snapTime,
  stepTime,
  targetTime,
} from "./timing.js";
import { View, watch } from "./view.js";

/** Looks in a row at which a clip has nothing to show before all are held for it. */
const STALLED_LOOKS = 3;

/** @type {WeakMap<Element, Player>} */
const mounted = new WeakMap();

/** The one player that runs: another that starts stops it, for the sake of ears and decoders. @type {Player | null} */
let running = null;

/**
 * Brings one player to life.
 * @param {Element} root  a `.kit-player`, or any element with one inside
 * @param {{signal?: AbortSignal}} [options]  when the signal aborts, the static form comes back
 * @returns {Player}
 */
export function mount(root, { signal } = {}) {
  const figure = root.matches(".kit-player") ? root : root.querySelector(".kit-player");
  if (!(figure instanceof HTMLElement)) throw new Error("kit player: there is no .kit-player in the given element");
  const known = mounted.get(figure);
  if (known) return known;
  const player = new Player(figure, signal);
  return player;
}

/**
 * Brings every player of a document or element to life.
 * @param {ParentNode} [scope]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Player[]}
 */
export function mountAll(scope = document, options = {}) {
  return [...scope.querySelectorAll(".kit-player")].map((figure) => mount(figure, options));
}

export class Player {
  /** @param {HTMLElement} root @param {AbortSignal} [outer] */
  constructor(root, outer) {
    const stage = root.querySelector(".kit-stage");
    if (!(stage instanceof HTMLElement)) throw new Error("kit player: the figure has no .kit-stage");
    mounted.set(root, this);
    this.root = root;
    this.stage = stage;
    this.ending = new AbortController();
    /** The shared time in seconds. */
    this.time = 0;
    this.speed = 1;
    /** @type {import("./timing.js").LoopRule} */
    this.loop = "longest";
    /** @type {number | null} */
    this.sound = null;
    this.wipe = false;
    /** Whether playing is wanted; the figure's data-state says what has come of it. */
    this.wanted = false;
    /** Rises with every command; work that waited for something gives up when a newer command came. */
    this.turn = 0;
    this.lastCheck = 0;
    this.stalled = 0;

    const { signal } = this.ending;
    this.clips = [...stage.querySelectorAll(".kit-clip")].map(
      (box, index) =>
        new Clip(/** @type {HTMLElement} */ (box), index, signal, {
          onbroken: () => this.onBroken(),
          onpause: () => this.pause(),
          onplay: () => this.play(),
          onfacts: () => this.onFacts(),
        }),
    );
    /** @type {[number, number] | null} */
    this.wipePair = null;
    this.view = new View(root, stage, this.clips, {
      toggle: () => this.toggle(),
      step: (steps) => this.step(steps),
      seek: (time) => this.seek(time),
      setSpeed: (speed) => this.setSpeed(speed),
      setLoop: (rule) => this.setLoop(rule),
      setSound: (index) => this.setSound(index),
      setWipe: (on) => this.setWipe(on),
      setWipePair: (pair) => this.setWipePair(pair),
    });
    this.showChoices();
    this.listen();
    this.view.setState("ready");
    this.onFacts();
    if (this.clips.every((clip) => clip.broken)) this.onBroken();
    if (outer?.aborted) this.destroy();
    else outer?.addEventListener("abort", () => this.destroy(), { signal });
  }

  get state() {
    return this.root.dataset.state;
  }

  /** The clips that are shown and can be played. */
  get active() {
    return this.clips.filter((clip) => clip.usable);
  }

  get timings() {
    return this.active.map((clip) => clip.timing);
  }

  get master() {
    return this.active[masterIndex(this.timings)];
  }

  get duration() {
    return sharedDuration(this.timings, this.loop);
  }

  get end() {
    return endTime(this.timings, this.loop);
  }

  listen() {
    const { signal } = this.ending;
    this.root.addEventListener("keydown", (event) => onKey(event, this), { signal });
    // A pointer must not leave the focus on a button, where Space would press that button again.
    this.root.addEventListener(
      "click",
      (event) => {
        const target = /** @type {Element} */ (event.target);
        if (target.closest("video")) this.toggle();
        if (event.detail > 0 && !target.closest("select, summary, a, input")) this.root.focus({ preventScroll: true });
      },
      { signal },
    );
    watch(
      this.root,
      {
        onnear: () => this.load(),
        onaway: () => this.pause(),
        onsize: () => this.view.arrange(),
      },
      signal,
    );
  }

  // ---- commands -------------------------------------------------------------------------------------------------

  toggle() {
    return this.wanted ? this.pause() : this.play();
  }

  async play() {
    if (this.wanted || this.active.length === 0) return;
    if (running && running !== this) running.pause();
    running = this;
    this.wanted = true;
    this.view.transport.showRunning(true);
    await this.start(this.time >= this.end - 1e-6 ? 0 : this.time);
  }

  /** Sets all clips to a time, waits until all can play, and lets them go together. @param {number} time */
  async start(time) {
    const turn = this.newTurn();
    if (this.state !== "playing") this.view.say("Loading…", 400);
    await this.load();
    this.time = time;
    const clips = this.active;
    await Promise.all(clips.map((clip) => clip.seek(time === 0 ? 0 : targetTime(time, clip.timing))));
    await Promise.all(clips.map((clip) => clip.ready()));
    if (turn !== this.turn) return;
    const starting = clips.filter((clip) => clip.usable && !clip.at(time).held);
    for (const clip of starting) clip.video.playbackRate = this.speed;
    // A clip with a sound track, muted or not, is some 50 to 100 ms slower to start: the others wait until one moves.
    const slow = starting.filter((clip) => clip.hasAudio);
    const quick = starting.filter((clip) => !clip.hasAudio);
    const answers = await Promise.all(slow.map((clip) => clip.play()));
    if (slow.length > 0 && quick.length > 0) await Promise.race(slow.map((clip) => clip.moving()));
    if (turn !== this.turn) return;
    answers.push(...(await Promise.all(quick.map((clip) => clip.play()))));
    if (turn !== this.turn) return;
    const refusals = answers.filter((reason) => reason !== null);
    if (refusals.some((reason) => reason instanceof DOMException && reason.name === "NotAllowedError")) {
      await this.pause();
      this.view.say("The browser did not allow playing. Press play again, or turn the sound off.");
      return;
    }
    if (this.state !== "playing") this.view.say("Playing");
    this.view.setState("playing");
    this.render();
    this.stalled = 0;
    // The first look comes early: what starts apart shall not stay apart.
    this.lastCheck = performance.now() - 750 * CHECK_SECONDS;
    requestAnimationFrame((now) => this.tick(now, turn));
  }

  async pause() {
    if (!this.wanted) return;
    const at = this.clock();
    this.stop();
    await this.show(at);
  }

  /** Goes on by whole frames of the slowest clip. @param {number} steps  below zero goes back */
  async step(steps) {
    const from = this.clock();
    this.stop();
    await this.show(stepTime(from, steps, this.timings, this.loop), { exactly: true });
  }

  /** Jumps to a shared time in seconds; goes on playing if it played. @param {number} time */
  async seek(time) {
    if (!this.wanted) {
      await this.show(time);
      return;
    }
    this.hold();
    await this.start(snapTime(time, this.timings, this.loop));
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
    this.loop = rule;
    this.showChoices();
    this.view.say(rule === "off" ? "Loop off" : `Loop at the end of the ${rule} clip`);
    if (!this.wanted && this.time > this.end) this.show(this.end);
    else this.render();
  }

  /** Lets one clip be heard, or none. @param {number | null} index */
  setSound(index) {
    const clip = index === null ? null : this.clips[index];
    this.sound = clip?.usable && clip.hasAudio ? index : null;
    this.clips.forEach((other, i) => (other.video.muted = i !== this.sound));
    this.showChoices();
    this.view.say(this.sound === null ? "Sound off" : `Sound of clip ${this.clips[this.sound].letter}`);
  }

  /** @param {boolean} on */
  async setWipe(on) {
    const reason = wipeFault(this.clips, this.wipePair);
    if (on && reason) {
      this.view.say(reason);
      return;
    }
    this.wipe = on;
    await this.regroup();
    this.view.say(on ? "Wipe" : "Side by side");
  }

  /** @param {[number, number]} pair  indices of the left and the right clip */
  async setWipePair(pair) {
    this.wipePair = pair;
    if (wipeFault(this.clips, this.wipePair)) this.wipe = false;
    await this.regroup();
  }

  /** Puts the page back to the static form and forgets it. */
  destroy() {
    if (this.ending.signal.aborted) return;
    this.turn += 1;
    this.wanted = false;
    if (running === this) running = null;
    this.ending.abort();
    for (const clip of this.clips) clip.release();
    this.view.remove();
    mounted.delete(this.root);
  }

  // ---- keeping together -----------------------------------------------------------------------------------------

  /** The shared time now. */
  clock() {
    const { master } = this;
    return this.wanted && this.state === "playing" && master ? master.video.currentTime : this.time;
  }

  newTurn() {
    this.turn += 1;
    return this.turn;
  }

  /** Stops the pictures, not the wish to play. */
  hold() {
    for (const clip of this.clips) clip.pause();
  }

  stop() {
    this.wanted = false;
    if (running === this) running = null;
    this.newTurn();
    this.hold();
    this.view.transport.showRunning(false);
  }

  load() {
    return Promise.all(this.clips.map((clip) => clip.load())).then(() => {});
  }

  /**
   * Stands still at a time: every clip in the frame that belongs to it.
   * @param {number} time
   * @param {{exactly?: boolean}} [how]  exactly: `time` is the middle of a frame of the slowest clip, keep it
   */
  async show(time, { exactly = false } = {}) {
    const turn = this.newTurn();
    this.time = exactly ? time : snapTime(time, this.timings, this.loop);
    this.render();
    await this.load();
    if (turn === this.turn && !exactly) this.time = snapTime(time, this.timings, this.loop);
    await Promise.all(this.active.map((clip) => clip.seek(targetTime(this.time, clip.timing))));
    if (turn !== this.turn || this.state === "error") return;
    this.view.setState("paused");
    this.render();
    this.view.say(`Paused at ${formatSeconds(this.shownTime())} s`);
  }

  /** @param {number} now @param {number} turn */
  tick(now, turn) {
    const { master } = this;
    if (turn !== this.turn || !master) return;
    this.time = master.video.currentTime;
    if (master.video.ended || this.time >= this.duration) {
      this.onEnd();
      return;
    }
    if (now - this.lastCheck >= 1000 * CHECK_SECONDS) {
      this.lastCheck = now;
      const finding = keepTogether(this.active, master, this.speed);
      this.stalled = finding === "waiting" ? this.stalled + 1 : 0;
      if (finding === "apart" || this.stalled >= STALLED_LOOKS) {
        this.hold();
        this.start(this.time);
        return;
      }
    }
    this.render();
    requestAnimationFrame((later) => this.tick(later, turn));
  }

  onEnd() {
    this.hold();
    if (this.loop === "off") {
      const { end } = this;
      this.stop();
      this.show(end);
    } else {
      this.start(0);
    }
  }

  // ---- what is shown --------------------------------------------------------------------------------------------

  /** The time at which the master's frame on screen begins. */
  shownTime() {
    const { master } = this;
    return master ? master.at(this.time).frame / master.timing.fps : 0;
  }

  render() {
    const { time, duration } = this;
    this.view.render({ time, duration, shown: this.state === "playing" ? time : this.shownTime() });
  }

  showChoices() {
    const { speed, loop, sound } = this.view.transport;
    speed.show(this.speed);
    loop.show(this.loop);
    sound.show(this.sound);
  }

  dress() {
    this.view.dress(this.wipe, this.wipePair, wipeFault(this.clips, this.wipePair));
  }

  /** After a change of what is shown: all clips in step again, playing on if it played. */
  async regroup() {
    const was = this.wanted;
    const time = this.clock();
    if (was) this.hold();
    this.dress();
    if (this.sound !== null && !this.clips[this.sound].usable) this.setSound(null);
    if (was) await this.start(Math.min(time, this.end));
    else if (this.state === "paused") await this.show(time);
    else this.render();
  }

  // ---- what happens to it ---------------------------------------------------------------------------------------

  onFacts() {
    if (!this.view) return;
    this.wipePair ??= defaultPair(this.clips);
    this.dress();
    this.render();
  }

  onBroken() {
    if (!this.view) return;
    if (this.clips.every((clip) => clip.broken)) {
      this.stop();
      this.view.setState("error");
      this.view.say("None of these clips can be played here.");
    }
    if (this.wipe && wipeFault(this.clips, this.wipePair)) this.setWipe(false);
    this.wipePair = this.wipe ? this.wipePair : null;
    this.onFacts();
  }
}
