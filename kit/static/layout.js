// How large the clips of one player are drawn. Pure: numbers in, numbers out.
//
// All clips of a player get one height, so that no clip wins by being drawn larger, and none is stretched.

/** @typedef {{width: number, height: number}} Size */

/** Clips whose shapes differ by less than this share can be laid over one another. */
const SAME_SHAPE = 0.01;

/**
 * Whether two pictures have the same aspect ratio, give or take the padding that codecs add (1088 for 1080 lines).
 * @param {Size} a
 * @param {Size} b
 */
export function sameShape(a, b) {
  return Math.abs((a.width * b.height) / (a.height * b.width) - 1) < SAME_SHAPE;
}

/**
 * The first two clips, in order, that can be laid over one another.
 * @param {Size[]} sizes
 * @returns {[number, number] | null}
 */
export function firstSameShape(sizes) {
  for (let a = 0; a < sizes.length; a += 1) {
    for (let b = a + 1; b < sizes.length; b += 1) {
      if (sameShape(sizes[a], sizes[b])) return [a, b];
    }
  }
  return null;
}

/** @typedef {{letter: string, size: Size, broken: boolean}} Shown */

/**
 * The clips that a wipe takes as long as nobody chose: the first two of one shape, else the only two.
 * @param {Shown[]} clips
 * @returns {[number, number] | null}
 */
export function defaultPair(clips) {
  const whole = clips.flatMap((clip, index) => (clip.broken ? [] : [index]));
  const found = firstSameShape(whole.map((index) => clips[index].size)) ?? (whole.length === 2 ? [0, 1] : null);
  return found && [whole[found[0]], whole[found[1]]];
}

/**
 * Why two clips cannot be laid over one another; empty if they can.
 * @param {Shown[]} clips
 * @param {[number, number] | null} pair
 */
export function wipeFault(clips, pair) {
  const needs = "Wipe needs two clips of one shape";
  if (clips.filter((clip) => !clip.broken).length < 2) return "Wipe needs two clips that play.";
  if (!pair) return `${needs}; no two of these have it.`;
  const [left, right] = pair.map((index) => clips[index]);
  if (left === right) return "Wipe needs two different clips.";
  if (left.broken || right.broken) return "Wipe needs two clips that play.";
  if (sameShape(left.size, right.size)) return "";
  const [a, b] = [left, right].map(({ letter, size }) => `${letter} (${size.width} × ${size.height})`);
  return `${needs}; ${a} and ${b} differ.`;
}

/**
 * Rows that clips of a given height need when they are set in order and wrapped.
 * @param {number[]} aspects  width over height of each clip
 * @param {number} height
 * @param {number} width  of the stage
 * @param {number} gap  between clips
 */
export function rowsNeeded(aspects, height, width, gap) {
  let rows = 1;
  let used = 0;
  for (const aspect of aspects) {
    const wide = aspect * height;
    if (used > 0 && used + gap + wide > width) {
      rows += 1;
      used = wide;
    } else {
      used += (used > 0 ? gap : 0) + wide;
    }
  }
  return rows;
}

/**
 * One height in pixels for all clips: as few rows as leave the clips a comfortable size, else as large as possible.
 * @param {number[]} aspects
 * @param {{width: number, gap: number, tallest: number}} stage  `tallest`: pixels for all rows together
 */
export function clipHeight(aspects, { width, gap, tallest }) {
  const comfortable = aspects.length > 2 ? 180 : 150;
  let best = 0;
  for (let rows = 1; rows <= aspects.length; rows += 1) {
    const height = Math.min(fittingHeight(aspects, rows, width, gap), Math.floor(tallest / rows));
    if (height >= comfortable) return height;
    best = Math.max(best, height);
  }
  return Math.max(best, 1);
}

/** The largest whole height at which the clips fit into so many rows. @returns {number} */
function fittingHeight(/** @type {number[]} */ aspects, /** @type {number} */ rows, width, gap) {
  let low = 1;
  let high = Math.max(1, Math.floor(width / Math.max(...aspects)));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (rowsNeeded(aspects, middle, width, gap) <= rows) low = middle;
    else high = middle - 1;
  }
  return low;
}
