"""The synchronous face of a run: the only module that makes event loops, and the only one that may touch nest-asyncio.

`generate` runs the coroutine in a loop of its own on a thread of its own, and waits. So it works the same in a script,
in any thread, in a notebook cell whose kernel has a loop running, inside a running loop, and under papermill; nothing
is patched. What talks to people (progress, confirmation) is called in the thread that called `generate`, so that it
reaches the right cell, and Ctrl-C ends the run in good order.

The one case that needs nest-asyncio is `in_this_loop=True`: `providers` gives objects that belong to the loop that is
running in the calling thread (connections that were opened in the notebook), or there are no threads (Pyodide). Then
the running loop itself has to be entered again. nest-asyncio2 is preferred where it is installed: after the original,
programs that used anyio's threads did not exit. Either can only patch asyncio's own loops, not uvloop's.
"""

import asyncio
import contextlib
import contextvars
import importlib
import threading
from collections.abc import Callable, Coroutine
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack

from kit.errors import BadParameter, MissingExtra
from kit.generation.options import GenerateOptions
from kit.generation.run import agenerate
from kit.generation.show import Notebook, in_notebook
from kit.generation.summary import RunStopped, RunSummary

if TYPE_CHECKING:
    from kit.generation.plan import Plan
    from kit.study import Study

T = TypeVar("T")


def generate(study: "Study", *, in_this_loop: bool = False, **options: Unpack[GenerateOptions]) -> RunSummary:
    """`agenerate`, waited for: works with and without a running event loop; see there for arguments and errors.

    In a notebook progress is shown unless `progress` says otherwise.

    Ctrl-C (or the notebook's stop button) stops sending, waits for the answers to requests that have left, and raises
    RunStopped, a KeyboardInterrupt, whose `summary` says what is still running and paid for. A second one leaves at
    once; what was leaving just then becomes `unknown`.
    """
    if "progress" not in options and in_notebook():
        options["progress"] = Notebook()
    if in_this_loop:
        return enter_running_loop(agenerate(study, **options))
    worker: Worker[RunSummary] = Worker()
    mine = dict(options)
    if options.get("progress") is not None:
        mine["progress"] = worker.caller(options["progress"])
    if options.get("confirm") is not None:
        mine["confirm"] = worker.asking(options["confirm"])
    summary = worker.run(lambda: agenerate(study, stop=worker.stop, **mine))  # type: ignore[arg-type]
    if worker.interrupted:
        raise RunStopped(summary)
    return summary


def blocking(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in a loop of its own on a thread of its own, and wait for it; Ctrl-C cancels it."""
    worker: Worker[T] = Worker()
    result = worker.run(make)
    if worker.interrupted:
        raise KeyboardInterrupt
    return result


class LoopThread(Generic[T]):
    """A thread with an event loop of its own that runs one coroutine; `stop` asks that one to end in good order."""

    def __init__(self, name: str) -> None:
        self.stop = asyncio.Event()
        self.result: T | None = None
        self.error: BaseException | None = None
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = False

    def begin(
        self, make: Callable[[], Coroutine[Any, Any, T]], ended: Callable[[], None]
    ) -> threading.Thread:
        """Start; `ended` is called in the thread when `result` or `error` is there."""
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._work, make, ended), name=self._name, daemon=True
        )
        thread.start()
        return thread

    def end(self) -> None:
        """Set `stop`; from any thread, also before the loop runs and after it has ended."""
        self._asked = True
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(self.stop.set)

    def _work(self, make: Callable[[], Coroutine[Any, Any, T]], ended: Callable[[], None]) -> None:
        async def main() -> T:
            self._loop = asyncio.get_running_loop()
            if self._asked:
                self.stop.set()
            return await make()

        try:
            self.result = asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 - handed to whoever began this
            self.error = error
        finally:
            ended()


class Worker(Generic[T]):
    """A thread with an event loop, and the calling thread, which runs what the loop asks it to run."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._inner: LoopThread[T] = LoopThread("kit-generate")
        self.stop = self._inner.stop
        self.interrupted = False

    def caller(self, listener: Callable[[Any], None] | None) -> Callable[[Any], None]:
        """The listener, called in the calling thread."""
        assert listener is not None

        def tell(value: Any) -> None:
            self._calls.put(lambda: listener(value))

        return tell

    def asking(self, confirm: Any) -> Any:
        """The question, asked in the calling thread; its answer may itself be awaitable."""

        async def ask(plan: "Plan") -> bool:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[Any] = loop.create_future()

            def in_caller() -> None:
                said: Any = False
                try:
                    said = confirm(plan)
                finally:
                    # Interrupted or failed means no.
                    loop.call_soon_threadsafe(answer.set_result, said)

            self._calls.put(in_caller)
            said = await answer
            return bool(await said if asyncio.iscoroutine(said) else said)

        return ask

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run the coroutine to its end; raises what it raises, or what a listener raised, once it has ended."""
        thread = self._inner.begin(make, lambda: self._calls.put(None))
        trouble: BaseException | None = None
        while True:
            try:
                # Woken now and then, since a wait without end cannot be interrupted on every system.
                call = self._next()
                if call is None:
                    break
                if trouble is None:
                    call()
            except KeyboardInterrupt:
                if self.interrupted:
                    raise
                self.interrupted = True
                self._inner.end()
            except BaseException as error:  # noqa: BLE001 - raised below, when the run has ended in good order
                trouble = error
                self._inner.end()
        thread.join()
        if trouble is not None:
            raise trouble
        if self._inner.error is not None:
            raise self._inner.error
        return self._inner.result  # type: ignore[return-value]

    def _next(self) -> Callable[[], object] | None:
        while True:
            try:
                return self._calls.get(timeout=0.5)
            except Empty:
                continue


def enter_running_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the loop that is running in this thread, by way of nest-asyncio; without one, in a new loop.

    Raises MissingExtra where neither package is there, BadParameter for a loop that they cannot patch.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    try:
        _patch(loop)
    except BaseException:
        work.close()
        raise
    return loop.run_until_complete(work)


def _patch(loop: asyncio.AbstractEventLoop) -> None:
    if not isinstance(loop, asyncio.BaseEventLoop):
        raise BadParameter(
            f"the running loop is {type(loop).__module__}'s, which cannot be entered again; "
            "await study.agenerate(...) there, or leave out in_this_loop"
        )
    _nest().apply(loop)


def _nest() -> Any:
    for name in ("nest_asyncio2", "nest_asyncio"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise MissingExtra("nest-asyncio2", "notebook", "a run inside the loop of this thread")
