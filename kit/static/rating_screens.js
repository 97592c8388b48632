// What stands before the first pair, and the panel's keys.

import { make } from "./elements.js";
import { counted } from "./rating_words.js";

/** The panel's keys, then the player's that remain. */
const RATING_KEYS = /** @type {[string, [string[], string][]][]} */ ([
  [
    "Answers",
    [
      [["A"], "A is better"],
      [["B"], "B is better"],
      [["G"], "both good"],
      [["N"], "both bad; in a check: no"],
      [["1", "…", "5"], "points, where they are asked for"],
      [["Y", "N", "T"], "a check: yes, no, can’t tell"],
      [["Enter"], "go on"],
    ],
  ],
  [
    "Pair",
    [
      [["U"], "undo the last answer"],
      [["S"], "skip this pair for now"],
      [["P"], "back to the pair before"],
      [["E"], "note on this pair"],
      [["H"], "what to look at"],
      [["?"], "these keys"],
    ],
  ],
  [
    "Player",
    [
      [["Space", "K"], "play or pause"],
      [[",", "←"], "one frame back"],
      [[".", "→"], "one frame on"],
      [["Home", "End"], "first, last frame"],
      [["W", "D"], "wipe, difference; again: side by side"],
      [["F"], "flip, then the other clip"],
      [["V"], "side by side"],
      [["Z"], "zoom to single pixels"],
      [["Shift", "←↑↓→"], "move the zoomed picture"],
      [["L"], "loop"],
      [["[", "]", "\\"], "stretch from here, to here, none"],
    ],
  ],
]);

/** @param {() => void} onclose */
export function buildHelp(onclose) {
  const groups = RATING_KEYS.map(([title, keys]) => {
    const rows = keys.map(([names, meaning]) =>
      make("div", {}, [
        make("dt", {}, names.map((name) => make("kbd", {}, [name]))),
        make("dd", {}, [meaning]),
      ]),
    );
    return make("div", {}, [make("h3", {}, [title]), make("dl", {}, rows)]);
  });
  const close = make("button", { type: "button" }, ["Close ", make("kbd", { "aria-hidden": "true" }, ["Esc"])]);
  close.addEventListener("click", onclose);
  const root = make("div", { class: "kit-rating-card kit-rating-help", role: "group", "aria-label": "Keys", tabindex: "-1" }, [
    make("div", { class: "kit-rating-groups" }, groups),
    make("p", { class: "kit-rating-hint" }, [
      "In points and checks the arrows move from field to field instead. The keys count while the focus is in this panel.",
    ]),
    close,
  ]);
  return { root, close };
}

/**
 * @param {object} given
 * @param {string} given.value
 * @param {(text: string) => void} onsave
 * @param {() => void} onclose
 */
export function buildNote({ value }, onsave, onclose) {
  const field = make("textarea", { rows: "3", maxlength: "2000", "aria-label": "Note on this pair" });
  field.value = value;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onsave(field.value);
    }
  });
  const save = make("button", { type: "button", class: "kit-rating-go" }, [
    "Save note ",
    make("kbd", { "aria-hidden": "true" }, ["Ctrl"]),
    make("kbd", { "aria-hidden": "true" }, ["Enter"]),
  ]);
  save.addEventListener("click", () => onsave(field.value));
  const close = make("button", { type: "button" }, ["Close ", make("kbd", { "aria-hidden": "true" }, ["Esc"])]);
  close.addEventListener("click", onclose);
  const root = make("div", { class: "kit-rating-card kit-rating-note" }, [
    make("p", { class: "kit-rating-label" }, ["Note on this pair"]),
    field,
    make("div", { class: "kit-rating-row" }, [save, close]),
  ]);
  return { root, field };
}

/**
 * @param {object} given
 * @param {any} given.start  what the session said at the start
 * @param {boolean} given.autoplay
 * @param {boolean} given.still  the rater's system asks for little motion
 * @param {{begin: () => void, autoplay: (on: boolean) => void, full: (() => void) | null}} act
 */
export function buildStart({ start, autoplay, still }, act) {
  const left = start.total - start.done;
  const begin = make("button", { type: "button", class: "kit-rating-go kit-rating-begin" }, [
    start.done > 0 ? "Go on" : "Begin",
  ]);
  begin.addEventListener("click", act.begin);
  const check = make("input", { type: "checkbox" });
  check.checked = autoplay;
  check.disabled = still;
  check.addEventListener("change", () => act.autoplay(check.checked));
  const full = make("button", { type: "button" }, ["Full screen"]);
  full.hidden = act.full === null;
  full.addEventListener("click", () => act.full?.());
  const heading = make("h2", { class: "kit-rating-heading", tabindex: "-1" }, [start.title || "Rate pairs of clips"]);
  const questions = counted(start.dimensions.length, "question");
  const root = make("div", { class: "kit-rating-start" }, [
    ...(start.sandbox ? [sandboxMark()] : []),
    heading,
    make("p", { class: "kit-rating-lede" }, [
      start.done > 0
        ? `Welcome back, ${start.rater}. ${start.done} of ${counted(start.total, "pair")} finished, ${left} still open.`
        : `Hello ${start.rater}. There ${start.total === 1 ? "is" : "are"} ${counted(start.total, "pair")} to compare.`,
    ]),
    make("ul", { class: "kit-rating-points" }, [
      make("li", {}, [`Each pair shows two clips made from one prompt, A on the left and B on the right, and asks ${questions} about them, one at a time.`]),
      make("li", {}, ["Which side is whose was drawn by lot, anew for every pair. There are no right answers to guess: say what you see."]),
      make("li", {}, ["Every answer is saved at once. Stop whenever you like; you go on where you stopped, on another computer too."]),
      make("li", {}, ["A few pairs may come again, and a few may be easy: they tell how steady answers are. You see what they told at the end."]),
      ...start.caveats.map((/** @type {string} */ text) => make("li", {}, [text])),
    ]),
    make("h3", {}, ["Before you begin"]),
    make("p", {}, [
      "Make the window large, turn the brightness up, and switch off night light and colour filters. Play each pair at least once to its end.",
    ]),
    make("div", { class: "kit-rating-row" }, [
      begin,
      full,
      make("label", { class: "kit-rating-check" }, [check, make("span", {}, ["Play each pair at once"])]),
    ]),
    make("p", { class: "kit-rating-hint" }, [
      still
        ? "Your system asks for little motion, so nothing plays before you press play."
        : "Everything can be done with the keyboard: ",
      ...(still ? [] : [make("kbd", {}, ["?"]), " shows the keys."]),
    ]),
  ]);
  return { root, heading, begin };
}

/** What the sandbox rendered says nothing of any model, and has to say so. */
export function sandboxMark() {
  return make("p", { class: "kit-rating-sandbox" }, ["Sandbox clips: drawn by this kit for practice, not by a video model."]);
}
