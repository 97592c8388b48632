"""The base of the kit's widgets: a small stub in the notebook, questions from the browser, three renderings.

The saved state of a widget holds only `static/loader.js` and a line of text. The loader asks for the module itself,
and the module then asks for what it needs; see the contract below.

    browser -> kernel   {kit: "ask", id, op, data}
    kernel -> browser   {kit: "answer", id, data} | {kit: "fault", id, message} | {kit: "busy", id}
                        {kit: "push", op, data}                                  buffers travel beside

A question may arrive on the kernel's main thread or on a subshell's (JupyterLab decides), while a cell is running or
not. So nothing is done there: it is put to the widget's own worker thread, which answers when it is done.
"""

import hashlib
import logging
import threading
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

import kit
from kit.errors import KitError
from kit.frontend import module_source, stylesheet
from kit.widgets.worker import Worker

Buffers = Sequence[bytes | bytearray | memoryview]

# Seconds after which the browser is told that a long answer is still being worked at; it gives up after 15.
BEAT = 5.0
_LOADER = Path(kit.__file__).parent / "static" / "loader.js"
_log = logging.getLogger(__name__)


class ModuleWidget(anywidget.AnyWidget):
    """A widget whose front end is `kit/static/<_module>.js`, which exports `attach(el, channel, {signal})`.

    `channel.ask(op, data)` in the browser is answered by `answer`; `push` sends what `channel.listen` hears.
    `static_html` and `static_text` are what a front end without widgets, or without trust, shows.
    """

    _esm = _LOADER
    _module: ClassVar[str] = ""
    _sheets: ClassVar[tuple[str, ...]] = ()
    _hash = traitlets.Unicode().tag(sync=True)
    _text = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        """Subclasses set what `static_text` needs before they call this."""
        super().__init__(_hash=self._digest(), _text=self.static_text())
        self._worker = Worker(f"kit-{self._module}")
        self._open: set[str] = set()
        self._open_lock = threading.Lock()
        self.on_msg(self._receive)

    def answer(self, op: str, data: dict[str, Any], buffers: Buffers) -> tuple[dict[str, Any], list[bytes]]:
        """What the browser asked for: JSON and buffers. Runs on the widget's worker thread, one call at a time.

        A KitError's text is shown to the user as it is; any other error is shown with its type, and logged.
        """
        raise NotImplementedError

    def static_html(self) -> str:
        """What to show where scripts or trust are missing: escaped, small, without script and without a clip."""
        return f"<p>{escape(self.static_text())}</p>"

    def static_text(self) -> str:
        """The same as plain text, for terminals and until the module has come."""
        raise NotImplementedError

    def push(self, op: str, data: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        """Tell every view of this widget something; may be called from any thread."""
        self.send({"kit": "push", "op": op, "data": dict(data)}, list(buffers))

    def _repr_mimebundle_(self, **kwargs: dict[Any, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        shown, metadata = bundle
        return {**shown, "text/html": self.static_html(), "text/plain": self.static_text()}, metadata

    @classmethod
    def _front_end(cls) -> dict[str, str]:
        return {
            "module": module_source(cls._module),
            "channel": module_source("channel"),
            "sheet": "\n".join(stylesheet(name) for name in cls._sheets),
        }

    @classmethod
    def _digest(cls) -> str:
        return hashlib.sha256("\0".join(cls._front_end().values()).encode()).hexdigest()[:16]

    def _receive(self, _widget: object, content: object, buffers: Buffers) -> None:
        if not isinstance(content, dict) or content.get("kit") != "ask":
            return
        id_, op, data = content.get("id"), content.get("op"), content.get("data")
        if not isinstance(id_, str) or len(id_) > 100:
            return
        with self._open_lock:
            self._open.add(id_)
        self._worker.put(lambda: self._work(id_, op, data, buffers))

    def _work(self, id_: str, op: object, data: object, buffers: Buffers) -> None:
        done = threading.Event()
        beat = threading.Timer(BEAT, self._beat, (done,))
        beat.daemon = True
        beat.start()
        try:
            message, sent = self._answered(id_, op, data, buffers)
        finally:
            done.set()
            beat.cancel()
            with self._open_lock:
                self._open.discard(id_)
        try:
            self.send(message, sent)
        except Exception as error:  # noqa: BLE001 - a value that is not JSON; said in the widget like any other
            _log.warning("an answer could not be sent", exc_info=True)
            self.send({"kit": "fault", "id": id_, "message": f"{type(error).__name__}: {error}"})

    def _beat(self, done: threading.Event) -> None:
        """While one long answer is worked at, all that wait hear that the kernel lives."""
        while not done.is_set():
            with self._open_lock:
                waiting = list(self._open)
            for id_ in waiting:
                self.send({"kit": "busy", "id": id_})
            done.wait(BEAT)

    def _answered(
        self, id_: str, op: object, data: object, buffers: Buffers
    ) -> tuple[dict[str, Any], list[bytes]]:
        if not isinstance(op, str) or not isinstance(data, dict):
            return {
                "kit": "fault",
                "id": id_,
                "message": "a question needs the text 'op' and the object 'data'",
            }, []
        try:
            if op == "kit-module":
                answer, sent = self._front_end(), list[bytes]()
            else:
                answer, sent = self.answer(op, data, buffers)
        except KitError as error:
            return {"kit": "fault", "id": id_, "message": str(error)}, []
        except Exception as error:  # noqa: BLE001 - shown in the widget: a callback must never fail in silence
            _log.warning("%s could not answer %r", type(self).__name__, op, exc_info=True)
            return {"kit": "fault", "id": id_, "message": f"{type(error).__name__}: {error}"}, []
        return {"kit": "answer", "id": id_, "data": answer}, sent
