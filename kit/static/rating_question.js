// One question at a time: the choice between two clips, the points, or the checks. Builds elements and says what was
// answered; decides nothing.

import { make } from "./elements.js";
import { CHECK_ANSWERS, CHOICES, POINTS } from "./rating_keys.js";
import { RatingGrid } from "./rating_grid.js";
import { isAnswered, stepName } from "./rating_steps.js";

/** @typedef {import("./rating_steps.js").RatingStep} RatingStep */
/** @typedef {import("./rating_steps.js").RatingItem} RatingItem */
/** @typedef {import("./rating_steps.js").RatingPlan} RatingPlan */

/**
 * @typedef {object} Question
 * @property {HTMLElement} root
 * @property {HTMLElement} heading  takes the focus when the question comes
 * @property {import("./rating_keys.js").RatingPlace} place
 * @property {RatingGrid | null} grid
 * @property {HTMLDetailsElement | null} look  what to look at, folded
 * @property {boolean} answered
 */

/**
 * @param {object} given
 * @param {RatingPlan} given.plan
 * @param {RatingItem} given.item
 * @param {RatingStep[]} given.steps
 * @param {number} given.index
 * @param {boolean} given.lookOpen
 * @param {{choose: (value: string) => void, go: () => void, jump: (index: number) => void, look: (open: boolean) => void}} act
 * @returns {Question}
 */
export function buildQuestion({ plan, item, steps, index, lookOpen }, act) {
  const step = steps[index];
  const { eyebrow, question, hint } = wordsOf(step);
  const heading = make("h2", { class: "kit-rating-heading", tabindex: "-1" }, [question]);
  const answered = isAnswered(step, item.answers);
  const grid = step.kind === "vote" ? null : buildGrid(plan, item, step.kind);
  const answers = grid ? grid.root : buildChoices(step, item, act.choose);
  const go = goButton(grid ? "Save and go on" : "Go on", act.go);
  // A pair that was answered before can be passed by; a form always needs its button.
  go.hidden = !grid && !answered;
  const look = buildLook(step, plan, lookOpen, act.look);
  const root = make("div", { class: "kit-rating-question", "data-step": stepName(step) }, [
    make("div", { class: "kit-rating-lead" }, [
      buildStepper(steps, index, item, act.jump),
      make("p", { class: "kit-rating-eyebrow" }, [eyebrow]),
    ]),
    heading,
    ...(hint ? [make("p", { class: "kit-rating-hint" }, [hint])] : []),
    make("div", { class: "kit-rating-answers" }, [answers, go]),
    ...(look ? [look] : []),
  ]);
  return { root, heading, place: step.kind, grid, look, answered };
}

/** @param {RatingStep} step */
function wordsOf(step) {
  if (step.kind === "vote") {
    return { eyebrow: step.dimension.title, question: step.dimension.question, hint: "" };
  }
  if (step.kind === "scores") {
    return {
      eyebrow: "Points",
      question: "How good is each clip, taken by itself?",
      hint: "1 is the lowest, 5 the highest. Digits set and go on; arrows move.",
    };
  }
  return {
    eyebrow: "Checks",
    question: "Is it there?",
    hint: "Answer for each clip by what can be seen in it. The keys set and go on; arrows move.",
  };
}

/** @param {RatingStep} step @param {RatingItem} item @param {(value: string) => void} onpick */
function buildChoices(step, item, onpick) {
  const given = step.kind === "vote" ? item.answers.votes[step.dimension.id] : undefined;
  const buttons = CHOICES.map(({ value, text, key }) => {
    const button = make(
      "button",
      { type: "button", class: "kit-rating-choice", "data-choice": value, "aria-pressed": String(value === given), "aria-keyshortcuts": key },
      [make("span", {}, [text]), make("kbd", { "aria-hidden": "true" }, [key])],
    );
    button.addEventListener("click", () => onpick(value));
    return button;
  });
  return make("div", { class: "kit-rating-choices", role: "group", "aria-label": "Your answer" }, buttons);
}

