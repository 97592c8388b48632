// The sentences that say by which rule clips that differ are shown together. Pure: facts in, a text out.

import { isOverlay } from "./modes.js";

/**
 * @typedef {object} Facts
 * @property {string} letter
 * @property {{width: number, height: number}} size
 * @property {number | null} fps  null where it is unknown
 * @property {number | null} seconds  null where it is unknown
 * @property {boolean} proxy  a smaller copy
 */

/**
 * The rules that apply where clips differ; empty where they do not.
 * @param {Facts[]} clips  those in view
 * @param {object} how
 * @param {import("./modes.js").Mode} how.mode
 * @param {import("./zoom.js").Zoom} how.zoom
 * @param {import("./timing.js").LoopRule} how.loop
 * @param {boolean} how.blind  nothing of sizes and rates
 */
export function ruleText(clips, { mode, zoom, loop, blind }) {
  const two = clips.length === 2;
  const rates = clips.flatMap(({ fps }) => fps ?? []);
  const lengths = clips.flatMap(({ seconds }) => seconds ?? []);
  const slowest = Math.min(...rates);
  const parts = [];
  if (zoom > 0) {
    parts.push(`${zoom}:1 pixels: drag to move, or Shift with an arrow key; a double click centres.`);
    const copies = blind ? [] : clips.filter(({ proxy }) => proxy).map(({ letter }) => letter);
    if (copies.length > 0) parts.push(`Smaller copies, not the original pixels: ${copies.join(", ")}.`);
  }
  // Half a frame is not a length that anybody sees.
  if (Math.max(...lengths) - Math.min(...lengths) > 0.5 / (Number.isFinite(slowest) ? slowest : 25)) {
    const holding = two ? "the shorter one holds its last frame" : "shorter ones hold their last frame";
    parts.push(`Different lengths: ${loop === "shortest" ? "the loop turns where the shortest ends" : holding}.`);
  }
  if (Math.max(...rates) - slowest > 0.01) {
    const rate = blind ? "" : ` (${Number(slowest.toFixed(2))} fps)`;
    parts.push(`Different rates: one step is a frame of the ${two ? "slower" : "slowest"} clip${rate}.`);
  }
  const { width, height } = clips[0]?.size ?? { width: 0, height: 0 };
  if (!blind && clips.some(({ size }) => size.width !== width || size.height !== height)) {
    parts.push(`Different sizes: ${sizeRule(clips, mode, zoom)}.`);
  }
  return parts.join(" ");
}

/** @param {Facts[]} clips @param {import("./modes.js").Mode} mode @param {number} zoom */
function sizeRule(clips, mode, zoom) {
  if (zoom === 0) return "drawn equally high";
  if (!isOverlay(mode)) return "each drawn in its own pixels";
  return `both drawn in the pixels of ${widest(clips).letter}`;
}

/**
 * The clip with the most pixels in a row, the first of equals: others are laid over it at its size.
 * @template {{size: {width: number}}} T
 * @param {T[]} clips  at least one
 * @returns {T}
 */
export function widest(clips) {
  return clips.reduce((best, clip) => (clip.size.width > best.size.width ? clip : best));
}
