// The keys of a player. They count only while the focus is inside it.

import { LOOP_RULES, SPEEDS, nextOf } from "./timing.js";

/** @typedef {import("./player.js").Player} Player */

/**
 * Does what a key asks for, and keeps the key from everything around the player.
 * @param {KeyboardEvent} event
 * @param {Player} player
 */
export function onKey(event, player) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab" || event.key === "Escape") return;
  // Letters are commands of the notebook around us; none may reach it from in here.
  event.stopPropagation();
  const target = /** @type {Element} */ (event.target);
  if (keepsForItself(target, event.key)) return;
  const act = keyActions(player)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Whether an element has its own meaning for a key. @param {Element} target @param {string} key */
function keepsForItself(target, key) {
  if (target.matches("select")) return true;
  if (target.matches("button, summary, a")) return key === " " || key === "Enter";
  return target.matches(".kit-wipe-layer input") && /^(Arrow|Home|End|Page)/.test(key);
}

/** @param {Player} player @returns {Record<string, () => void>} */
function keyActions(player) {
  const audible = player.clips.flatMap((clip, index) => (clip.hasAudio && clip.usable ? [index] : []));
  const sounds = /** @type {(number | null)[]} */ ([null, ...audible]);
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
    l: () => player.setLoop(nextOf(LOOP_RULES, player.loop)),
    w: () => player.setWipe(!player.wipe),
    m: () => player.setSound(nextOf(sounds, player.sound)),
    ...Object.fromEntries(SPEEDS.map((speed, i) => [String(i + 1), () => player.setSpeed(speed)])),
  };
}