/** @param {RatingPlan} plan @param {RatingItem} item @param {"scores" | "checks"} kind */
function buildGrid(plan, item, kind) {
  const { scores, checks } = item.answers;
  if (kind === "scores") {
    return new RatingGrid({
      rows: plan.dimensions.map(({ id, title }) => ({ id, label: title })),
      options: POINTS,
      value: (side, row) => scores?.[side]?.[row.id],
    });
  }
  return new RatingGrid({
    rows: item.checks.map((label, i) => ({ id: String(i), label })),
    options: CHECK_ANSWERS,
    value: (side, _row, i) => checks?.[side]?.[i],
  });
}

/** @param {string} text @param {() => void} onpick */
function goButton(text, onpick) {
  const button = make("button", { type: "button", class: "kit-rating-go", "aria-keyshortcuts": "Enter" }, [
    make("span", {}, [text]),
    make("kbd", { "aria-hidden": "true" }, ["Enter"]),
  ]);
  button.addEventListener("click", onpick);
  return button;
}

/** The questions of the pair as numbered marks; a tick, not only a colour, says that one is answered. */
function buildStepper(
  /** @type {RatingStep[]} */ steps,
  /** @type {number} */ index,
  /** @type {RatingItem} */ item,
  /** @type {(index: number) => void} */ onpick,
) {
  const marks = steps.map((step, i) => {
    const done = isAnswered(step, item.answers);
    const name = `Question ${i + 1} of ${steps.length}: ${wordsOf(step).eyebrow}${done ? ", answered" : ""}`;
    const mark = make("button", { type: "button", class: "kit-rating-mark", "aria-label": name, title: name }, [
      done && i !== index ? "✓" : String(i + 1),
    ]);
    mark.dataset.done = String(done);
    if (i === index) mark.setAttribute("aria-current", "step");
    mark.addEventListener("click", () => onpick(i));
    return make("li", {}, [mark]);
  });
  const count = make("span", { class: "kit-rating-count" }, [`${index + 1} of ${steps.length}`]);
  return make("div", { class: "kit-rating-stepper" }, [make("ol", { "aria-label": "Questions of this pair" }, marks), count]);
}

/** @param {RatingStep} step @param {RatingPlan} plan @param {boolean} open @param {(open: boolean) => void} ontoggle */
function buildLook(step, plan, open, ontoggle) {
  const parts = step.kind === "vote" ? lookOf(step.dimension) : step.kind === "scores" ? plan.dimensions.flatMap(anchorsOf) : [];
  if (parts.length === 0) return null;
  const title = step.kind === "vote" ? "What to look at" : "What the points mean";
  const look = make("details", { class: "kit-rating-look" }, [
    make("summary", {}, [title, " ", make("kbd", { "aria-hidden": "true" }, ["H"])]),
    make("div", { class: "kit-rating-look-body" }, parts),
  ]);
  look.open = open;
  look.addEventListener("toggle", () => ontoggle(look.open));
  return look;
}

/** @param {import("./rating_steps.js").Dimension} dimension */
function lookOf(dimension) {
  const list = make("ul", {}, dimension.look_at.map((text) => make("li", {}, [text])));
  return [...(dimension.look_at.length > 0 ? [list] : []), ...anchorsOf(dimension, false)];
}

/** @param {import("./rating_steps.js").Dimension} dimension */
function anchorsOf(dimension, /** @type {unknown} */ titled = true) {
  const anchors = Object.entries(dimension.anchors ?? {});
  if (anchors.length === 0) return [];
  const rows = anchors.map(([score, text]) => make("div", {}, [make("dt", {}, [score]), make("dd", {}, [text])]));
  const title = titled === false ? "From worst to best" : dimension.title;
  return [make("div", { class: "kit-rating-anchors" }, [make("p", {}, [title]), make("dl", {}, rows)])];
}
