// A rater's way through the queue: from the first screen to the last pair, and what happens when the other side is away.
//
// Nothing here knows a key, and nothing counts as answered before the channel has said that it is stored.

import { make } from "./elements.js";
import { Outbox, sessionStash } from "./rating_outbox.js";
import { buildQuestion } from "./rating_question.js";
import { buildStart } from "./rating_screens.js";
import { Slots } from "./rating_slots.js";
import { PairStage } from "./rating_stage.js";
import { firstOpenStep, stepIndex, stepName, stepsOf, whatNext } from "./rating_steps.js";
import { RatingView } from "./rating_view.js";
import { Stopwatch } from "./rating_watch.js";

/** @typedef {import("./rating_steps.js").RatingItem} RatingItem */
/** @typedef {import("./channel.js").Channel} Channel */
/** @typedef {import("./rating_slots.js").RatingSlot<RatingItem, PairStage>} PairSlot */

const AUTOPLAY = "kit-rating-autoplay";

export class RatingQueue {
  /** @param {HTMLElement} el @param {Channel} channel @param {AbortSignal} signal */
  constructor(el, channel, signal) {
    this.channel = channel;
    this.signal = signal;
    this.view = new RatingView(el, (tool) => this.act({ act: tool }));
    /** @type {any} */
    this.start = null;
    this.done = 0;
    /** The pair on screen. @type {PairSlot | null} */
    this.slot = null;
    this.at = 0;
    /** @type {import("./rating_question.js").Question | null} */
    this.question = null;
    this.lookOpen = false;
    /** Rises with every move; what waited for something gives up when the rater has moved on. */
    this.turn = 0;
    this.clock = new Stopwatch();
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.autoplay = !this.still && remembered(AUTOPLAY) === "on";
    this.slots = new Slots({
      fetchItem: (position) => this.ask("item", { position }),
      makeStage: (item) => new PairStage({ item, host: this.view.stages, channel }),
    });
    /** @type {Outbox | null} */
    this.outbox = null;
  }

  // ---- what the panel adds --------------------------------------------------------------------------------------

  /** Does what the rater asks for. @param {import("./rating_keys.js").RatingAction} _action @returns {any} */
  act(_action) {}

  /** Shows what stands after the last pair. */
  async finish() {}

  /** Closes the note or the keys, whichever is open. */
  closeExtra() {}

  // ---- talking to the other side --------------------------------------------------------------------------------

  /** @param {string} op @param {object} [data] @returns {Promise<any>} */
  async ask(op, data = {}) {
    return (await this.channel.ask(op, data)).data;
  }

  /**
   * Does something that may fail for want of the other side, again and again at the rater's word.
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T | null>} null if the rater has moved on meanwhile
   */
  async insist(task) {
    const { turn } = this;
    for (;;) {
      try {
        const found = await task();
        return turn === this.turn ? found : null;
      } catch (reason) {
        if (turn !== this.turn || this.signal.aborted) return null;
        await new Promise((resolve) =>
          this.view.showNotice({ text: messageOf(reason), buttons: [{ text: "Try again", act: () => resolve(null) }] }),
        );
        this.view.showNotice(null);
      }
    }
  }

  /** @param {import("./rating_outbox.js").OutboxState} state @param {string} problem */
  onSending(state, problem) {
    const { view, outbox } = this;
    if (state === "saving") {
      view.showNotice(null);
      view.showSaving("saving");
    } else if (state === "failed") {
      view.showSaving("failed");
      view.showNotice({
        text: `Your last answer is not saved yet. ${problem}`,
        buttons: [
          { text: "Try again", act: () => outbox?.retry() },
          { text: "Leave this answer out", act: () => outbox?.drop() },
        ],
      });
    } else if (state === "refused") {
      view.showSaving("idle");
      view.showNotice({ text: problem, buttons: [{ text: "Close", act: () => view.showNotice(null) }] });
    } else {
      view.showNotice(null);
      view.showSaving("idle");
    }
  }

  /** The channel tries again by itself. @param {{text: string, hurry: () => void}} wait */
  onWaiting({ text, hurry }) {
    const kept = this.outbox?.waiting ? " Your answer is kept." : "";
    if (this.outbox?.waiting) this.view.showSaving("waiting");
    this.view.showNotice({ text: text + kept, buttons: [{ text: "Try now", act: hurry }] });
  }

  onBack() {
    this.view.showNotice(null);
    if (this.outbox?.waiting) this.view.showSaving("saving");
  }

  // ---- the way through ------------------------------------------------------------------------------------------

  async begin() {
    this.view.showScreen(make("div", {}, [make("p", { class: "kit-rating-lede" }, ["Loading…"])]));
    let start = await this.insist(() => this.ask("start"));
    if (!start) return;
    const stash = sessionStash(start.key ?? `${start.title} ${start.rater}`);
    const outbox = new Outbox({
      ask: (op, data) => this.ask(op, data),
      stash,
      onstate: (state, problem) => this.onSending(state, problem),
    });
    this.outbox = outbox;
    const left = stash.get();
    if (left) {
      // The panel was torn down before this answer was known to be stored. Its token keeps it from counting twice.
      await outbox.send(left.op, left.data);
      start = await this.insist(() => this.ask("start"));
      if (!start) return;
    }
    this.start = start;
    this.done = start.done;
    if (start.item) this.slots.put(start.item);
    if (start.position === null) await this.finish();
    else this.showStart();
  }

