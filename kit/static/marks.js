// Marks of measured events on the time line: their words, their order, where to go for one. Pure.

import { clipFrame, formatSeconds, frameCentre, masterIndex } from "./timing.js";

/** @typedef {import("./timing.js").Timing} Timing */
/** @typedef {{metric: string, start: number, end: number, word?: string, count?: number}} PackedMark */
/** @typedef {PackedMark & {clip: number, letter: string, kind: string, word: string, at: number}} Mark */

/** Kinds have a shape each in the style sheet; what another package measures gets "other". */
const MARK_KINDS = /** @type {Record<string, {kind: string, word: string}>} */ ({
  cuts: { kind: "cut", word: "cut" },
  freezes: { kind: "freeze", word: "freeze" },
  black_frames: { kind: "black", word: "black frames" },
  duplicate_frames: { kind: "duplicate", word: "duplicate frames" },
});

/** @param {string} metric @param {string} label  what it is called where the kind is not known */
export function markKind(metric, label) {
  return Object.hasOwn(MARK_KINDS, metric) ? MARK_KINDS[metric] : { kind: "other", word: label };
}

/**
 * All marks of the clips in view, by time.
 * @param {{letter: string, timing: Timing, index: number}[]} clips  `index`: place in `data.clips`
 * @param {{metrics: Record<string, {label: string}>, clips: {marks: PackedMark[]}[]}} data
 * @returns {Mark[]}
 */
export function marksInOrder(clips, data) {
  const timings = clips.map(({ timing }) => timing);
  const found = clips.flatMap(({ letter, timing, index }) =>
    (data.clips[index]?.marks ?? []).map((mark) => ({
      ...markKind(mark.metric, data.metrics[mark.metric]?.label ?? mark.metric),
      // A word of its own says more than the metric's name.
      ...mark,
      clip: index,
      letter,
      at: markTime(mark.start, timing, timings),
    })),
  );
  return found.sort((a, b) => a.start - b.start || a.clip - b.clip);
}

/**
 * The shared time at which a clip shows the first frame of an event. A player stands in the middle of a frame of the
 * clip that keeps the time; where that middle lies before the event, it takes the next.
 * @param {number} start  when the event's first frame begins, rounded to a millisecond
 * @param {Timing} clip
 * @param {Timing[]} clips  all in view
 */
export function markTime(start, clip, clips) {
  const within = Math.min(start, clip.seconds) + 0.5 / clip.fps;
  const master = clips[masterIndex(clips)];
  const frame = clipFrame(within, master);
  const stop = frameCentre(frame, master.fps);
  return stop < start && frame < master.frames - 1 ? frameCentre(frame + 1, master.fps) : stop;
}

/** @param {number} a @param {number} b */
const sameMoment = (a, b) => Math.abs(a - b) < 1e-3;

/**
 * The mark after or before the present one, or after or before a moment where none is the present one.
 * @param {Mark[]} marks  by time
 * @param {number} current  its place, -1 for none
 * @param {number} time
 * @param {1 | -1} direction
 * @returns {number}  its place; -1 where there is none in that direction
 */
export function nextMark(marks, current, time, direction) {
  if (current >= 0 && marks[current] && sameMoment(marks[current].at, time)) {
    const next = current + direction;
    return next < marks.length ? next : -1;
  }
  const ahead = (mark) => (direction > 0 ? mark.at > time + 1e-3 : mark.at < time - 1e-3);
  return direction > 0 ? marks.findIndex(ahead) : marks.findLastIndex(ahead);
}

/** @param {Mark} mark @returns {string} "cut, clip A, at 1.25 s" */
export function markText({ word, letter, start, end, count = 1 }) {
  const when = end > start ? `from ${formatSeconds(start)} s to ${formatSeconds(end)} s` : `at ${formatSeconds(start)} s`;
  return `${word}, clip ${letter}, ${when}${count > 1 ? `, ${count} spans` : ""}`;
}
