// All the script that a saved notebook holds: asks the kernel for the widget's own module, its channel and its style
// sheet, keeps them for every widget of the page, and hands over: attach(el, channel, {signal}).

/** Milliseconds after which a kernel that has not answered is spoken of. */
const PATIENCE = 15_000;
const WAITING =
  "The kernel has not answered yet: it is busy with another cell, or it is gone. " +
  "This goes on by itself when it answers; if it is gone, run this cell again.";

/** What has been fetched, by hash. */
const shelf = (globalThis.kitModules ??= new Map());

const load = async (text) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
};

function ask(model, signal) {
  return new Promise((resolve, reject) => {
    const id = `${Date.now()}-${Math.random()}`;
    const hear = (message) => {
      if (message?.id !== id) return;
      if (message.kit === "answer") resolve(message.data);
      if (message.kit === "fault") reject(new Error(message.message));
    };
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => model.off("msg:custom", hear));
    model.send({ kit: "ask", id, op: "kit-module", data: {} });
  });
}

async function fetchModule(model, signal) {
  const hash = model.get("_hash");
  if (!shelf.has(hash)) {
    const { module, channel, sheet } = await ask(model, signal);
    // Views that asked at the same time share one module: its players stop one another.
    const made = async () => ({ ...(await load(channel)), ...(await load(module)), sheet });
    if (!shelf.has(hash)) shelf.set(hash, made());
  }
  return shelf.get(hash);
}

export default {
  async render({ model, el, signal }) {
    const style = document.createElement("style");
    const root = document.createElement("div");
    root.className = "kit-widget";
    root.dataset.state = "loading";
    const line = document.createElement("p");
    line.style.whiteSpace = "pre-line";
    line.textContent = model.get("_text");
    root.append(line);
    el.append(style, root);
    const fail = (error) => {
      root.dataset.state = "error";
      line.setAttribute("role", "alert");
      line.textContent = `This widget failed: ${error?.message ?? error}`;
      root.prepend(line);
    };
    const late = setTimeout(() => (line.textContent = `${WAITING}\n\n${model.get("_text")}`), PATIENCE);
    try {
      const { attach, kernelChannel, sheet } = await fetchModule(model, signal);
      style.textContent = sheet;
      line.remove();
      await attach(root, { ...kernelChannel(model, signal), fail }, { signal });
      if (root.dataset.state === "loading") root.dataset.state = "ready";
    } catch (error) {
      if (!signal.aborted) fail(error);
    } finally {
      clearTimeout(late);
    }
  },
};
