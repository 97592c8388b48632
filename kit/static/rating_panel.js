// The rating panel: one pair at a time, one question at a time, by mouse or by key, blind.
//
// The same module for a notebook's kernel and for the rating server. An answer counts as saved when the channel has said
// so, and only then does the panel go on; the next pair is ready behind the one on screen (see rating_slots.js).

import { buildEnd, buildReveal } from "./rating_end.js";
import { keepsKey, panelAction } from "./rating_keys.js";
import { RatingQueue, messageOf } from "./rating_queue.js";
import { buildHelp, buildNote } from "./rating_screens.js";
import { stepsOf } from "./rating_steps.js";
import { addedText, pairText } from "./rating_words.js";

/** @typedef {import("./channel.js").Channel} Channel */
/** @typedef {import("./rating_keys.js").RatingAction} RatingAction */

/**
 * Puts the panel into an element. Settles when its first screen stands.
 * @param {HTMLElement} el
 * @param {Channel} channel
 * @param {{signal: AbortSignal}} life
 */
export async function attach(el, channel, { signal }) {
  const panel = new RatingPanel(el, channel, signal);
  await panel.begin();
}

class RatingPanel extends RatingQueue {
  /** @param {HTMLElement} el @param {Channel} channel @param {AbortSignal} signal */
  constructor(el, channel, signal) {
    super(el, channel, signal);
    /** Whether the models' names were on screen. */
    this.seen = false;
    this.listen();
  }

  listen() {
    const { signal, view } = this;
    view.root.addEventListener("keydown", (event) => this.onKey(event), { signal, capture: true });
    // Letters are commands of a notebook around us; none may reach it from in here.
    view.root.addEventListener("keydown", (event) => event.key !== "Tab" && event.stopPropagation(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => (document.hidden ? this.clock.hold() : this.slot && this.clock.goOn()),
      { signal },
    );
    window.addEventListener("beforeunload", (event) => this.outbox?.waiting && event.preventDefault(), { signal });
    signal.addEventListener("abort", () => {
      this.turn += 1;
      this.slots.close();
      view.remove();
    });
    this.channel.listen((op, data) => {
      if (op === "reveal") this.showReveal(data);
      if (op === "waiting") this.onWaiting(data);
      if (op === "back") this.onBack();
    });
  }

  // ---- what the rater does --------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key === "Tab") return;
    const target = /** @type {Element} */ (event.target);
    if (keepsKey(target, event.key)) return;
    const rating = this.view.root.dataset.state === "rating";
    const place = rating && this.question ? this.question.place : "screen";
    // With Shift the arrows move the player's zoomed picture, in a form too.
    const moving = event.shiftKey && event.key.startsWith("Arrow");
    if (moving) event.preventDefault();
    const action = moving ? null : panelAction(event.key, { place, scores: Boolean(this.start?.scores) });
    if (!action) {
      if (rating) this.forward(event, target);
      return;
    }
    if (action.act === "close" && !this.view.extra.firstChild) return;
    event.preventDefault();
    event.stopPropagation();
    // A key held down answers once.
    if (!event.repeat || action.act === "move") this.act(action);
  }

  /** Hands a key that is not the panel's to the player, wherever in the panel the focus is. */
  forward(/** @type {KeyboardEvent} */ event, /** @type {Element} */ target) {
    const figure = this.slot?.stage.player?.root;
    if (!figure || figure.contains(target)) return;
    const { key, code, repeat, shiftKey } = event;
    const copy = new KeyboardEvent("keydown", { key, code, repeat, shiftKey, cancelable: true });
    if (!figure.dispatchEvent(copy)) event.preventDefault();
  }

  /** @param {RatingAction} action */
  act(action) {
    const { question } = this;
    if (action.act === "help") return this.toggleHelp();
    if (action.act === "close") return this.closeExtra();
    if (action.act === "look") {
      if (question?.look) question.look.open = !question.look.open;
      return undefined;
    }
    if (!this.slot || this.outbox?.waiting) return undefined;
    if (action.act === "move") return question?.grid?.move(action.value);
    if (action.act === "score" || action.act === "check") return question?.grid?.set(action.value);
    if (action.act === "choose") return this.choose(action.value);
    if (action.act === "go") return this.go();
    if (action.act === "undo") return this.undo();
    if (action.act === "skip") return this.save({ step: "skip" }, -1);
    if (action.act === "back") return this.back();
    if (action.act === "note") return this.openNote();
    return undefined;
  }

