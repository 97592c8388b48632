// What the panel tells the rater in sentences. Pure: figures in, words out.

/** @param {number} share  0 to 1 @returns {string} "67%" */
export function percent(share) {
  return `${Math.round(100 * share)}%`;
}

/** @param {number} count @param {string} one @param {string} [many] @returns {string} "1 pair", "3 pairs" */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** @param {{low?: number | null, high?: number | null}} figure @returns {string} " (95% interval 42% to 98%)", or nothing */
export function interval({ low, high }) {
  return low == null || high == null ? "" : ` (95% interval ${percent(low)} to ${percent(high)})`;
}

/**
 * What is worth saying of a rater's work, to the rater: no verdict, only what was seen.
 * @param {any} summary  see kit.rating.RatingSession
 * @returns {{label: string, text: string}[]}
 */
export function summaryLines(summary) {
  const { repeats, known, through, left_share: left, seconds_median: seconds } = summary;
  const lines = [
    { label: "Pairs", text: `${howFar(summary)}.${kindsText(summary)}` },
    { label: "Votes", text: `${counted(summary.votes, "vote")} on the study’s own pairs.` },
  ];
  if (repeats?.of > 0) {
    lines.push({
      label: "The same again",
      text:
        `Some pairs came twice, with the sides changed. You gave the same answer ${repeats.same} of ` +
        `${counted(repeats.of, "time")}${interval(repeats)}.`,
    });
  }
  if (known?.of > 0) {
    lines.push({
      label: "Known answers",
      text:
        "Some pairs showed a clip beside a worse copy of itself. You preferred the original " +
        `${known.right} of ${counted(known.of, "time")}${interval(known)}.`,
    });
  }
  if (through?.of > 0) {
    lines.push({
      label: "Watched",
      text: `Both clips were played through in ${through.whole} of the ${counted(through.of, "pair")} that you answered.`,
    });
  }
  if (seconds != null) {
    lines.push({ label: "Time", text: `Half of your answers took ${formatTook(seconds)} or less.` });
  }
  if (left?.value != null && left.of > 0) {
    lines.push({
      label: "Sides",
      text:
        `Where you preferred one clip, it was A in ${percent(left.value)} of ${counted(left.of, "answer")}` +
        `${repeats?.of > 0 ? ", those to pairs shown again among them" : ""}.`,
    });
  }
  return lines;
}

/** @param {{done: number, total: number}} far @returns {string} "3 of 12 finished": the one count of how far a rater is */
export function howFar({ done, total }) {
  return `${done} of ${total} finished`;
}

/**
 * What the pairs on screen were, which is told only at the end.
 * @param {{total: number, kinds: {pair: number, repeat: number, known: number}}} summary
 * @returns {string} nothing where all of them are the study's own
 */
function kindsText({ total, kinds }) {
  const others = [
    ...(kinds.repeat > 0 ? [`${kinds.repeat} came a second time`] : []),
    ...(kinds.known > 0 ? [`${kinds.known} had a known answer`] : []),
  ];
  const are = kinds.pair === 1 ? "is" : "are";
  return others.length > 0 ? ` Of the ${total}, ${kinds.pair} ${are} the study’s own, ${others.join(", and ")}.` : "";
}

/** @param {number} seconds @returns {string} "4.5 s", "75 s" */
function formatTook(seconds) {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * @param {{number: number, total: number}} item
 * @param {string} [end]
 * @returns {string} "Pair 3 of 12", "Pair 3 of 12, saved"
 */
export function pairText({ number, total }, end = "") {
  return `Pair ${number} of ${total}${end ? `, ${end}` : ""}`;
}

/**
 * @param {{count: number, sandbox: boolean}} added  pairs that came to the study while the rater was at work
 * @param {boolean} first  no clip of the sandbox was among the pairs before
 */
export function addedText({ count, sandbox }, first) {
  const many = `${counted(count, "pair has", "pairs have")} come to the study since you began. ${count === 1 ? "It follows" : "They follow"} now.`;
  return sandbox && first ? `${many} Sandbox clips are among them: drawn by this kit for practice, not by a video model.` : many;
}
