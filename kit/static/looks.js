// How the clips of a player are looked at: the mode, the clips that it takes, the zoom.

import { MODES, isOverlay } from "./modes.js";
import { nextPlaying, overlayFault, settlePair } from "./pairs.js";
import { Playback } from "./playback.js";
import { ruleText } from "./rules.js";
import { nextOf } from "./timing.js";
import { ZOOMS } from "./zoom.js";

/**
 * What a player has chosen, as the transport shows it.
 * @typedef {object} Choices
 * @property {import("./modes.js").Mode} mode
 * @property {import("./pairs.js").Pair | null} pair
 * @property {number} current
 * @property {number} gain
 * @property {import("./zoom.js").Zoom} zoom
 * @property {number} speed
 * @property {import("./timing.js").LoopRule} loop
 * @property {import("./timing.js").Stretch | null} stretch
 * @property {number | null} sound
 * @property {string} fault  why no two clips can be laid over one another
 * @property {string} rules  how clips that differ are shown together
 */

/** Playback that is seen; `Player` gives it its view. */
export class Looks extends Playback {
  /** @param {boolean} blind  nothing of sizes and codecs is told @param {import("./playback.js").PlaybackEvents} tell */
  constructor(blind, tell) {
    super(tell);
    this.blind = blind;
    /** Set by the player as soon as it has its clips. @type {import("./view.js").View} */
    this.view = /** @type {any} */ (null);
    /** @type {import("./modes.js").Mode} */
    this.mode = "side";
    /** The clips of a wipe or a difference. @type {import("./pairs.js").Pair | null} */
    this.pair = null;
    /** The clip that a flip shows. */
    this.current = 0;
    this.gain = 1;
    /** The clip that is heard. @type {number | null} */
    this.sound = null;
  }

  get zoom() {
    return this.view.stage.zoom;
  }

  get visible() {
    return this.view.stage.visible.filter((clip) => !clip.broken);
  }

  /** Why no two clips can be laid over one another; empty if some can. */
  get fault() {
    return overlayFault(this.clips, this.blind);
  }

  /** @param {import("./modes.js").Mode} mode */
  async setMode(mode) {
    if (this.clips.length < 2) return;
    const fault = isOverlay(mode) ? this.fault : "";
    if (fault) {
      this.view.say(fault);
      return;
    }
    if (mode === this.mode) return;
    this.mode = mode;
    await this.regroup();
    this.announceLook();
    this.view.say(mode === "flip" ? this.currentName : `View: ${MODES.find((one) => one.mode === mode)?.name}`);
  }

  /** Into the flip, or on to its next clip. */
  flip() {
    if (this.mode !== "flip") return this.setMode("flip");
    return this.flipTo(nextPlaying(this.clips, this.current, 1));
  }

  /** @param {number} index */
  flipTo(index) {
    this.current = index;
    this.dress();
    this.view.say(this.currentName);
  }

  get currentName() {
    const { letter, name } = this.clips[this.current];
    return name === letter ? `Clip ${letter}` : `Clip ${letter}: ${name}`;
  }

  /** @param {import("./pairs.js").Pair} pair @param {0 | 1} [kept]  the side that stays if the two do not fit */
  async setPair(pair, kept = 0) {
    this.pair = settlePair(this.clips, pair, kept);
    await this.regroup();
  }

  /** @param {number} gain  1, 4 or 8 times the difference */
  setGain(gain) {
    this.gain = gain;
    this.dress();
    this.view.say(`Difference times ${gain}`);
  }

  /** @param {import("./zoom.js").Zoom} zoom */
  setZoom(zoom) {
    this.view.stage.zoomTo(zoom);
    this.showChoices();
    this.announceLook();
    this.view.say(zoom === 0 ? "Zoom: fit" : `Zoom: ${zoom}:1 pixels`);
  }

  nextZoom() {
    this.setZoom(nextOf(ZOOMS, this.zoom));
  }

  /** Moves a zoomed picture by a share of its frame. @param {number} x @param {number} y */
  nudge(x, y) {
    if (this.zoom > 0) this.view.stage.nudge(x, y);
  }

  announceLook() {
    this.announce("kit-mode", { mode: this.mode, zoom: this.zoom });
  }

  showChoices() {
    const { mode, pair, current, gain, zoom, speed, loop, stretch, sound, fault, blind } = this;
    const rules = ruleText(this.active.map((clip) => clip.facts), { mode, zoom, loop, blind });
    this.view.transport.show({ mode, pair, current, gain, zoom, speed, loop, stretch, sound, fault, rules });
  }

  dress() {
    const { mode, pair, current, gain } = this;
    this.view.stage.dress({ mode, pair, current, gain });
    this.view.timeline.setClips(this.clips);
    this.showChoices();
  }

  /** After a change of what is shown: all clips in step again, playing on if it played. */
  async regroup() {
    const time = this.clock();
    const before = this.active;
    this.dress();
    const now = this.active;
    if (now.length === before.length && now.every((clip, i) => clip === before[i])) this.render();
    else await this.resume(time);
  }

  /** Takes up again what was going on: playing, or standing still at a time. @param {number} time */
  async resume(time) {
    if (this.state === "playing" && this.wanted) {
      this.hold();
      await this.start(Math.min(time, this.end));
    } else if (this.state === "paused") {
      await this.show(time);
    } else {
      this.render();
    }
  }

  onFacts() {
    this.pair = settlePair(this.clips, this.pair);
    if (this.clips[this.current].broken) this.current = nextPlaying(this.clips, this.current, 1);
    if (this.state === "error" && this.active.length > 0) this.setState("ready");
    this.dress();
    this.render();
  }
}
