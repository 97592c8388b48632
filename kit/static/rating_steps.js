// The questions of one pair, and which of them are answered. Pure: no document, no clock.

/** @typedef {{id: string, title: string, question: string, look_at: string[], anchors: Record<string, string>}} Dimension */
/** @typedef {{dimensions: Dimension[], scores: boolean, checks: boolean}} RatingPlan */
/** @typedef {{kind: "vote", dimension: Dimension} | {kind: "scores"} | {kind: "checks"}} RatingStep */
/**
 * What a rater said of one pair so far, as Python tells it.
 * @typedef {object} RatingAnswers
 * @property {Record<string, string>} votes  by dimension: left, right, both_good or both_bad
 * @property {{left: Record<string, number | null>, right: Record<string, number | null>} | null} scores
 * @property {{left: (string | null)[], right: (string | null)[]} | null} checks
 * @property {string} note
 * @property {boolean} skipped
 */
/**
 * @typedef {object} RatingItem
 * @property {number} position  its name in the queue
 * @property {number} number  from 1, as people count
 * @property {number} total
 * @property {number | null} previous  position of the pair before; null at the first
 * @property {number | null} next  position of the pair to go on with; null where nothing is open any more
 * @property {string} prompt
 * @property {string[]} checks
 * @property {string} html  the player's markup
 * @property {{name: string, mime: string, bytes: number}[]} media  left, right
 * @property {RatingAnswers} answers
 * @property {boolean} complete
 */

/**
 * The steps of one pair in order: a vote for each dimension, then scores and checks where they are asked for.
 * @param {RatingPlan} plan
 * @param {{checks: string[]}} item
 * @returns {RatingStep[]}
 */
export function stepsOf(plan, item) {
  /** @type {RatingStep[]} */
  const steps = plan.dimensions.map((dimension) => ({ kind: "vote", dimension }));
  if (plan.scores) steps.push({ kind: "scores" });
  if (plan.checks && item.checks.length > 0) steps.push({ kind: "checks" });
  return steps;
}

/** A step's name, as tests and styles know it: "vote:artifacts", "scores". @param {RatingStep} step */
export function stepName(step) {
  return step.kind === "vote" ? `vote:${step.dimension.id}` : step.kind;
}

/**
 * Whether a step has an answer. A form that was sent with gaps has one as soon as anything in it is set.
 * @param {RatingStep} step
 * @param {RatingAnswers} answers
 */
export function isAnswered(step, answers) {
  if (step.kind === "vote") return Boolean(answers.votes[step.dimension.id]);
  const given = answers[step.kind];
  if (!given) return false;
  return [given.left, given.right].some((side) => Object.values(side).some((value) => value !== null));
}

/**
 * Where to begin on a pair: at its first open step, at its first step if all are answered.
 * @param {RatingStep[]} steps
 * @param {RatingAnswers} answers
 */
export function firstOpenStep(steps, answers) {
  const found = steps.findIndex((step) => !isAnswered(step, answers));
  return Math.max(found, 0);
}

/**
 * The index of a step that Python names; 0 for one that this pair does not have.
 * @param {RatingStep[]} steps
 * @param {{step?: string | null, dimension?: string | null}} named
 */
export function stepIndex(steps, { step, dimension }) {
  const name = step === "vote" ? `vote:${dimension}` : step;
  return Math.max(steps.findIndex((one) => stepName(one) === name), 0);
}

/**
 * What comes after a step was answered: the next step of the pair, another pair, or the end.
 * @param {object} now
 * @param {number} now.step  index of the step that was answered, or -1 where the pair is left as a whole
 * @param {number} now.steps  how many the pair has
 * @param {number | null} now.next  position of the pair to go on with; null: there is none left
 * @returns {{go: "step", step: number} | {go: "pair", position: number} | {go: "end"}}
 */
export function whatNext({ step, steps, next }) {
  if (step >= 0 && step + 1 < steps) return { go: "step", step: step + 1 };
  return next === null ? { go: "end" } : { go: "pair", position: next };
}
