"""Making the next few things of a series in a second thread while the first are looked at."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")

_END = object()


def ahead(items: Iterable[T], most: int) -> Iterator[T]:
    """The same items in the same order, up to `most` of them made before they are asked for.

    They are made one after the other in one other thread; what fails there is raised here, in its turn. It pays where
    making an item leaves the interpreter to others, as decoding a large picture does. Memory stays flat.
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1, "kit-ahead") as thread:
        waiting: deque[Future[object]] = deque(thread.submit(next, iterator, _END) for _ in range(most))
        while (item := waiting.popleft().result()) is not _END:
            waiting.append(thread.submit(next, iterator, _END))
            yield cast("T", item)
