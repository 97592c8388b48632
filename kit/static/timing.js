// The arithmetic of several clips on one time line. Pure: no document, no video element, no clock.
//
// Times are in seconds on the shared time line, which starts where every clip starts. Frames count from 0.
// A frame is asked for at its middle, never at its edge: browsers round an edge to either side.

/** @typedef {{fps: number, seconds: number, frames: number}} Timing  What is known of one clip. */
/** @typedef {"off" | "longest" | "shortest"} LoopRule */

/** Shown when a clip's rate is unknown: fine enough to step through any clip. */
export const FALLBACK_FPS = 25;

/** Speeds on offer, in the order of the keys 1 to 4. */
export const SPEEDS = [0.25, 0.5, 1, 2];

/** Loop rules in the order in which the L key walks through them. */
export const LOOP_RULES = /** @type {LoopRule[]} */ (["off", "longest", "shortest"]);

// Half a microframe: 2.9999999 is frame 3, since 1/24 and its like have no exact binary form.
const EDGE = 1e-6;

// How far from a frame's edges a seek stays, as a share of the frame.
const MARGIN = 0.15;

/** Seconds between two looks at the drift. */
export const CHECK_SECONDS = 0.25;

const NUDGE_FROM = 0.008;
const SEEK_ABOVE = 0.25;

/**
 * The timing of a clip from what may be missing of it.
 * @param {{fps?: number | null, seconds?: number | null, frames?: number | null}} facts
 * @returns {Timing}
 */
export function timingOf(facts) {
  const fps = positive(facts.fps) ?? FALLBACK_FPS;
  const counted = positive(facts.frames);
  const seconds = positive(facts.seconds) ?? (counted === null ? 0 : counted / fps);
  const frames = Math.max(1, Math.round(counted ?? seconds * fps));
  return { fps, seconds, frames };
}

/** @param {unknown} value @returns {number | null} the value if it is a finite number above zero */
export function positive(value) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number > 0 ? number : null;
}

/** @param {number} time @param {number} fps @returns {number} the frame on screen at `time` */
export function frameAt(time, fps) {
  return Math.max(0, Math.floor(time * fps + EDGE));
}

/** @param {number} index @param {number} fps @returns {number} the middle of that frame, (i + 0.5) / fps */
export function frameCentre(index, fps) {
  return (index + 0.5) / fps;
}

/** @param {Timing} clip @returns {number} the middle of the clip's last frame */
export function lastCentre(clip) {
  return frameCentre(clip.frames - 1, clip.fps);
}

/** @param {number} time @param {Timing} clip @returns {number} the clip's frame at a shared time, held at the end */
export function clipFrame(time, clip) {
  return Math.min(frameAt(time, clip.fps), clip.frames - 1);
}

/** @param {number} time @param {Timing} clip @returns {boolean} whether the clip is over and holds its last frame */
export function isHeld(time, clip) {
  return frameAt(time, clip.fps) > clip.frames - 1;
}

/**
 * Where one clip has to stand when the shared time is `time`: the same time wherever that lies well inside one of
 * the clip's frames, else moved just so far that it does. A clip that is over stands in its last frame.
 * @param {number} time
 * @param {Timing} clip
 */
export function targetTime(time, clip) {
  const index = clipFrame(time, clip);
  if (isHeld(time, clip)) return frameCentre(index, clip.fps);
  const within = Math.min(Math.max(time * clip.fps - index, MARGIN), 1 - MARGIN);
  return (index + within) / clip.fps;
}

/**
 * The length of the shared time line: the shortest clip under "shortest", else the longest.
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 */
export function sharedDuration(clips, rule) {
  if (clips.length === 0) return 0;
  const lengths = clips.map((clip) => clip.seconds);
  return rule === "shortest" ? Math.min(...lengths) : Math.max(...lengths);
}

/**
 * The clip that keeps the time: the longest, so that it never ends before the time line does.
 * @param {Timing[]} clips
 * @returns {number} its index; the first of equals; -1 without clips
 */
export function masterIndex(clips) {
  let best = -1;
  clips.forEach((clip, index) => {
    if (best < 0 || clip.seconds > clips[best].seconds + EDGE) best = index;
  });
  return best;
}

/** @param {Timing[]} clips @returns {number} frames a second of the slowest clip: one step is one of its frames */
export function stepRate(clips) {
  return clips.length === 0 ? FALLBACK_FPS : Math.min(...clips.map((clip) => clip.fps));
}

/**
 * The last moment that can be shown: the middle of the master's last frame on the shared time line.
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 */
export function endTime(clips, rule) {
  const master = clips[masterIndex(clips)];
  if (!master) return 0;
  const duration = sharedDuration(clips, rule);
  const fitting = Math.ceil(duration * master.fps - 0.5 - EDGE);
  return frameCentre(Math.max(1, Math.min(fitting, master.frames)) - 1, master.fps);
}

/**
 * The shared time moved into the middle of the master's frame, and onto the time line.
 * @param {number} time
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 */
export function snapTime(time, clips, rule) {
  const master = clips[masterIndex(clips)];
  if (!master) return 0;
  return Math.min(frameCentre(clipFrame(Math.max(0, time), master), master.fps), endTime(clips, rule));
}

/**
 * The shared time after some frame steps, by the slowest clip's frames. Beyond its last full frame the end of the
 * time line is one step more, so that the tail of a longer, faster clip can be reached.
 * @param {number} time
 * @param {number} steps  how many; below zero goes back
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 */
export function stepTime(time, steps, clips, rule) {
  const fps = stepRate(clips);
  const end = endTime(clips, rule);
  const wanted = frameAt(time, fps) + steps;
  if (wanted < 0) return frameCentre(0, fps);
  return Math.min(frameCentre(wanted, fps), Math.max(end, 0));
}

/**
 * What to do about a clip that is `drift` seconds ahead of the master (below zero: behind) at a speed.
 * Up to 8 ms: nothing, for a rate change costs more than it mends. Up to 250 ms: a rate that closes three quarters of
 * the gap until the next look, a quarter of a second later; below 80 ms that is a change of less than a quarter, for a
 * few frames, which nobody sees. Above: a seek, of all clips together.
 * @param {number} drift
 * @param {number} speed
 * @returns {{seek: boolean, rate: number}}
 */
export function correction(drift, speed) {
  const size = Math.abs(drift);
  if (!(size > NUDGE_FROM)) return { seek: false, rate: speed };
  if (size > SEEK_ABOVE) return { seek: true, rate: speed };
  const nudge = Math.min(0.5, (0.75 * size) / CHECK_SECONDS);
  return { seek: false, rate: speed - Math.sign(drift) * Math.min(nudge, speed / 2) };
}

/** @template T @param {T[]} list @param {T} current @returns {T} the one after `current`, round and round */
export function nextOf(list, current) {
  return list[(list.indexOf(current) + 1) % list.length];
}

/** @param {number} seconds @returns {string} "1.25" */
export function formatSeconds(seconds) {
  return (Math.round(Math.max(0, seconds) * 100) / 100).toFixed(2);
}

/** @param {number} time @param {number} duration @returns {string} what a screen reader says of the time line */
export function timeText(time, duration) {
  return `${formatSeconds(time)} s of ${formatSeconds(duration)} s`;
}