  showStart() {
    const { start, view } = this;
    const full = document.fullscreenEnabled ? () => this.fullScreen() : null;
    const screen = buildStart(
      { start, autoplay: this.autoplay, still: this.still },
      { begin: () => this.goTo(start.position), autoplay: (on) => this.setAutoplay(on), full },
    );
    view.showScreen(screen.root);
    view.setState("start");
    if (this.channel.kind === "http") screen.heading.focus({ preventScroll: true });
  }

  async fullScreen() {
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : this.view.root.requestFullscreen());
    } catch {
      this.view.say("The browser did not allow full screen. Try its own key, F11.");
    }
  }

  /** @param {boolean} on */
  setAutoplay(on) {
    this.autoplay = on && !this.still;
    remember(AUTOPLAY, this.autoplay ? "on" : "off");
  }

  /**
   * Shows a pair: at once if it is there, else as soon as it comes.
   * @param {number} position
   * @param {{step?: string | null, dimension?: string | null} | null} [named]  the step to stand at; its first open one
   */
  async goTo(position, named = null) {
    this.turn += 1;
    let slot = this.slots.at(position);
    if (!slot) {
      this.leave();
      this.view.asking.replaceChildren("Loading the pair…");
      this.view.setState("loading");
      slot = await this.insist(() => this.slots.get(position));
      if (!slot) return;
    }
    this.show(slot, named);
  }

  /** Takes the pair on screen away; it stays at hand. */
  leave() {
    this.slot?.stage.hide();
    this.slot = null;
    this.clock.hold();
    this.closeExtra();
    delete this.view.root.dataset.position;
    this.view.root.dataset.ready = "false";
  }

  /** @param {PairSlot} slot @param {{step?: string | null, dimension?: string | null} | null} named */
  show(slot, named) {
    const { view } = this;
    if (this.slot?.stage !== slot.stage) {
      this.leave();
      slot.stage.show();
    }
    this.slot = slot;
    view.setState("rating");
    view.root.dataset.position = String(slot.position);
    view.root.dataset.ready = String(slot.stage.playable);
    view.showWhere(slot.item, this.done);
    view.showPrompt(slot.item.prompt);
    const steps = stepsOf(this.start, slot.item);
    this.showStep(named ? stepIndex(steps, named) : firstOpenStep(steps, slot.item.answers));
    if (view.root.getBoundingClientRect().top < 0) view.root.scrollIntoView({ block: "start" });
    this.whenReady(slot);
  }

  /** Starts the clips if that was asked for, and only then fetches what comes next. @param {PairSlot} slot */
  async whenReady({ position, stage }) {
    const here = () => this.slot?.stage === stage;
    try {
      await stage.ready;
      if (!here()) return;
      this.view.root.dataset.ready = "true";
      if (this.autoplay && !stage.watched.plays) stage.player?.play();
    } catch (reason) {
      if (!here()) return;
      const again = () => {
        this.view.showNotice(null);
        this.slots.drop(position);
        this.goTo(position);
      };
      this.view.showNotice({ text: messageOf(reason), buttons: [{ text: "Try again", act: again }] });
    }
    const { next } = this.slot.item;
    this.slots.keep(next === null ? [position] : [position, next]);
    if (next !== null) this.slots.want(next);
  }

  /** @param {number} index */
  showStep(index) {
    const { view, slot } = this;
    if (!slot) return;
    const steps = stepsOf(this.start, slot.item);
    const hadFocus = view.root.contains(document.activeElement) || this.channel.kind === "http";
    this.at = index;
    this.question = buildQuestion(
      { plan: this.start, item: slot.item, steps, index, lookOpen: this.lookOpen },
      {
        choose: (value) => this.act({ act: "choose", value }),
        go: () => this.act({ act: "go" }),
        jump: (to) => this.outbox?.waiting || this.showStep(to),
        look: (open) => (this.lookOpen = open),
      },
    );
    view.root.dataset.step = stepName(steps[index]);
    this.clock.start();
    // The focus moves before what had it goes: a notebook takes a focus that falls into nothing for its own.
    const before = [...view.asking.childNodes];
    view.asking.append(this.question.root);
    const { grid, heading } = this.question;
    if (hadFocus && grid) grid.focus(Math.max(grid.firstOpen, 0));
    else if (hadFocus) heading.focus({ preventScroll: true });
    for (const node of before) node.remove();
  }

  /**
   * @param {number} step  the index of the step that is done; -1: the whole pair is left
   * @param {number | null} after  position of the pair to go on with
   */
  async advance(step, after) {
    const { slot } = this;
    if (!slot) return;
    const next = whatNext({ step, steps: stepsOf(this.start, slot.item).length, next: after });
    if (next.go === "step") this.showStep(next.step);
    else if (next.go === "pair") await this.goTo(next.position);
    else await this.finish();
  }
}

/** @param {unknown} reason */
export function messageOf(reason) {
  return reason instanceof Error ? reason.message : String(reason);
}

/** @param {string} name @returns {string | null} what was remembered in this tab */
function remembered(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // A sandboxed page keeps nothing; the choice then holds for this panel.
  }
}
