// Which key asks for what in the rating panel. Pure: a key and a place in, an action out.
//
// The panel's keys count only under its focus and win over the player's. A letter never does one thing on this step
// and another on the next unless both are answers: what is an answer somewhere is dead elsewhere, not the player's.

/** @typedef {"vote" | "scores" | "checks" | "screen"} RatingPlace */
/**
 * @typedef {{act: "choose" | "check", value: string} | {act: "score", value: number} | {act: "move", value: [number, number]}
 *   | {act: "undo" | "skip" | "back" | "note" | "help" | "look" | "go" | "close" | "nothing"}} RatingAction
 */

/** The answers to a pair, in the order in which they are drawn. */
export const CHOICES = [
  { value: "left", text: "A is better", key: "A" },
  { value: "both_good", text: "Both good", key: "G" },
  { value: "both_bad", text: "Both bad", key: "N" },
  { value: "right", text: "B is better", key: "B" },
];

/** The answers to a check. */
export const CHECK_ANSWERS = [
  { value: "yes", text: "Yes", key: "Y" },
  { value: "no", text: "No", key: "N" },
  { value: "cant_tell", text: "Can’t tell", key: "T" },
];

/** The points of the scores step, low to high. */
export const POINTS = [1, 2, 3, 4, 5].map((value) => ({ value, text: String(value), key: String(value) }));

/** @type {Record<string, RatingAction>} */
const ALWAYS = {
  u: { act: "undo" },
  s: { act: "skip" },
  p: { act: "back" },
  e: { act: "note" },
  h: { act: "look" },
  "?": { act: "help" },
  enter: { act: "go" },
};

/** @type {Record<string, [number, number]>} */
const MOVES = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };

/** The keys that an unfinished pair answers with somewhere; dead wherever they mean nothing. */
const TAKEN = new Set([...CHOICES, ...CHECK_ANSWERS].map(({ key }) => key.toLowerCase()));

/**
 * What a key asks for.
 * @param {string} key  as KeyboardEvent.key has it
 * @param {{place: RatingPlace, scores: boolean}} where  `scores`: whether this session asks for scores at all
 * @returns {RatingAction | null} null: the key is not the panel's, and may be the player's
 */
export function panelAction(key, { place, scores }) {
  const name = key.toLowerCase();
  if (name === "escape") return { act: "close" };
  if (place === "screen") return name === "?" ? { act: "help" } : null;
  if (place === "vote") {
    const choice = CHOICES.find((one) => one.key.toLowerCase() === name);
    if (choice) return { act: "choose", value: choice.value };
  } else {
    if (MOVES[name]) return { act: "move", value: MOVES[name] };
    if (place === "scores" && /^[1-5]$/.test(name)) return { act: "score", value: Number(name) };
    const answer = place === "checks" && CHECK_ANSWERS.find((one) => one.key.toLowerCase() === name);
    if (answer) return { act: "check", value: answer.value };
  }
  if (ALWAYS[name]) return ALWAYS[name];
  if (TAKEN.has(name) || (scores && /^[0-9]$/.test(name))) return { act: "nothing" };
  return null;
}

/**
 * Whether an element has its own meaning for a key, so that neither panel nor player may take it.
 * @param {Pick<Element, "matches">} target
 * @param {string} key
 */
export function keepsKey(target, key) {
  if (target.matches("textarea")) return key !== "Escape";
  if (target.matches("select")) return key !== "Escape" && key !== "?";
  if (target.matches("button, summary, a, [type=checkbox]")) return key === " " || key === "Enter";
  if (target.matches("[type=radio]")) return key === " ";
  return target.matches("[type=range]") && /^(Arrow|Home|End|Page)/.test(key);
}
