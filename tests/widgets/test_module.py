"""The base of the widgets without a browser: questions and answers over a comm that only records."""

import json
import threading
from queue import SimpleQueue
from typing import Any, ClassVar

import comm
import pytest

from kit.errors import BadParameter
from kit.widgets import module
from kit.widgets.module import ModuleWidget
from kit.widgets.worker import Worker


class Wire(comm.base_comm.BaseComm):
    """A comm whose far end is a queue."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.out: SimpleQueue[tuple[str, Any, Any]] = SimpleQueue()
        super().__init__(*args, **options)

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,
        metadata: Any = None,  # noqa: ARG002
        buffers: Any = None,
        **_: Any,
    ) -> None:
        self.out.put((msg_type, data, buffers))


@pytest.fixture(autouse=True)
def _wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every widget's comm is a Wire."""
    monkeypatch.setattr(comm, "create_comm", Wire)


class Echo(ModuleWidget):
    """Answers with what it was asked, and with the thread that answered."""

    _module: ClassVar[str] = "player"
    _sheets: ClassVar[tuple[str, ...]] = ("player",)

    def answer(self, op: str, data: dict[str, Any], buffers: Any) -> tuple[dict[str, Any], list[bytes]]:  # noqa: ARG002
        if op == "refuse":
            raise BadParameter("no such clip")
        if op == "break":
            raise ZeroDivisionError("by nought")
        if op == "wait":
            assert data["gate"] in GATES
            GATES[data["gate"]].wait(20)
        if op == "odd":
            return {"value": object()}, []
        return {"op": op, "data": data, "thread": threading.current_thread().name}, [b"bytes"]

    def static_text(self) -> str:
        return "<echo> & text"


GATES: dict[str, threading.Event] = {}


def ask(widget: ModuleWidget, op: Any, data: Any = None, id_: Any = "1") -> None:
    content = {"kit": "ask", "id": id_, "op": op, "data": {} if data is None else data}
    widget._handle_custom_msg(content, [])


def heard(widget: ModuleWidget) -> tuple[dict[str, Any], Any]:
    """The next custom message of the widget."""
    while True:
        kind, data, buffers = widget.comm.out.get(timeout=20)
        if kind == "comm_msg" and data["method"] == "custom":
            return data["content"], buffers


def test_an_answer_comes_from_a_thread_of_its_own() -> None:
    """The thread that hears the question goes on at once; another answers, with buffers."""
    widget = Echo()
    ask(widget, "hello", {"x": 1}, "q1")
    message, buffers = heard(widget)
    assert message == {
        "kit": "answer",
        "id": "q1",
        "data": {"op": "hello", "data": {"x": 1}, "thread": "kit-player"},
    }
    assert buffers == [b"bytes"]


def test_questions_are_answered_in_order_also_when_asked_from_many_threads() -> None:
    """Each question has one answer, whichever thread brought it."""
    widget = Echo()
    threads = [threading.Thread(target=ask, args=(widget, "hello", {}, f"q{i}")) for i in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {heard(widget)[0]["id"] for _ in range(40)} == {f"q{i}" for i in range(40)}


@pytest.mark.parametrize(
    ("op", "words"),
    [
        ("refuse", "no such clip"),
        ("break", "ZeroDivisionError: by nought"),
        (7, "the text 'op'"),
        ("odd", "not JSON serializable"),
    ],
)
def test_an_error_is_said_and_never_silent(op: Any, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kit's own errors as they are, others with their type, also for an answer that cannot be sent."""
    widget = Echo()
    if op == "odd":
        send = widget.comm.publish_msg
        monkeypatch.setattr(
            widget.comm,
            "publish_msg",
            lambda kind, data=None, **more: (json.dumps(data), send(kind, data, **more)),
        )
    ask(widget, op)
    message, _ = heard(widget)
    assert message["kit"] == "fault"
    assert words in message["message"]


@pytest.mark.parametrize("content", [None, "text", {}, {"kit": "ask"}, {"kit": "ask", "id": 5, "op": "x"}, {"kit": "ask", "id": "x" * 101, "op": "x"}])  # fmt: skip
def test_what_is_no_question_is_passed_over(content: Any) -> None:
    """The next true question is the first that is answered."""
    widget = Echo()
    widget._handle_custom_msg(content, [])
    ask(widget, "hello", {}, "true")
    assert heard(widget)[0]["id"] == "true"


def test_a_long_answer_says_that_it_is_being_worked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one answer takes long, it and those behind it are told that the kernel lives."""
    monkeypatch.setattr(module, "BEAT", 0.02)
    GATES["long"] = threading.Event()
    widget = Echo()
    ask(widget, "wait", {"gate": "long"}, "first")
    ask(widget, "hello", {}, "second")
    told = set()
    while told != {"first", "second"}:
        message, _ = heard(widget)
        assert message["kit"] == "busy"
        told.add(message["id"])
    GATES["long"].set()
    answers = []
    while len(answers) < 2:
        message, _ = heard(widget)
        answers += [message["id"]] if message["kit"] == "answer" else []
    assert answers == ["first", "second"]


def test_the_thread_ends_when_there_is_nothing_to_do() -> None:
    """A hundred players in a notebook keep no thread each; a job after the end starts one again."""
    worker, done = Worker("kit-test"), SimpleQueue()
    for _ in range(3):
        worker.put(lambda: done.put(threading.current_thread()))
        thread = done.get(timeout=20)
        thread.join(20)
        assert not thread.is_alive()


def test_the_state_that_is_saved_holds_the_stub_only() -> None:
    """State has the loader, a hash and a line of text; module and sheet come by question only."""
    widget = Echo()
    state = widget.get_state()
    assert len(state["_esm"]) < 3000
    assert sum(len(str(value)) for value in state.values()) < 4500
    ask(widget, "kit-module")
    answer = heard(widget)[0]["data"]
    assert "export class Player" in answer["module"]
    assert "kernelChannel" in answer["channel"]
    assert ".kit-player" in answer["sheet"]


def test_three_renderings_and_a_cheap_repr() -> None:
    """The bundle has the live view, escaped HTML and plain text."""
    widget = Echo()
    bundle = widget._repr_mimebundle_()[0]
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert bundle["text/plain"] == "<echo> & text"
    assert "&lt;echo&gt; &amp; text" in bundle["text/html"]
    assert len(repr(widget)) < 200


def test_a_push_reaches_the_browser() -> None:
    """What Python says by itself."""
    widget = Echo()
    widget.push("moved", {"x": 1}, [b"b"])
    assert heard(widget) == ({"kit": "push", "op": "moved", "data": {"x": 1}}, [b"b"])
