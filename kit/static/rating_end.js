// What stands after the last pair: thanks, the rater's own figures, what was left open, and the reveal.

import { make } from "./elements.js";
import { counted, summaryLines } from "./rating_words.js";

/**
 * @param {object} given
 * @param {any} given.summary
 * @param {{position: number, number: number}[]} given.open  pairs without all their answers
 * @param {boolean} given.canReveal
 * @param {{openPair: (position: number) => void, reveal: () => void, back: (() => void) | null}} act
 */
export function buildEnd({ summary, open, canReveal }, act) {
  const nothing = summary.total === 0;
  const heading = make("h2", { class: "kit-rating-heading", tabindex: "-1" }, [
    nothing ? "Nothing to compare yet" : open.length > 0 ? "The end of the queue" : "Thank you: all done",
  ]);
  const rows = summaryLines(summary).map(({ label, text }) =>
    make("div", {}, [make("dt", {}, [label]), make("dd", {}, [text])]),
  );
  const back = make("button", { type: "button" }, ["Back to the last pair"]);
  back.hidden = act.back === null;
  back.addEventListener("click", () => act.back?.());
  const reveal = make("button", { type: "button", class: "kit-rating-go" }, ["Reveal the models"]);
  reveal.hidden = nothing || !canReveal;
  reveal.addEventListener("click", act.reveal);
  const root = make("div", { class: "kit-rating-end" }, [
    heading,
    make("p", { class: "kit-rating-lede" }, [
      nothing
        ? "A pair needs clips of two models for one prompt, and there is none so far. Once there are some, open this again."
        : open.length > 0
          ? `${counted(open.length, "pair is", "pairs are")} still open. You can leave it at that, or go back.`
          : "Every pair has its answers, and all of them are saved.",
    ]),
    ...(open.length > 0 ? [openList(open, act.openPair)] : []),
    ...(nothing ? [] : [
      make("h3", {}, ["Your answers in figures"]),
      make("dl", { class: "kit-rating-figures" }, rows),
      make("p", { class: "kit-rating-hint" }, [
        "These figures are kept with your answers. Nobody’s answers are left out because of them.",
      ]),
    ]),
    make("div", { class: "kit-rating-row" }, [reveal, back]),
  ]);
  return { root, heading };
}

/** @param {{position: number, number: number}[]} open @param {(position: number) => void} onpick */
function openList(open, onpick) {
  const items = open.map(({ position, number }) => {
    const button = make("button", { type: "button", "data-open": String(position) }, [`Pair ${number}`]);
    button.addEventListener("click", () => onpick(position));
    return make("li", {}, [button]);
  });
  return make("ul", { class: "kit-rating-open", "aria-label": "Open pairs" }, items);
}

const SIDE_WORDS = { left: "A better", right: "B better", both_good: "both good", both_bad: "both bad" };

/**
 * Which model was which, and how the votes went.
 * @param {any} reveal  see kit.rating.RatingSession
 * @param {{id: string, title: string}[]} dimensions
 * @param {{close: () => void}} act
 */
export function buildReveal(reveal, dimensions, act) {
  const heading = make("h2", { class: "kit-rating-heading", tabindex: "-1" }, ["Which was which"]);
  const titles = Object.fromEntries(dimensions.map(({ id, title }) => [id, title]));
  const close = make("button", { type: "button" }, ["Back"]);
  close.addEventListener("click", act.close);
  const basis =
    reveal.kind === "own" ? "From your own answers alone." : "From the answers of everybody who has rated so far.";
  const root = make("div", { class: "kit-rating-reveal" }, [
    heading,
    make("p", { class: "kit-rating-lede" }, [basis]),
    make("ul", { class: "kit-rating-points" }, reveal.findings.map((/** @type {string} */ text) => make("li", {}, [text]))),
    make("h3", {}, ["Your pairs"]),
    pairTable(reveal.pairs, titles),
    make("div", { class: "kit-rating-row" }, [close]),
  ]);
  return { root, heading };
}

/** @param {any[]} pairs @param {Record<string, string>} titles */
function pairTable(pairs, titles) {
  const shown = Object.keys(titles).filter((id) => pairs.some((pair) => pair.votes?.[id]));
  const head = ["Prompt", "A was", "B was", ...shown.map((id) => titles[id])];
  const rows = pairs.map((pair) =>
    make("tr", {}, [
      make("th", { scope: "row" }, [pair.prompt]),
      make("td", {}, [pair.left]),
      make("td", {}, [pair.right]),
      ...shown.map((id) => make("td", {}, [SIDE_WORDS[/** @type {keyof typeof SIDE_WORDS} */ (pair.votes?.[id])] ?? "–"])),
    ]),
  );
  const table = make("table", {}, [
    make("thead", {}, [make("tr", {}, head.map((text) => make("th", { scope: "col" }, [text])))]),
    make("tbody", {}, rows),
  ]);
  return make("div", { class: "kit-rating-table", tabindex: "0", role: "region", "aria-label": "Your pairs" }, [table]);
}
