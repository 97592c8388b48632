// An answer on its way to where it is kept. It is let go only when the other side has said that it is stored.
//
// Every answer has a token; sending the same one again stores it once. Before it is sent it is also put aside in the
// browser, so that it survives a page that is torn down (a notebook cell that is run again after its kernel died).

/** @typedef {{op: string, data: Record<string, any>}} RatingLetter */
/** @typedef {"idle" | "saving" | "failed" | "refused"} OutboxState */
/** @typedef {{get(): RatingLetter | null, put(letter: RatingLetter): void, clear(): void}} RatingStash */

/** A name that no other answer has. Pages that are not served securely have no `randomUUID`. */
export function newToken(source = globalThis.crypto) {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /**
   * @param {object} links
   * @param {(op: string, data: Record<string, any>) => Promise<any>} links.ask  fails with an Error for the rater to read
   * @param {RatingStash} links.stash
   * @param {(state: OutboxState, problem: string) => void} links.onstate
   */
  constructor({ ask, stash, onstate }) {
    this.ask = ask;
    this.stash = stash;
    this.onstate = onstate;
    /** @type {{letter: RatingLetter, settle: (result: any) => void} | null} */
    this.pending = null;
    this.sending = false;
  }

  /** Whether an answer is not known to be stored. */
  get waiting() {
    return this.pending !== null;
  }

  /**
   * Sends one answer; the next can go only when this one has settled.
   * @param {string} op
   * @param {Record<string, any>} data
   * @returns {Promise<any>} what the other side said, once it has stored it; null if the rater let the answer go
   */
  send(op, data) {
    if (this.pending) throw new Error("an answer is still on its way");
    const letter = { op, data: { token: newToken(), ...data } };
    this.stash.put(letter);
    return new Promise((resolve) => {
      this.pending = { letter, settle: resolve };
      this.retry();
    });
  }

  /** Sends the pending answer again, under the token that it had. */
  async retry() {
    const { pending } = this;
    if (!pending || this.sending) return;
    this.sending = true;
    this.onstate("saving", "");
    try {
      const result = await this.ask(pending.letter.op, pending.letter.data);
      this.settle(result);
    } catch (reason) {
      this.sending = false;
      if (this.pending !== pending) return;
      const problem = reason instanceof Error ? reason.message : String(reason);
      // A refused undo has nothing in it that could be lost; a refused answer stays until the rater lets it go.
      if (pending.letter.op === "undo" && /** @type {any} */ (reason)?.refused) {
        this.settle(null);
        this.onstate("refused", problem);
      } else {
        this.onstate("failed", problem);
      }
    }
  }

  /** Lets the pending answer go; only at the rater's word. */
  drop() {
    this.settle(null);
  }

  /** @param {any} result */
  settle(result) {
    const { pending } = this;
    this.sending = false;
    this.pending = null;
    this.stash.clear();
    this.onstate("idle", "");
    pending?.settle(result);
  }
}

/**
 * The browser's own keeping place for one answer: it outlives the panel and a reload, not the tab.
 * @param {string} key  names study and rater
 * @returns {RatingStash}
 */
export function sessionStash(key) {
  const name = `kit-rating:${key}`;
  // Sandboxed pages throw at the mere name; without a place the answer lives in the panel alone.
  const using = (/** @type {(store: Storage) => any} */ act) => {
    try {
      return act(globalThis.sessionStorage) ?? null;
    } catch {
      return null;
    }
  };
  return {
    get: () => using((store) => readLetter(store.getItem(name))),
    put: (letter) => using((store) => store.setItem(name, JSON.stringify(letter))),
    clear: () => using((store) => store.removeItem(name)),
  };
}

/** @param {string | null} text @returns {RatingLetter | null} */
function readLetter(text) {
  const letter = text ? JSON.parse(text) : null;
  return typeof letter?.op === "string" && typeof letter.data?.token === "string" ? letter : null;
}
