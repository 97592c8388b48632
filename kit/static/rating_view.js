// The frame of the rating panel: where one is, what is saved, the stage, and the one thing that is asked. Builds elements
// and says what was asked for; decides nothing.

import { keepShortcutsOut, make } from "./elements.js";
import { howFar, pairText } from "./rating_words.js";

/** @typedef {"idle" | "saving" | "saved" | "waiting" | "failed"} SavingState */

/** The tools beside the answers: what they are called, their key, and what they ask for. */
const TOOLS = /** @type {const} */ ([
  ["back", "Back", "P", "Go back to the pair before"],
  ["undo", "Undo", "U", "Take back the last answer"],
  ["skip", "Skip", "S", "Leave this pair open and go on"],
  ["note", "Note", "E", "Write a note on this pair"],
  ["help", "Keys", "?", "Show all keys"],
]);

/** @typedef {"back" | "undo" | "skip" | "note" | "help"} ToolName */

export class RatingView {
  /**
   * @param {HTMLElement} el
   * @param {(tool: ToolName) => void} ontool
   */
  constructor(el, ontool) {
    this.where = make("p", { class: "kit-rating-where" });
    this.bar = make("progress", { class: "kit-rating-bar", max: "1", value: "0", "aria-label": "Pairs finished" });
    // Said aloud by the live region at the end, together with the pair; here for the eye.
    this.saved = make("p", { class: "kit-rating-saved", "aria-hidden": "true" });
    /** @type {Record<string, HTMLButtonElement>} */
    this.tools = {};
    const tools = TOOLS.map(([name, text, key, title]) => {
      const button = make("button", { type: "button", class: "kit-rating-tool", title, "aria-keyshortcuts": key }, [
        make("span", {}, [text]),
        make("kbd", { "aria-hidden": "true" }, [key]),
      ]);
      button.addEventListener("click", () => ontool(name));
      this.tools[name] = button;
      return button;
    });
    this.top = make("header", { class: "kit-rating-top" }, [
      this.where,
      this.bar,
      this.saved,
      make("div", { class: "kit-rating-tools", role: "group", "aria-label": "Pair" }, tools),
    ]);
    this.notice = make("div", { class: "kit-rating-notice", role: "alert" });
    this.prompt = make("p", { class: "kit-rating-prompt-text" });
    this.promptBox = make("div", { class: "kit-rating-prompt" }, [
      make("p", { class: "kit-rating-label", id: nextId() }, ["Prompt"]),
      this.prompt,
    ]);
    this.stages = make("div", { class: "kit-rating-stages" });
    this.asking = make("div", { class: "kit-rating-asking" });
    this.extra = make("div", { class: "kit-rating-extra" });
    this.pair = make("div", { class: "kit-rating-body" }, [this.promptBox, this.stages, this.extra, this.asking]);
    this.screen = make("div", { class: "kit-rating-screen" });
    this.live = make("p", { class: "kit-rating-live", role: "status", "aria-live": "polite" });
    this.root = make(
      "section",
      { class: "kit-rating", tabindex: "-1", "aria-label": "Rating", "data-state": "loading" },
      [this.top, this.notice, this.pair, this.screen, this.live],
    );
    keepShortcutsOut(this.root);
    el.append(this.root);
    this.setState("loading");
    this.showNotice(null);
  }

  /** @param {"loading" | "start" | "rating" | "end" | "reveal" | "error"} state  tests and styles go by it */
  setState(state) {
    this.root.dataset.state = state;
    const rating = state === "rating" || (state === "loading" && this.asking.childElementCount > 0);
    this.pair.hidden = !rating;
    this.top.hidden = !rating;
    this.screen.hidden = rating;
  }

  /** @param {SavingState} saving @param {string} [text] */
  showSaving(saving, text = "") {
    this.root.dataset.saving = saving;
    const marks = { idle: "", saving: "…", saved: "✓", waiting: "↻", failed: "!" };
    const words = { idle: "", saving: "Saving…", saved: "Saved", waiting: "Waiting to save", failed: "Not saved" };
    this.saved.replaceChildren(
      ...(marks[saving] && saving !== "saving" ? [make("span", { class: "kit-rating-saved-mark" }, [marks[saving]])] : []),
      text || words[saving],
    );
  }

  /** @param {{number: number, total: number}} item @param {number} done */
  showWhere(item, done) {
    this.where.textContent = pairText(item);
    this.bar.max = Math.max(1, item.total);
    this.bar.value = done;
    this.bar.textContent = this.bar.title = howFar({ done, total: item.total });
  }

  /** @param {string} text */
  showPrompt(text) {
    this.prompt.textContent = text;
    // Only what has to be scrolled has to be reached by key.
    this.prompt.removeAttribute("tabindex");
    if (this.prompt.scrollHeight > this.prompt.clientHeight + 1) this.prompt.tabIndex = 0;
  }

  /** @param {boolean} locked  while an answer is on its way */
  lock(locked) {
    this.root.dataset.locked = String(locked);
    for (const button of Object.values(this.tools)) button.setAttribute("aria-disabled", String(locked));
  }

  /** @param {HTMLElement} screen */
  showScreen(screen) {
    this.screen.replaceChildren(screen);
  }

  /**
   * Something the rater has to know, until it is taken away.
   * @param {{text: string, buttons?: {text: string, act: () => void}[]} | null} notice
   */
  showNotice(notice) {
    this.notice.hidden = notice === null;
    if (!notice) {
      this.notice.replaceChildren();
      return;
    }
    const buttons = (notice.buttons ?? []).map(({ text, act }) => {
      const button = make("button", { type: "button" }, [text]);
      button.addEventListener("click", act);
      return button;
    });
    this.notice.replaceChildren(make("p", {}, [notice.text]), ...buttons);
  }

  /** @param {string} text */
  say(text) {
    this.live.textContent = text;
  }

  remove() {
    this.root.remove();
  }
}

let ids = 0;
function nextId() {
  ids += 1;
  return `kit-rating-${ids}`;
}
