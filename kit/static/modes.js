// The ways of looking at several clips. Pure.

/** @typedef {"side" | "wipe" | "flip" | "difference"} Mode */

/** @type {{mode: Mode, text: string, name: string}[]} */
export const MODES = [
  { mode: "side", text: "Side", name: "side by side" },
  { mode: "wipe", text: "Wipe", name: "wipe" },
  { mode: "flip", text: "Flip", name: "flip" },
  { mode: "difference", text: "Difference", name: "difference" },
];

/** By how much the difference of two pictures can be made brighter. */
export const GAINS = [1, 4, 8];

/** Whether a mode lays two pictures over one another, so that they need one shape. @param {Mode} mode */
export function isOverlay(mode) {
  return mode === "wipe" || mode === "difference";
}
