// How large the clips of one player are drawn. Pure: numbers in, numbers out.
//
// All clips of a player get one height, so that no clip wins by being drawn larger, and none is stretched.

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
