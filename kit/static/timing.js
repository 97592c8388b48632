// The arithmetic of several clips on one time line. Pure: no document, no video element, no clock.
//
// Times are in seconds on the shared time line, which starts where every clip starts. Frames count from 0.
// A frame is asked for at its middle, never at its edge: browsers round an edge to either side.

/** @typedef {{fps: number, seconds: number, frames: number}} Timing  What is known of one clip. */
/** @typedef {"off" | "longest" | "shortest" | "stretch"} LoopRule */
/** @typedef {[number, number]} Stretch  A marked part of the time line in seconds: from, up to but without to. */

/** Shown when a clip's rate is unknown: fine enough to step through any clip. */
export const FALLBACK_FPS = 25;

/** Speeds on offer, in the order of the keys 1 to 4. */
export const SPEEDS = [0.25, 0.5, 1, 2];

/** Loop rules in the order in which the L key walks through them; the last needs a marked stretch. */
export const LOOP_RULES = /** @type {LoopRule[]} */ (["off", "longest", "shortest", "stretch"]);

// Half a microframe: 2.9999999 is frame 3, since 1/24 and its like have no exact binary form.
const EDGE = 1e-6;

// How far from a frame's edges a seek stays, as a share of the frame.
const MARGIN = 0.15;

/** Seconds between two looks at the drift. */
export const CHECK_SECONDS = 0.25;

/** Seconds before an inner end at which playing stops: so long may the page be busy before a frame beyond it shows. */
const TURN_LEAD = 0.15;

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
 * the clip's frames, else moved just so far that it does. A clip that is over stands in its last frame. The very start
 * has no frame before it and is left alone.
 * @param {number} time
 * @param {Timing} clip
 */
export function targetTime(time, clip) {
  const index = clipFrame(time, clip);
  if (isHeld(time, clip)) return frameCentre(index, clip.fps);
  if (time === 0) return 0;
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
 * A stretch with one end put at the present frame of the slowest clip; both ends' frames belong to it. An end that
 * would come to stand beyond the other sends the other to its end of the time line.
 * @param {Stretch | null} stretch  as it was
 * @param {"from" | "to"} end
 * @param {number} time
 * @param {Timing[]} clips
 * @returns {Stretch}
 */
export function markStretch(stretch, end, time, clips) {
  const fps = stepRate(clips);
  const whole = sharedDuration(clips, "longest");
  const frame = frameAt(time, fps);
  const [from, to] = stretch ?? [0, whole];
  if (end === "from") return [frame / fps, to > frame / fps + EDGE ? to : whole];
  const stop = Math.min((frame + 1) / fps, whole);
  return [from < stop - EDGE ? from : 0, stop];
}

/**
 * A stretch given in any two times, widened to whole frames of the slowest clip and kept on the time line.
 * @param {Stretch} wanted
 * @param {Timing[]} clips
 * @returns {Stretch | null}  null where nothing of it lies on the time line
 */
export function fitStretch(wanted, clips) {
  const whole = sharedDuration(clips, "longest");
  const [low, high] = [Math.min(...wanted), Math.max(...wanted)];
  if (!(low < whole && high > 0)) return null;
  const fps = stepRate(clips);
  const first = frameAt(low, fps);
  const last = Math.max(first + 1, Math.ceil(high * fps - EDGE));
  return [first / fps, Math.min(last / fps, whole)];
}

/**
 * What is played from end to end.
 * @typedef {object} Span
 * @property {number} from  where a round begins
 * @property {number} last  the last moment to be shown: the middle of a frame of the master
 * @property {number} to  where the round ends
 * @property {boolean} inner  whether the master goes on after it, so that it has to be stopped in time
 */

/**
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 * @param {Stretch | null} stretch
 * @returns {Span}
 */
export function playedSpan(clips, rule, stretch) {
  const to = sharedDuration(clips, rule);
  const last = endTime(clips, rule);
  const master = clips[masterIndex(clips)];
  if (!master) return { from: 0, last, to, inner: false };
  const whole = Math.min(master.seconds, master.frames / master.fps);
  if (rule !== "stretch" || stretch === null) return { from: 0, last, to, inner: to < whole - EDGE };
  // The frames of the master whose middles lie inside.
  const first = Math.max(0, Math.ceil(stretch[0] * master.fps - 0.5 - EDGE));
  const beyond = Math.ceil(stretch[1] * master.fps - 0.5 - EDGE);
  const final = Math.max(first, Math.min(beyond, master.frames) - 1);
  return {
    from: first === 0 ? 0 : frameCentre(first, master.fps),
    last: frameCentre(final, master.fps),
    to: stretch[1],
    inner: stretch[1] < whole - EDGE,
  };
}

/**
 * The time at which a round has to be stopped. At an inner end that is a little early, and the last frames are shown
 * one by one: a browser told to stop at the end has often shown the next frame already.
 * @param {Span} span
 * @param {number} speed
 */
export function stopTime({ from, to, inner }, speed) {
  return inner ? to - Math.min(TURN_LEAD * speed, (to - from) / 2) : to;
}

/**
 * The time that somebody typed: seconds ("1.5", "1,5"), or "f12" for the twelfth frame of the slowest clip, as the
 * counters count.
 * @param {string} text
 * @param {Timing[]} clips
 * @param {LoopRule} rule
 * @returns {{time: number} | {fault: string}}
 */
export function typedTime(text, clips, rule) {
  const found = /^\s*(f)?\s*(\d+(?:[.,]\d*)?|[.,]\d+)\s*s?\s*$/i.exec(text);
  if (!found || (found[1] && /[.,]/.test(found[2]))) {
    return { fault: `“${text.trim()}” is not a time. Give seconds (1.5) or a frame (f12).` };
  }
  const number = Number(found[2].replace(",", "."));
  const fps = stepRate(clips);
  const duration = sharedDuration(clips, rule);
  if (!found[1]) {
    if (number <= duration) return { time: number };
    return { fault: `${found[2]} s is beyond the end: the time line is ${formatSeconds(duration)} s long.` };
  }
  const frames = Math.max(1, Math.ceil(duration * fps - 0.5 - EDGE));
  if (number >= 1 && number <= frames) return { time: frameCentre(number - 1, fps) };
  return { fault: `There is no frame ${number}: the time line has frames 1 to ${frames}.` };
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
