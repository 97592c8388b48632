// The keys of a player. They count only while the focus is inside it.

import { SPEEDS } from "./timing.js";
import { PAN_STEP } from "./zoom.js";

/** @typedef {import("./player.js").Player} Player */

/**
 * Does what a key asks for, and keeps the key from everything around the player.
 * @param {KeyboardEvent} event
 * @param {Player} player
 */
export function onKey(event, player) {
  // Brackets and the backslash are typed with AltGr on many keyboards, which counts as Control and Alt.
  const modified = (event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph");
  if (modified || event.metaKey || event.key === "Tab" || event.key === "Escape") return;
  // Letters are commands of the notebook around us; none may reach it from in here.
  event.stopPropagation();
  const target = /** @type {Element} */ (event.target);
  if (keepsForItself(target, event.key, event.shiftKey)) return;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = keyActions(player)[event.shiftKey && name.startsWith("Arrow") ? `Shift${name}` : name];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Whether an element has its own meaning for a key. */
function keepsForItself(/** @type {Element} */ target, /** @type {string} */ key, /** @type {boolean} */ shift) {
  if (target.matches("select, input[type='text']")) return true;
  if (target.matches("button, summary, a")) return key === " " || key === "Enter";
  return target.matches(".kit-wipe-layer input") && !shift && /^(Arrow|Home|End|Page)/.test(key);
}

/** @param {Player} player @returns {Record<string, () => void>} */
function keyActions(player) {
  const toggle = () => player.toggle();
  const back = () => player.step(-1);
  const on = () => player.step(1);
  return {
    " ": toggle,
    k: toggle,
    ",": back,
    ArrowLeft: back,
    ArrowDown: back,
    ".": on,
    ArrowRight: on,
    ArrowUp: on,
    Home: () => player.seek(0),
    End: () => player.seek(player.end),
    s: () => player.setMode("side"),
    // In the rating panel S skips a pair.
    v: () => player.setMode("side"),
    w: () => player.setMode(player.mode === "wipe" ? "side" : "wipe"),
    f: () => player.flip(),
    d: () => player.setMode(player.mode === "difference" ? "side" : "difference"),
    z: () => player.nextZoom(),
    ShiftArrowLeft: () => player.nudge(-PAN_STEP, 0),
    ShiftArrowRight: () => player.nudge(PAN_STEP, 0),
    ShiftArrowUp: () => player.nudge(0, -PAN_STEP),
    ShiftArrowDown: () => player.nudge(0, PAN_STEP),
    l: () => player.nextLoop(),
    "[": () => player.markEnd("from"),
    "]": () => player.markEnd("to"),
    "\\": () => player.setStretch(null),
    m: () => player.nextSound(),
    ...Object.fromEntries(SPEEDS.map((speed, i) => [String(i + 1), () => player.setSpeed(speed)])),
  };
}
