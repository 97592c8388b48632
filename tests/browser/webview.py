"""A widget in nested sandboxed frames, as VS Code shows notebook outputs: no Jupyter server, no page configuration.

The frames carry the sandbox flags that VS Code's webviews have. The model in the inner frame does what a widget manager
does; its messages go through a function of the page to a real Python widget whose comm ends in a queue.
"""

import base64
import html
import json
from queue import SimpleQueue
from typing import Any

import comm
from playwright.sync_api import Frame, Page

from kit.widgets.module import ModuleWidget

SANDBOX = "allow-same-origin allow-scripts allow-forms allow-pointer-lock allow-downloads"

_INNER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>output</title><main id="out"></main>
<script type="module">
// What goes out and comes back of Blob addresses, so that a test can see what is kept.
window.kept = new Set();
const [create, revoke] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
URL.createObjectURL = (blob) => { const address = create(blob); window.kept.add(address); return address; };
URL.revokeObjectURL = (address) => { window.kept.delete(address); revoke(address); };

const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
function modelOf(name, state) {
  const heard = new Set();
  return {
    get: (key) => state[key],
    on: (_, fn) => heard.add(fn),
    off: (_, fn) => heard.delete(fn),
    send: async (message) => {
      for (const { content, buffers } of JSON.parse(await window.kitSend(name, JSON.stringify(message)))) {
        for (const fn of [...heard]) fn(content, buffers.map(bytes));
      }
    },
  };
}
const loaders = new Map();
/** Shows one view of a widget. */
window.show = async (name) => {
  const state = JSON.parse(await window.kitState(name));
  if (!loaders.has(state._esm)) {
    loaders.set(state._esm, import(create(new Blob([state._esm], { type: "text/javascript" }))));
  }
  const loader = (await loaders.get(state._esm)).default;
  const el = document.createElement("div");
  const ending = new AbortController();
  document.getElementById("out").append(el);
  const model = modelOf(name, state);
  await loader.render({ model, el, signal: ending.signal });
  return () => { ending.abort(); el.remove(); };
};
window.ready = true;
</script>"""


class Wire(comm.base_comm.BaseComm):
    """A comm whose far end is a queue."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.out: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        super().__init__(*args, **options)

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,
        metadata: Any = None,  # noqa: ARG002
        buffers: Any = None,
        **_: Any,
    ) -> None:
        if msg_type == "comm_msg" and data["method"] == "custom":
            self.out.put((data["content"], buffers or []))


class Webview:
    """The page and the widgets in it. `show` gives the inner frame once the view is ready."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.widgets: dict[str, ModuleWidget] = {}
        page.expose_function("kitSend", self._send)
        page.expose_function("kitState", lambda name: json.dumps(_plain(self.widgets[name].get_state())))
        middle = f'<!doctype html><title>frame</title><iframe title="output" sandbox="{SANDBOX}" width="960" height="760" srcdoc="{html.escape(_INNER)}"></iframe>'  # fmt: skip
        page.set_content(
            f'<!doctype html><html lang="en"><title>editor</title><iframe title="webview" sandbox="{SANDBOX}" width="980" height="780" srcdoc="{html.escape(middle)}"></iframe>'
        )
        page.wait_for_function("() => frames[0]?.frames[0]?.ready")

    @property
    def inner(self) -> Frame:
        return self.page.frames[-1]

    def show(self, widget: ModuleWidget) -> Frame:
        """One more view of a widget."""
        self.widgets[widget.model_id] = widget
        self.inner.evaluate("async (name) => { window.remove = await window.show(name); }", widget.model_id)
        return self.inner

    def _send(self, name: str, message: str) -> str:
        """Gives a message to the widget and waits for what its worker thread answers."""
        widget = self.widgets[name]
        assert isinstance(widget.comm, Wire)
        widget._handle_custom_msg(json.loads(message), [])
        replies = []
        while not replies or replies[-1]["content"]["kit"] not in {"answer", "fault"}:
            content, buffers = widget.comm.out.get(timeout=60)
            replies.append({"content": content, "buffers": [base64.b64encode(b).decode() for b in buffers]})
        return json.dumps(replies)


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in state.items() if isinstance(value, str | int | float | bool | None)}
