// What one player shows: its transport, the counters below the clips, the arrangement of the stage.

import { buildTransport, buildWipeHandle, make } from "./controls.js";
import { clipHeight } from "./layout.js";
import { formatSeconds, timeText } from "./timing.js";

/** @typedef {import("./clip.js").Clip} Clip */

/** Pixels between clips and around them; the style sheet has the same. */
const GAP = 12;

/** The share of the window that all rows together may take, and its bounds in pixels. */
const TALLEST = { share: 0.72, least: 360, most: 760 };

let count = 0;

export class View {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} stage
   * @param {Clip[]} clips
   * @param {import("./controls.js").Actions} actions
   */
  constructor(root, stage, clips, actions) {
    count += 1;
    this.root = root;
    this.stage = stage;
    this.clips = clips;
    this.gone = false;
    root.dataset.lmSuppressShortcuts = "true";
    root.tabIndex = -1;
    this.transport = buildTransport(clips, actions, `kit-player-${count}`);
    stage.after(this.transport.root);
    this.handle = buildWipeHandle((share) => stage.style.setProperty("--kit-wipe", `${share}%`));
    this.counters = clips.map((clip) => {
      const frame = make("span", { class: "kit-frame-number" });
      const ended = make("span", { class: "kit-ended" }, ["ended"]);
      const row = make("p", { class: "kit-counter" }, [frame, ended]);
      clip.frame.after(row);
      return { row, frame, ended };
    });
    // Browsers print the frame on screen, or nothing; on paper the poster says more.
    this.prints = clips.flatMap((clip) => {
      if (!clip.video.poster) return [];
      const image = make("img", { class: "kit-print", alt: `Poster of ${clip.name}`, src: clip.video.poster });
      clip.frame.append(image);
      return [image];
    });
  }

  /** @param {string} state  static, ready, playing, paused or error; tests and styles go by it */
  setState(state) {
    this.root.dataset.state = state;
  }

  /**
   * Shows a moment. `time` is the shared time, `shown` the one to write beside the time line.
   * @param {{time: number, shown: number, duration: number}} moment
   */
  render({ time, shown, duration }) {
    const { line, clock } = this.transport;
    this.root.dataset.time = time.toFixed(3);
    line.max = String(duration || 1);
    line.value = String(time);
    line.style.setProperty("--kit-done", `${duration ? Math.min(100, (100 * time) / duration) : 0}%`);
    line.setAttribute("aria-valuetext", timeText(shown, duration));
    clock.textContent = `${formatSeconds(shown)} / ${formatSeconds(duration)} s`;
    this.clips.forEach((clip, i) => {
      const counter = this.counters[i];
      counter.row.hidden = clip.broken;
      if (clip.broken) {
        delete clip.box.dataset.frame;
        return;
      }
      const { frame, held } = clip.at(time);
      clip.box.dataset.frame = String(frame);
      counter.frame.textContent = `frame ${frame + 1} / ${clip.timing.frames}`;
      counter.ended.hidden = !held;
    });
  }

  /** Says something in the status line, at once or if nothing else was said for a while. @param {string} text */
  say(text, after = 0) {
    clearTimeout(this.saying);
    const put = () => {
      if (!this.gone) this.transport.status.textContent = text;
    };
    if (after > 0) this.saying = setTimeout(put, after);
    else put();
  }

  /**
   * Puts the stage into its mode.
   * @param {boolean} wipe
   * @param {[number, number] | null} pair  the clips chosen for the wipe
   * @param {string} fault  why these cannot be wiped; empty if they can
   */
  dress(wipe, pair, fault) {
    const [left, right] = wipe && pair ? pair.map((index) => this.clips[index]) : [];
    for (const clip of this.clips) {
      clip.shown = !wipe || clip === left || clip === right;
      clip.box.hidden = !clip.shown;
      clip.box.classList.toggle("kit-wipe-left", clip === left);
      clip.box.classList.toggle("kit-wipe-right", clip === right);
    }
    this.stage.classList.toggle("kit-wiping", wipe);
    if (right) {
      right.frame.append(this.handle.root);
      this.handle.move();
    } else {
      this.handle.root.remove();
    }
    this.transport.wipe?.show({ on: wipe, pair, reason: fault });
    this.arrange();
  }

  /** One height for all clips, as large as the stage allows. */
  arrange() {
    const width = this.stage.clientWidth - 2 * GAP;
    if (width <= 0 || this.gone) return;
    const shown = this.clips.filter((clip) => clip.shown);
    const wiping = this.stage.classList.contains("kit-wiping");
    const aspects = wiping ? [Math.max(...shown.map((clip) => clip.aspect))] : shown.map((clip) => clip.aspect);
    const tallest = Math.min(Math.max(window.innerHeight * TALLEST.share, TALLEST.least), TALLEST.most);
    const height = clipHeight(aspects, { width, gap: GAP, tallest });
    shown.forEach((clip, i) => clip.box.style.setProperty("--kit-aspect", String(aspects[wiping ? 0 : i])));
    this.stage.style.setProperty("--kit-row", `${height}px`);
  }

  /** Takes everything away that was put in. */
  remove() {
    this.dress(false, null, "");
    this.gone = true;
    clearTimeout(this.saying);
    for (const part of [this.transport.root, ...this.counters.map(({ row }) => row), ...this.prints]) part.remove();
    for (const property of ["--kit-row", "--kit-wipe"]) this.stage.style.removeProperty(property);
    for (const clip of this.clips) {
      clip.box.style.removeProperty("--kit-aspect");
      delete clip.box.dataset.frame;
    }
    this.root.removeAttribute("tabindex");
    delete this.root.dataset.time;
    this.setState("static");
  }
}

/**
 * Tells when a player comes near the window, leaves it, or changes its size.
 * @param {HTMLElement} root
 * @param {{onnear: () => void, onaway: () => void, onsize: () => void}} tell
 * @param {AbortSignal} signal
 */
export function watch(root, { onnear, onaway, onsize }, signal) {
  const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && onnear(), {
    rootMargin: "300px 0px",
  });
  const inside = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting || onaway());
  const size = new ResizeObserver(onsize);
  const watchers = [near, inside, size];
  for (const watcher of watchers) watcher.observe(root);
  signal.addEventListener("abort", () => watchers.forEach((watcher) => watcher.disconnect()));
}
