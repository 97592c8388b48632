// Several clips that run as one: start, pause, step, jump, loop. Knows nothing of the page around them.
//
// How the clips stay together (measured in Chromium): all start at once when all can play to the end; the longest
// clip keeps the time; four times a second all are compared, and those that drifted nudged or moved; on pause, step and
// jump every clip is set into the frame that belongs to the shared time.

import { Coverage } from "./coverage.js";
import { keepTogether } from "./together.js";
import {
  CHECK_SECONDS,
  endTime,
  formatSeconds,
  masterIndex,
  playedSpan,
  sharedDuration,
  snapTime,
  stepRate,
  stepTime,
  stopTime,
  targetTime,
} from "./timing.js";

/** @typedef {import("./clip.js").Clip} Clip */

/** Looks in a row at which a clip has nothing to show before all are held for it. */
const STALLED_LOOKS = 3;

/** The one that runs: another that starts stops it, for the sake of ears and decoders. @type {Playback | null} */
let running = null;

/**
 * What the clips' owner hears.
 * @typedef {object} PlaybackEvents
 * @property {(state: string) => void} onstate  ready, playing, paused or error
 * @property {(wanted: boolean) => void} onwanted
 * @property {() => void} onmoment  the time or the length changed
 * @property {() => void} onstart  somebody started it
 * @property {(round: import("./coverage.js").Round) => void} onround
 * @property {(text: string, after?: number) => void} say
 */

export class Playback {
  /** @param {PlaybackEvents} tell */
  constructor(tell) {
    this.tell = tell;
    /** @type {Clip[]} */
    this.clips = [];
    this.state = "ready";
    /** The shared time in seconds. */
    this.time = 0;
    this.speed = 1;
    /** @type {import("./timing.js").LoopRule} */
    this.loop = "longest";
    /** @type {import("./timing.js").Stretch | null} */
    this.stretch = null;
    /** Whether playing is wanted; the state says what has come of it. */
    this.wanted = false;
    /** Whether it has yet to start since somebody asked for it. */
    this.fresh = false;
    /** Rises with every command; work that waited for something gives up when a newer command came. */
    this.turn = 0;
    this.lastCheck = 0;
    this.stalled = 0;
    this.coverage = new Coverage();
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

  get span() {
    return playedSpan(this.timings, this.loop, this.stretch);
  }

  /** @param {string} state */
  setState(state) {
    this.state = state;
    this.tell.onstate(state);
  }

  toggle() {
    return this.wanted ? this.pause() : this.play();
  }

  async play() {
    if (this.wanted || this.active.length === 0) return;
    if (running && running !== this) running.pause();
    running = this;
    this.wanted = true;
    this.tell.onwanted(true);
    const { from, last } = this.span;
    const inside = this.time >= from - 1e-6 && this.time < last - 1e-6;
    this.fresh = true;
    await this.start(inside ? this.time : from);
  }

  /**
   * Sets all clips to a time, waits until all can play, and lets them go together.
   * @param {number} time
   */
  async start(time) {
    const turn = this.newTurn();
    if (this.state !== "playing") this.tell.say("Loading…", 400);
    await this.load();
    if (turn !== this.turn) return;
    this.time = time;
    const clips = this.active;
    await Promise.all(clips.map((clip) => clip.seek(targetTime(time, clip.timing))));
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
      this.tell.say("The browser did not allow playing. Press play again, or turn the sound off.");
      return;
    }
    if (this.state !== "playing") this.tell.say("Playing");
    this.setState("playing");
    this.tell.onmoment();
    this.stalled = 0;
    this.coverage.begin(time);
    // The first look comes early: what starts apart shall not stay apart.
    this.lastCheck = performance.now() - 750 * CHECK_SECONDS;
    requestAnimationFrame((now) => this.tick(now, turn));
    if (this.fresh) this.tell.onstart();
    this.fresh = false;
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
    this.tell.onwanted(false);
  }

  /** Settles when the size and length of every clip are known, or it has failed. */
  load() {
    return Promise.all(this.clips.map((clip) => clip.load())).then(() => {});
  }

  /**
   * Stands still at a time: every clip in the frame that belongs to it.
   * @param {number} time
   * @param {{exactly?: boolean}} [how]  exactly: `time` is 0 or the middle of a frame of the slowest clip, keep it
   */
  async show(time, { exactly = false } = {}) {
    const turn = this.newTurn();
    this.time = exactly ? time : snapTime(time, this.timings, this.loop);
    this.tell.onmoment();
    await this.load();
    if (turn === this.turn && !exactly) this.time = snapTime(time, this.timings, this.loop);
    await this.seekAll();
    if (turn !== this.turn || this.state === "error") return;
    this.setState("paused");
    this.tell.onmoment();
    this.tell.say(`Paused at ${formatSeconds(this.shownTime())} s`);
  }

  seekAll() {
    return Promise.all(this.active.map((clip) => clip.seek(targetTime(this.time, clip.timing))));
  }

  /** The clips that are on screen, not only running. */
  get visible() {
    return this.active;
  }

  /** @param {number} now @param {number} turn */
  tick(now, turn) {
    const { master } = this;
    if (turn !== this.turn || !master) return;
    this.time = master.video.currentTime;
    this.note();
    if (master.video.ended || this.time >= stopTime(this.span, this.speed)) {
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
    this.tell.onmoment();
    requestAnimationFrame((later) => this.tick(later, turn));
  }

  /** Notes what has been on screen since the last look. */
  note() {
    this.coverage.note(this.time, this.visible.map(({ index }) => index), this.slack);
  }

  /** Seconds that two neighbouring moments may lie apart: a step and the pause after it. */
  get slack() {
    return 1.5 / stepRate(this.timings);
  }

  async onEnd() {
    const { span } = this;
    const due = performance.now() + (1000 * (span.to - this.time)) / this.speed;
    this.hold();
    if (span.inner && !(await this.showTail(span, due))) return;
    if (this.loop !== "stretch") this.tell.onround(this.coverage.close(this.clips, this.slack));
    if (this.loop === "off") {
      const { end } = this;
      this.stop();
      this.show(end);
    } else {
      this.start(span.from);
    }
  }

  /**
   * Shows the last frames before an inner end one by one, each at its time.
   * @param {import("./timing.js").Span} span
   * @param {number} due  when the round is over, in milliseconds as performance.now() counts
   * @returns {Promise<boolean>} false: something newer came
   */
  async showTail(span, due) {
    const turn = this.newTurn();
    for (let left = due - performance.now(); ; left = due - performance.now()) {
      const now = span.to - (Math.max(0, left) * this.speed) / 1000;
      this.time = Math.min(snapTime(now, this.timings, this.loop), span.last);
      this.tell.onmoment();
      await this.seekAll();
      if (turn !== this.turn) return false;
      this.note();
      if (left <= 0) return true;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (turn !== this.turn) return false;
    }
  }

  /** The time at which the master's frame on screen begins. */
  shownTime() {
    const { master } = this;
    return master ? master.at(this.time).frame / master.timing.fps : 0;
  }
}