  /** @param {string} choice */
  choose(choice) {
    const { question, slot } = this;
    if (!slot || question?.place !== "vote") return undefined;
    for (const button of question.root.querySelectorAll("[data-choice]")) {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.choice === choice));
    }
    const step = stepsOf(this.start, slot.item)[this.at];
    const dimension = step.kind === "vote" ? step.dimension.id : "";
    return this.save({ step: "vote", dimension, choice }, this.at);
  }

  /** Goes on: past an answered question, or with a form as it stands. */
  go() {
    const { question } = this;
    if (!question) return undefined;
    const { grid, place } = question;
    if (!grid) return question.answered ? this.advance(this.at, this.slot?.item.next ?? null) : undefined;
    if (grid.open > 0 && !question.root.dataset.warned) {
      question.root.dataset.warned = "true";
      grid.focus(grid.firstOpen);
      const text = `${grid.open} of ${grid.cells.length} are still open. Press Enter again to leave them open.`;
      this.view.say(text);
      question.root.querySelector(".kit-rating-hint")?.replaceChildren(text);
      return undefined;
    }
    const cells = grid.read();
    if (place === "scores") {
      const scores = { left: {}, right: {} };
      for (const { row, side, value } of cells) /** @type {any} */ (scores)[side][row.id] = value;
      return this.save({ step: "scores", scores }, this.at);
    }
    const of = (/** @type {string} */ side) => cells.filter((cell) => cell.side === side).map(({ value }) => value);
    return this.save({ step: "checks", checks: { left: of("left"), right: of("right") } }, this.at);
  }

  /**
   * Saves one answer and, when it is stored, goes on.
   * @param {Record<string, any>} body
   * @param {number | null} step  the step that is done by it; -1: the pair; null: stay
   */
  async save(body, step) {
    const { slot, view, outbox } = this;
    if (!slot || !outbox) return;
    const { stage } = slot;
    view.lock(true);
    const data = { position: slot.item.position, ...body, seconds: this.clock.seconds, watched: { ...stage.watched } };
    const result = await outbox.send("save", data);
    view.lock(false);
    if (this.signal.aborted) return;
    if (!result) {
      // The rater let it go: the question stands as it was before.
      this.showStep(this.at);
      return;
    }
    this.done = result.done;
    slot.item = { ...slot.item, answers: result.answers };
    this.slots.put(slot.item, slot.position);
    view.showSaving("saved");
    view.say(pairText(slot.item, "saved"));
    if (step !== null) await this.advance(step, result.position);
  }

  async undo() {
    const { view, outbox } = this;
    if (!outbox) return;
    view.lock(true);
    const result = await outbox.send("undo", {});
    view.lock(false);
    if (!result || this.signal.aborted) return;
    this.done = result.done;
    this.slots.put(result.item);
    view.showSaving("saved", "Taken back");
    view.say(pairText(result.item, "last answer taken back"));
    await this.goTo(result.position, result);
  }

  async back() {
    const { slot, view } = this;
    if (!slot) return;
    if (slot.item.previous === null) view.say("This is the first pair.");
    else await this.goTo(slot.item.previous, { step: null });
  }

  toggleHelp() {
    const { extra } = this.view;
    if (extra.querySelector(".kit-rating-help")) return this.closeExtra();
    const help = buildHelp(() => this.closeExtra());
    const host = this.slot ? extra : this.view.screen;
    this.view.screen.querySelector(".kit-rating-help")?.remove();
    if (this.slot) extra.replaceChildren(help.root);
    else host.append(help.root);
    help.root.focus();
    return undefined;
  }

  openNote() {
    const { slot, view } = this;
    if (!slot) return;
    const note = buildNote(
      { value: slot.item.answers.note ?? "" },
      async (text) => {
        if (this.outbox?.waiting) return;
        await this.save({ step: "note", note: text }, null);
        this.closeExtra();
      },
      () => this.closeExtra(),
    );
    view.extra.replaceChildren(note.root);
    note.field.focus();
  }

  closeExtra() {
    const { extra, screen } = this.view;
    const open = extra.firstChild ?? screen.querySelector(".kit-rating-help");
    if (!open) return;
    const hadFocus = open.contains(document.activeElement);
    /** @type {Element} */ (open).remove();
    if (hadFocus) (this.question?.heading ?? this.view.root).focus({ preventScroll: true });
  }

  // ---- the end --------------------------------------------------------------------------------------------------

  async finish() {
    const { view, seen } = this;
    this.turn += 1;
    const last = this.slot?.position ?? null;
    const summary = await this.insist(() => this.ask("summary"));
    if (!summary) return;
    const { open, added } = summary;
    // Models that were shown stay shown: pairs that came after that are offered as open ones, not put before the rater.
    if (added.count > 0 && !seen) {
      await this.goTo(added.position);
      const text = addedText(added, !this.start.sandbox);
      view.showNotice({ text, buttons: [{ text: "Close", act: () => view.showNotice(null) }] });
      return;
    }
    this.leave();
    this.slots.close();
    const screen = buildEnd(
      { summary, open, canReveal: this.start.reveal !== "never" },
      {
        openPair: (position) => this.goTo(position),
        reveal: () => this.reveal(),
        back: last === null ? null : () => this.goTo(last),
      },
    );
    view.showScreen(screen.root);
    view.setState("end");
    const done = summary.total > 0 ? "All pairs done, everything saved." : "Nothing to compare yet.";
    view.say(open.length > 0 ? "End of the queue." : done);
    screen.heading.focus({ preventScroll: true });
  }

  async reveal() {
    const { view } = this;
    try {
      this.showReveal(await this.ask("reveal"));
    } catch (reason) {
      view.showNotice({ text: messageOf(reason), buttons: [{ text: "Close", act: () => view.showNotice(null) }] });
    }
  }

  /** Shows the result, at the rater's wish or at that of the study's owner. @param {any} told */
  showReveal(told) {
    const { view } = this;
    if (!this.start || this.outbox?.waiting) return;
    this.turn += 1;
    this.seen = true;
    const hadFocus = view.root.contains(document.activeElement);
    const back = this.slot?.position ?? null;
    const atStart = view.root.dataset.state === "start";
    this.leave();
    const close = () => {
      if (atStart) this.showStart();
      else if (back === null) this.finish();
      else this.goTo(back);
    };
    const screen = buildReveal(told, this.start.dimensions, { close });
    view.showScreen(screen.root);
    view.setState("reveal");
    if (hadFocus) screen.heading.focus({ preventScroll: true });
  }
}
