// One clip on the stage: its element, what is known of it, and the few things a player asks of its video.

import { faultMessage, labelCopy, undecodable } from "./clip_label.js";
import { Source } from "./source.js";
import { clipFrame, isHeld, positive, timingOf } from "./timing.js";

/** @typedef {import("./timing.js").Timing} Timing */

const LETTERS = "ABCDEF";

/** Milliseconds after which a browser that stays silent is no longer waited for. */
const PATIENCE = 4000;

/** Milliseconds that a clip with sound may take to start. */
const STARTING = 300;

/** Seconds by which its time has to have moved: less than that, and it halts once more. */
const UNDER_WAY = 0.025;

/**
 * What a clip tells its player.
 * @typedef {object} ClipEvents
 * @property {() => void} onbroken
 * @property {() => void} onpause  somebody else paused it
 * @property {() => void} onplay  somebody else started it
 * @property {() => void} onfacts  its size or length became known
 * @property {(proxy: boolean) => void} onwant  its bytes are needed, or a smaller copy of them
 */

export class Clip {
  /**
   * @param {HTMLElement} box  a `.kit-clip` as Python wrote it
   * @param {number} index
   * @param {object} how
   * @param {AbortSignal} how.signal  the end of the player
   * @param {boolean} how.blind  its codec is not to be told
   * @param {boolean} how.offer  whether somebody can make a smaller copy
   * @param {ClipEvents} tell
   */
  constructor(box, index, { signal, blind, offer }, tell) {
    const video = box.querySelector("video");
    const frame = box.querySelector(".kit-frame");
    if (!video || !frame) throw new Error("kit player: a .kit-clip needs a .kit-frame with a <video> in it");
    this.box = box;
    this.video = video;
    this.frame = /** @type {HTMLElement} */ (frame);
    this.index = index;
    this.letter = LETTERS[index] ?? String(index + 1);
    this.name = box.dataset.name ?? this.letter;
    this.hasAudio = box.dataset.audio === "true";
    this.shown = true;
    this.broken = false;
    /** Whether this player, not the browser, wants the clip to run. */
    this.wanted = false;
    /** @type {Timing} */
    this.timing = this.readTiming();
    this.signal = signal;
    this.blind = blind;
    this.offer = offer;
    this.tell = tell;
    this.source = new Source(video);
    /** @type {(() => void)[]} */
    this.undo = [];
    /** Whether its media has been asked for. */
    this.asked = false;
    /** @type {Promise<void> | null} */
    this.loading = null;
    /** @type {Promise<void> | null} */
    this.seeking = null;
    /** @type {number | null} */
    this.goal = null;
    /** Whether it has run since it was last put at a time. */
    this.ran = false;
    this.takeOver();
  }

  /** The picture's size: as the browser decoded it, until then as Python measured it. */
  get size() {
    const { video, box } = this;
    return {
      width: video.videoWidth || positive(box.dataset.width) || 16,
      height: video.videoHeight || positive(box.dataset.height) || 9,
    };
  }

  get aspect() {
    const { width, height } = this.size;
    return width / height;
  }

  get usable() {
    return !this.broken && this.shown;
  }

  /** What is known for certain, for the sentences about clips that differ. */
  get facts() {
    const { letter, size, timing } = this;
    const known = positive(this.box.dataset.fps);
    const proxy = this.box.querySelector(".kit-badge-proxy") !== null;
    return { letter, size, proxy, fps: known, seconds: timing.seconds > 0 ? timing.seconds : null };
  }

  readTiming() {
    const { fps, seconds, frames } = this.box.dataset;
    const known = positive(seconds) ?? positive(this.video.duration);
    return timingOf({ fps: positive(fps), seconds: known, frames: positive(frames) });
  }

  /** Takes the browser's own controls away; `release` gives them back. */
  takeOver() {
    const { video, signal } = this;
    video.pause();
    video.controls = false;
    video.muted = true;
    video.loop = false;
    video.disablePictureInPicture = true;
    const facts = () => {
      // Sound without a picture is what a browser makes of a video codec that it lacks.
      if (video.readyState > 0 && video.videoWidth === 0) this.fail();
      this.timing = this.readTiming();
      this.tell.onfacts();
    };
    video.addEventListener("loadedmetadata", facts, { signal });
    video.addEventListener("durationchange", facts, { signal });
    video.addEventListener("error", () => this.fail(), { signal });
    // Events come late: what the clip was told in the meantime is no wish of somebody's.
    video.addEventListener(
      "pause",
      () => {
        if (this.wanted && video.paused && !video.ended) this.tell.onpause();
      },
      { signal },
    );
    // A media key reaches one clip only; what it asks for goes to all.
    video.addEventListener(
      "play",
      () => {
        if (this.wanted || video.paused) return;
        video.pause();
        this.tell.onplay();
      },
      { signal },
    );
    if (video.error) queueMicrotask(() => this.fail());
  }

