// The stage of a player: which clips are in view, in one place or side by side, how large, and which part of them.

import { buildWipeHandle } from "./controls.js";
import { make } from "./elements.js";
import { clipHeight } from "./layout.js";
import { isOverlay } from "./modes.js";
import { widest } from "./rules.js";
import { MIDDLE, dragged, drawnSize, keepInReach, placePicture, pointAt } from "./zoom.js";

/** @typedef {import("./clip.js").Clip} Clip */
/** @typedef {import("./zoom.js").Point} Point */

/** Pixels between clips and around them; the style sheet has the same. */
const GAP = 12;

/** The share of the window that all rows together may take, and its bounds in pixels. */
const TALLEST = { share: 0.72, least: 360, most: 760 };

const STAGE_VARIABLES = ["--kit-row", "--kit-wipe", "--kit-gain"];
const CLIP_VARIABLES = ["--kit-aspect", "--kit-x", "--kit-y", "--kit-drawn-w", "--kit-drawn-h", "--kit-frame-w"];

/**
 * What is to be seen.
 * @typedef {object} Scene
 * @property {import("./modes.js").Mode} mode
 * @property {import("./pairs.js").Pair | null} pair  the clips of a wipe or a difference
 * @property {number} current  the clip that a flip shows
 * @property {number} gain
 */

export class Stage {
  /** @param {HTMLElement} element  the `.kit-stage` @param {Clip[]} clips */
  constructor(element, clips) {
    this.element = element;
    this.clips = clips;
    /** @type {Scene} */
    this.scene = { mode: "side", pair: null, current: 0, gain: 1 };
    /** @type {import("./zoom.js").Zoom} */
    this.zoom = 0;
    /** The point of the pictures that is in view. @type {Point} */
    this.point = MIDDLE;
    this.handle = buildWipeHandle((share) => element.style.setProperty("--kit-wipe", String(share)));
    this.brighter = make("span", { class: "kit-gain", "aria-hidden": "true" });
  }

  /** The clips that can be seen just now. */
  get visible() {
    const { mode, current } = this.scene;
    return this.clips.filter((clip, i) => clip.shown && (mode !== "flip" || i === current));
  }

  /** Puts the stage into a mode. @param {Scene} scene */
  dress(scene) {
    this.scene = scene;
    const { mode, pair, current, gain } = scene;
    const [left, right] = isOverlay(mode) && pair ? pair.map((index) => this.clips[index]) : [];
    this.clips.forEach((clip, i) => {
      clip.shown = !left || clip === left || clip === right;
      clip.box.hidden = !clip.shown;
      clip.box.classList.toggle("kit-left", clip === left);
      clip.box.classList.toggle("kit-right", clip === right);
      clip.box.classList.toggle("kit-current", mode === "flip" && i === current);
    });
    this.element.dataset.mode = mode;
    this.element.style.setProperty("--kit-gain", String(gain));
    if (mode === "difference" && gain > 1) left?.frame.append(this.brighter);
    else this.brighter.remove();
    if (mode === "wipe" && right) {
      right.frame.append(this.handle.root);
      this.handle.move();
    } else {
      this.handle.root.remove();
    }
    this.arrange();
  }

  /** One height for all clips, as large as the stage allows; in one place, the widest makes the frame. */
  arrange() {
    const { element } = this;
    const width = element.clientWidth - 2 * GAP;
    if (width <= 0) return;
    const shown = this.clips.filter((clip) => clip.shown);
    const single = this.scene.mode !== "side";
    const aspects = single ? [Math.max(...shown.map((clip) => clip.aspect))] : shown.map((clip) => clip.aspect);
    const tallest = Math.min(Math.max(window.innerHeight * TALLEST.share, TALLEST.least), TALLEST.most);
    const height = clipHeight(aspects, { width, gap: GAP, tallest });
    shown.forEach((clip, i) => clip.box.style.setProperty("--kit-aspect", String(aspects[single ? 0 : i])));
    element.style.setProperty("--kit-row", `${height}px`);
    this.place();
  }

  /** The frame that the handle of a wipe lies over, in the window; null in other modes. */
  get handled() {
    const { mode, pair } = this.scene;
    return mode === "wipe" && pair ? this.clips[pair[1]].frame.getBoundingClientRect() : null;
  }

  /** Where the edge of a wipe is in the window, in CSS pixels from its left; null in other modes. */
  get edge() {
    const frame = this.handled;
    return frame && frame.left + this.handle.share * frame.width;
  }

  /** Moves the edge of a wipe. @param {number} x  in the window */
  wipeTo(x) {
    const frame = this.handled;
    if (frame) this.handle.set((x - frame.left) / frame.width);
  }

  // ---- pixels ---------------------------------------------------------------------------------------------------

  /** @param {import("./zoom.js").Zoom} zoom */
  zoomTo(zoom) {
    this.zoom = zoom;
    this.place();
  }

  /** How large a clip is drawn. Pictures laid over one another are drawn at one size, that of the finer one. */
  drawn(/** @type {Clip} */ clip) {
    const whose = isOverlay(this.scene.mode) ? widest(this.clips.filter(({ shown }) => shown)) : clip;
    return drawnSize(whose.size, this.zoom, window.devicePixelRatio);
  }

  /** Puts every picture where the point in view wants it. */
  place() {
    const { element, zoom } = this;
    if (zoom === 0) {
      delete element.dataset.zoom;
      return;
    }
    element.dataset.zoom = String(zoom);
    const views = this.clips
      .filter((clip) => clip.shown)
      .map((clip) => ({ clip, frame: clip.frame.getBoundingClientRect(), drawn: this.drawn(clip) }));
    if (views.some(({ frame }) => frame.width === 0)) return;
    this.point = keepInReach(this.point, views);
    for (const { clip, frame, drawn } of views) {
      const { left, top } = placePicture(this.point, frame, drawn, window.devicePixelRatio);
      const lengths = [left, top, drawn.width, drawn.height, frame.width];
      CLIP_VARIABLES.slice(1).forEach((name, i) => clip.box.style.setProperty(name, `${lengths[i]}px`));
    }
  }

  /** Moves all pictures as far as one of them was dragged. @param {Clip} clip @param {{x: number, y: number}} by */
  drag(clip, by) {
    this.point = dragged(this.point, by, this.drawn(clip));
    this.place();
  }

  /** Moves the view by a share of the frame. @param {number} x  above zero: to the right @param {number} y */
  nudge(x, y) {
    const clip = widest(this.visible.length > 0 ? this.visible : this.clips);
    const { width, height } = clip.frame.getBoundingClientRect();
    this.drag(clip, { x: -x * width, y: -y * height });
  }

  /** Brings what lies at a place of the window into the middle. @param {Clip} clip @param {{x: number, y: number}} at */
  centre(clip, at) {
    const frame = clip.frame.getBoundingClientRect();
    const drawn = this.drawn(clip);
    const corner = placePicture(this.point, frame, drawn, window.devicePixelRatio);
    this.point = pointAt({ x: at.x - frame.left, y: at.y - frame.top }, corner, drawn);
    this.place();
  }

  /** Takes everything away that was put in. */
  remove() {
    this.dress({ mode: "side", pair: null, current: 0, gain: 1 });
    this.zoomTo(0);
    delete this.element.dataset.mode;
    for (const name of STAGE_VARIABLES) this.element.style.removeProperty(name);
    for (const { box } of this.clips) for (const name of CLIP_VARIABLES) box.style.removeProperty(name);
  }
}
