// Marks below the time line: a lane a clip, a shape a kind, and two buttons that go from mark to mark.

import { make } from "./elements.js";
import { markText, marksInOrder, nextMark } from "./marks.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").PackedMark} PackedMark */

/**
 * The buttons, the key to the shapes, and the one sentence that says which mark was gone to.
 * @param {object} options
 * @param {{metrics: Record<string, {label: string}>, clips: {marks: PackedMark[]}[]}} options.data
 * @param {{seek: (time: number) => void}} options.act
 * @returns {null | ReturnType<typeof markBar>}  null where there is no mark
 */
export function buildMarks({ data, act }) {
  return data.clips.some(({ marks }) => marks.length > 0) ? markBar(data, act) : null;
}

/**
 * @param {{metrics: Record<string, {label: string}>, clips: {marks: PackedMark[]}[]}} data
 * @param {{seek: (time: number) => void}} act
 */
function markBar(data, act) {
  /** @type {Mark[]} */
  let marks = [];
  /** @type {HTMLElement[]} */
  let shapes = [];
  let current = -1;
  let time = 0;

  const said = make("span", { class: "kit-mark-said", role: "status", "aria-live": "polite" });
  const key = make("span", { class: "kit-mark-key" });
  const go = (/** @type {number} */ place) => {
    current = place;
    time = marks[place].at;
    shapes.forEach((shape, i) => shape.classList.toggle("kit-mark-here", i === place));
    said.textContent = markText(marks[place]);
    act.seek(time);
  };
  const step = (/** @type {1 | -1} */ direction) => {
    const place = nextMark(marks, current, time, direction);
    if (place >= 0) go(place);
    else said.textContent = direction > 0 ? "No mark after this" : "No mark before this";
  };
  const button = (/** @type {string} */ text, /** @type {string} */ name, /** @type {1 | -1} */ direction) => {
    const made = make("button", { type: "button", "aria-label": name, title: name }, [text]);
    made.addEventListener("click", () => step(direction));
    return made;
  };
  const back = button("‹ mark", "Previous mark", -1);
  const on = button("mark ›", "Next mark", 1);
  const root = make("div", { class: "kit-mark-bar", role: "group", "aria-label": "Marks" }, [back, on, key, said]);

  return {
    root,
    /**
     * @param {{letter: string, index: number, timing: import("./timing.js").Timing}[]} clips  those in view
     * @returns {HTMLElement[]} a lane for each of them
     */
    setClips(clips) {
      marks = marksInOrder(clips, data);
      current = -1;
      shapes = marks.map((mark, place) => shapeOf(mark, () => go(place)));
      const kinds = new Map(marks.map(({ kind, word }) => [`${kind} ${word}`, { kind, word }]));
      key.replaceChildren(
        ...[...kinds.values()].map(({ kind, word }) =>
          make("span", {}, [make("i", { class: `kit-mark kit-mark-${kind}`, "aria-hidden": "true" }), word]),
        ),
      );
      back.disabled = on.disabled = marks.length === 0;
      return clips.map(({ index }) => {
        const { marks: own = [], curves = [] } = /** @type {any} */ (data.clips[index] ?? {});
        const lane = make("div", { class: "kit-track kit-lane", "aria-hidden": "true" });
        lane.append(...shapes.filter((_, place) => marks[place].clip === index));
        if (own.length === 0) lane.append(make("span", { class: "kit-no-mark" }, [curves.length > 0 ? "no mark" : "not measured"]));
        return lane;
      });
    },
    /** @param {number} now  the shared time */
    render(now) {
      if (Math.abs(now - time) < 1e-3) return;
      time = now;
      if (current < 0) return;
      // A stop is put into the middle of a frame: that is no other moment.
      if (Math.abs(now - marks[current].at) < 0.02) return;
      shapes[current].classList.remove("kit-mark-here");
      current = -1;
      said.textContent = "";
    },
  };
}

/** @param {Mark} mark @param {() => void} onpick */
function shapeOf(mark, onpick) {
  const shape = make("i", { class: `kit-mark kit-mark-${mark.kind}`, title: markText(mark) });
  shape.style.setProperty("--kit-from", String(mark.start));
  shape.style.setProperty("--kit-to", String(mark.end));
  shape.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    // The lane below would go to where the pointer is, which is seldom the event's first frame.
    event.stopPropagation();
    onpick();
  });
  return shape;
}
