// Questions to the kernel and what it says by itself, over a widget's custom messages. See kit/widgets/module.py.

/** Milliseconds without a sign of life from the kernel after which a question is given up. */
const PATIENCE = 15_000;
const LOST =
  "The kernel did not answer for 15 seconds: it is busy with another cell, or it is gone. " +
  "What is shown here stays. Try again, or run this cell again.";

/**
 * @typedef {{data: any, buffers: DataView[]}} Answer
 * @typedef {{
 *   kind: "kernel" | "http",
 *   ask: (op: string, data?: object) => Promise<Answer>,
 *   listen: (fn: (op: string, data: any, buffers: DataView[]) => void) => void,
 *   fail: (error: unknown) => void,
 * }} Channel  `ask` rejects with an Error whose message is for the user, `refused` where the kernel answered so; `fail` draws an error in the widget
 */

/**
 * @param {{send: Function, on: Function, off: Function}} model
 * @param {AbortSignal} signal  the end of the view
 * @returns {Omit<Channel, "fail">}
 */
export function kernelChannel(model, signal) {
  /** @type {Map<string, {resolve: (a: Answer) => void, reject: (e: Error) => void, timer: number}>} */
  const waiting = new Map();
  const listeners = new Set();
  let count = 0;

  const settle = (id, error, answer) => {
    const asked = waiting.get(id);
    if (!asked) return;
    waiting.delete(id);
    clearTimeout(asked.timer);
    if (error) asked.reject(error);
    else asked.resolve(answer);
  };
  const wait = (id) => {
    const asked = waiting.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    asked.timer = setTimeout(settle, PATIENCE, id, new Error(LOST));
  };
  const hear = (message, buffers = []) => {
    const { kit, id, op, data } = message ?? {};
    if (kit === "answer") settle(id, null, { data, buffers });
    else if (kit === "fault") settle(id, Object.assign(new Error(message.message), { refused: true }));
    else if (kit === "busy") wait(id);
    else if (kit === "push") for (const listener of listeners) listener(op, data, buffers);
  };
  model.on("msg:custom", hear);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", hear);
    for (const id of [...waiting.keys()]) settle(id, new Error("The widget was taken away."));
  });

  return {
    kind: "kernel",
    listen: (fn) => listeners.add(fn),
    ask: (op, data = {}) =>
      new Promise((resolve, reject) => {
        // Other views and other windows see the same messages, so a number alone would not do.
        const id = `${Date.now()}-${Math.random()}-${(count += 1)}`;
        waiting.set(id, { resolve, reject, timer: 0 });
        wait(id);
        try {
          model.send({ kit: "ask", id, op, data });
        } catch {
          settle(id, new Error(LOST));
        }
      }),
  };
}
