// The list of a player's keys, as shown to people.

import { make } from "./elements.js";

/** Keys, what they do, and where they do anything: with several clips, with sound. @type {[string[], string, string?][]} */
const KEYS = [
  [["Space", "K"], "play or pause"],
  [[",", "←"], "one frame back"],
  [[".", "→"], "one frame on"],
  [["Home", "End"], "first frame, last frame"],
  [["1", "2", "3", "4"], "speed 0.25, 0.5, 1, 2"],
  [["S", "V"], "side by side", "several"],
  [["W"], "wipe", "several"],
  [["F"], "flip, then the next clip", "several"],
  [["D"], "difference", "several"],
  [["Z"], "zoom: fit, 1:1, 2:1, 4:1"],
  [["Shift", "←↑↓→"], "move the zoomed picture"],
  [["L"], "loop: the next rule"],
  [["[", "]"], "stretch from here, to here"],
  [["\\"], "clear the stretch"],
  [["M"], "sound: off, then each clip", "sound"],
];

/**
 * The list, folded away until asked for.
 * @param {Record<string, boolean>} has  `several` clips, `sound`
 */
export function buildKeyList(has) {
  const list = make("dl");
  for (const [keys, meaning, where] of KEYS) {
    if (where && !has[where]) continue;
    const names = keys.map((key) => make("kbd", {}, [key]));
    list.append(make("div", {}, [make("dt", {}, names), make("dd", {}, [meaning])]));
  }
  return make("details", { class: "kit-keys" }, [make("summary", {}, ["Keys"]), list]);
}