  /** Lets the media come, if it has not been let yet. Settles when the size is known or the clip has failed. */
  load() {
    this.asked = true;
    if (this.broken) return Promise.resolve();
    this.loading ??= this.startLoading();
    return this.loading;
  }

  async startLoading() {
    const { source, video, signal } = this;
    if (source.missing) {
      const arrival = source.arrival(signal);
      this.tell.onwant(false);
      await arrival;
      if (signal.aborted || this.broken) return;
    }
    source.open();
    await this.until(["loadedmetadata"], () => video.readyState > 0);
  }

  /** Takes another address for the same clip: bytes that came, a copy that plays. @param {import("./source.js").Replacement} given */
  setSource({ src, proxy = false, note = "" }) {
    this.clearFault();
    this.undo.push(labelCopy(this.box, { proxy, note }));
    // A load that waits for the first address goes on with this one.
    if (!this.source.awaited) this.loading = null;
    this.source.put(src);
    return this.asked ? this.load() : Promise.resolve();
  }

  /** Settles when the clip could be played to its end, or after a patience. */
  ready() {
    const { video } = this;
    return this.until(["canplaythrough", "seeked"], () => video.readyState >= 4 && !video.seeking);
  }

  /**
   * Shows the picture at a time. A newer wish replaces one that still waits, but a seek under way is let finish, so
   * that a held key shows pictures rather than nothing.
   * @param {number} time
   */
  seek(time) {
    if (this.broken) return Promise.resolve();
    this.goal = Math.min(time, positive(this.video.duration) ?? time);
    this.seeking ??= this.chase();
    return this.seeking;
  }

  async chase() {
    const { video } = this;
    // Never done before `seek` has noted that it runs.
    await null;
    while (this.goal !== null && !this.broken && !this.signal.aborted) {
      const goal = this.goal;
      this.goal = null;
      // Where a clip has run, its picture may be a frame past its time.
      if (this.ran || video.seeking || Math.abs(video.currentTime - goal) > 0.0005) {
        this.ran = false;
        video.currentTime = goal;
        await this.until(["seeked"], () => !video.seeking);
      }
    }
    this.seeking = null;
  }

  /** Starts the clip. @returns {Promise<unknown>} the reason if the browser refused, else null */
  play() {
    this.wanted = this.ran = true;
    return this.video.play().then(
      () => null,
      (reason) => reason,
    );
  }

  /** Settles when the clip's time goes on, or after a short patience. */
  async moving() {
    const from = this.video.currentTime;
    const late = performance.now() + STARTING;
    while (this.wanted && this.video.currentTime < from + UNDER_WAY && performance.now() < late) {
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }

  pause() {
    this.wanted = false;
    this.video.pause();
  }

  /** @param {number} time @returns {{frame: number, held: boolean}} what the clip shows at a shared time */
  at(time) {
    return { frame: clipFrame(time, this.timing), held: isHeld(time, this.timing) };
  }

  /** Marks the clip as one that does not play. @param {string} [text]  why, where that is known better than here */
  fail(text) {
    if (this.signal.aborted || (this.broken && text === undefined)) return;
    this.clearFault();
    this.broken = true;
    this.wanted = false;
    this.box.dataset.state = "broken";
    const { letter, box, offer } = this;
    const codec = this.blind ? "" : (box.dataset.codec ?? "");
    const reason = text ?? undecodable({ letter, codec, download: box.querySelector("a[download]") !== null });
    this.frame.append(faultMessage(reason, offer ? () => this.tell.onwant(true) : null));
    this.source.stopWaiting();
    this.tell.onbroken();
  }

  clearFault() {
    this.broken = false;
    this.frame.querySelector(".kit-message")?.remove();
    delete this.box.dataset.state;
  }

  /** Puts the clip back as it was found, or gives its memory back. @param {boolean} discard */
  release(discard) {
    const { video } = this;
    this.pause();
    this.clearFault();
    delete this.box.dataset.frame;
    for (const undo of this.undo.splice(0).reverse()) undo();
    video.playbackRate = 1;
    video.muted = true;
    video.disablePictureInPicture = false;
    video.controls = true;
    if (discard) this.source.discard();
    else this.source.restore();
  }

  /**
   * Settles on the first of some events after which `done` holds, on failure, on the end of the player, or after a
   * patience: a player must never hang on one clip.
   * @param {string[]} names
   * @param {() => boolean} done
   * @returns {Promise<void>}
   */
  until(names, done) {
    if (this.broken || this.signal.aborted || done()) return Promise.resolve();
    return new Promise((resolve) => {
      const over = new AbortController();
      const settle = () => {
        clearTimeout(timer);
        over.abort();
        resolve();
      };
      const look = () => {
        if (done()) settle();
      };
      const timer = setTimeout(settle, PATIENCE);
      const { signal } = over;
      for (const name of names) this.video.addEventListener(name, look, { signal });
      this.video.addEventListener("error", settle, { signal });
      this.signal.addEventListener("abort", settle, { signal });
    });
  }
}
