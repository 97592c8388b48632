// What one player shows around its pictures: transport, time line, counters below the clips, the status line.

import { keepShortcutsOut, make } from "./elements.js";
import { Stage } from "./stage.js";
import { buildTimeline } from "./timeline.js";
import { formatSeconds } from "./timing.js";
import { buildTransport } from "./transport.js";

/** @typedef {import("./clip.js").Clip} Clip */

let count = 0;

export class View {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} stage
   * @param {Clip[]} clips
   * @param {import("./transport.js").Actions} act
   * @param {boolean} blind
   */
  constructor(root, stage, clips, act, blind) {
    count += 1;
    this.root = root;
    this.clips = clips;
    this.gone = false;
    keepShortcutsOut(root);
    root.tabIndex = -1;
    this.blind = blind;
    root.classList.toggle("kit-blind", blind);
    const id = `kit-player-${count}`;
    this.timeline = buildTimeline({ clips, data: blind ? null : playerData(root), act, id, blind });
    this.transport = buildTransport(clips, act, { id, blind, timeline: this.timeline.root });
    this.transport.root.append(...this.timeline.below);
    stage.after(this.transport.root);
    this.stage = new Stage(stage, clips);
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
   * @param {{time: number, shown: number, duration: number, stretch: import("./timing.js").Stretch | null}} moment
   */
  render(moment) {
    const { time, shown, duration } = moment;
    this.root.dataset.time = time.toFixed(3);
    this.timeline.render(moment);
    this.transport.clock.textContent = `${formatSeconds(shown)} / ${formatSeconds(duration)} s`;
    this.clips.forEach((clip, i) => {
      const counter = this.counters[i];
      counter.row.hidden = clip.broken;
      if (clip.broken) {
        delete clip.box.dataset.frame;
        return;
      }
      const { frame, held } = clip.at(time);
      clip.box.dataset.frame = String(frame);
      // How many frames a clip has tells some models apart.
      counter.frame.textContent = `frame ${frame + 1}${this.blind ? "" : ` / ${clip.timing.frames}`}`;
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

  /** Takes everything away that was put in. */
  remove() {
    this.gone = true;
    clearTimeout(this.saying);
    this.stage.remove();
    this.timeline.remove();
    for (const part of [this.transport.root, ...this.counters.map(({ row }) => row), ...this.prints]) part.remove();
    for (const clip of this.clips) delete clip.box.dataset.frame;
    this.root.removeAttribute("tabindex");
    this.root.classList.remove("kit-blind");
    delete this.root.dataset.time;
    this.setState("static");
  }
}

/** What Python measured of the clips, for the time line. @param {HTMLElement} root @returns {object | null} */
function playerData(root) {
  const text = root.querySelector("script.kit-player-data")?.textContent;
  return text ? JSON.parse(text) : null;
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
