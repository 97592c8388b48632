// The panel's way to the rating server: questions by POST, clips by GET. While the server cannot be reached it tries
// again by itself, with growing pauses, and says so; nothing that was asked is given up.

/** @typedef {import("./channel.js").Channel} Channel */

/** Milliseconds without an answer after which a question is asked again. */
const ANSWER_WITHIN = 15_000;

/** Milliseconds that a whole clip may take. */
const CLIP_WITHIN = 120_000;

/** @param {number} attempt  from 1 @returns {number} milliseconds to wait before the next: 0.5 s, doubling, 30 s at most */
export function pauseAfter(attempt) {
  return Math.min(500 * 2 ** (attempt - 1), 30_000);
}

/** @param {number} status @returns {boolean} whether asking again may help: the server is away, busy or broken */
export function mayPass(status) {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** A refusal: asking the same again would be refused again. */
class Refusal extends Error {
  refused = true;
}

/** @param {AbortSignal} signal  the end of the page's panel */
export function httpChannel(/** @type {AbortSignal} */ signal) {
  /** @type {((op: string, data: any, buffers: DataView[]) => void)[]} */
  const listeners = [];
  const tell = (/** @type {string} */ op, /** @type {any} */ data) => listeners.forEach((fn) => fn(op, data, []));

  /** One request. Throws a Refusal, or any other error where asking again may help. */
  const once = async (/** @type {string} */ path, /** @type {RequestInit} */ init, within, ended) => {
    const response = await fetch(path, {
      ...init,
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.any([ended, AbortSignal.timeout(within)]),
    });
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    const text = typeof said.error === "string" ? said.error : "The server refused this.";
    throw mayPass(response.status) ? new Error(text) : new Refusal(text);
  };

  /** @template T @param {() => Promise<T>} attempt @param {AbortSignal} ended @returns {Promise<T>} */
  const patiently = async (attempt, ended) => {
    for (let tries = 1; ; tries += 1) {
      try {
        const found = await attempt();
        if (tries > 1) tell("back", {});
        return found;
      } catch (reason) {
        if (ended.aborted || reason instanceof Refusal) throw reason;
        const pause = pauseAfter(tries);
        await new Promise((resolve) => {
          const timer = setTimeout(go, pause);
          function go() {
            clearTimeout(timer);
            window.removeEventListener("online", go);
            ended.removeEventListener("abort", go);
            resolve(null);
          }
          window.addEventListener("online", go);
          ended.addEventListener("abort", go);
          tell("waiting", { text: `The server cannot be reached. Trying again ${inWords(pause)}.`, hurry: go });
        });
        if (ended.aborted) throw reason;
      }
    }
  };

  return {
    kind: /** @type {const} */ ("http"),
    listen: (/** @type {(op: string, data: any, buffers: DataView[]) => void} */ fn) => void listeners.push(fn),
    fail: (/** @type {unknown} */ error) => tell("failed", error),
    /** @param {string} op @param {object} [data] */
    ask: (op, data = {}) =>
      patiently(async () => {
        const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ op, data }) };
        const response = await once("ask", init, ANSWER_WITHIN, signal);
        return { data: await response.json(), buffers: [] };
      }, signal),
    address: (/** @type {string} */ name) => `m/${encodeURIComponent(name)}`,
    /** @param {string} name @param {AbortSignal} ended */
    fetchMedia: (name, ended) =>
      patiently(async () => {
        const response = await once(`m/${encodeURIComponent(name)}`, {}, CLIP_WITHIN, ended);
        return response.blob();
      }, ended),
  };
}

/** @param {number} milliseconds */
function inWords(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds <= 1 ? "in a second" : `in ${seconds} seconds`;
}
