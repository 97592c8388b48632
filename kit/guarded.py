"""Looking at a clip from outside, and making things of it, in a process apart: a hostile file must not end this one.

The processes are few, are started with the first call, and serve all that follow; `kit.apart.dismiss` ends them where
nothing more is to come for a while.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kit.apart import Crew, Ended, Setting, shared
from kit.errors import ClipUnreadable
from kit.limits import Limits, fair_memory

if TYPE_CHECKING:
    from kit.decode import ClipFacts
    from kit.filmstrip import FilmStrip

Result = TypeVar("Result")

# Each decodes on all cores, so that more of them would bring little.
_AT_ONCE = 2
_turn = threading.BoundedSemaphore(_AT_ONCE)
# Beyond `Limits.patience`: what a slow machine needs to encode a clip anew is a fifth of that.
_SECONDS_A_MEGABYTE = 5.0


def crew() -> Crew:
    """The processes apart that this program looks at clips in."""
    return shared(Setting(fair_memory(_AT_ONCE), os.cpu_count() or 1))


def guarded(
    function: Callable[..., Result], path: str | os.PathLike[str], *args: Any, **options: Any
) -> Result:
    """What a module's function makes of a clip: `function(path, ...)`, in a process apart, two at a time.

    Raises what the function raises; ClipUnreadable where the process crashed, took too long or took too much memory;
    ChildProcessError where none could be started. May be called from any thread.
    """
    try:
        with _turn:
            result: Result = crew().call(_call, function, path, args, options, seconds=_seconds(path))
    except Ended as error:
        what = "took too long" if error.overdue else f"ended the process ({error})"
        raise ClipUnreadable(f"{Path(path).name}: looking at it {what}. Export it again.") from error
    except MemoryError as error:
        raise ClipUnreadable(
            f"{Path(path).name}: looking at it takes more memory than it may have. Export it again."
        ) from error
    return result


def _call(
    function: Callable[..., Result],
    path: str | os.PathLike[str],
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> Result:
    return function(path, *args, **options)


def _seconds(path: str | os.PathLike[str]) -> float:
    limits = Limits()
    try:
        size = Path(path).stat().st_size
    except OSError:
        return limits.patience  # the function says what is wrong with it
    return min(limits.longest, limits.patience + _SECONDS_A_MEGABYTE * size / 1e6)


def probe(path: str | os.PathLike[str]) -> "ClipFacts":
    """`kit.decode.probe` in a process apart."""
    from kit import decode

    return guarded(decode.probe, path)


def poster(path: str | os.PathLike[str], *, long_edge: int = 640, most: int = 150_000) -> bytes:
    """`kit.posters.poster` in a process apart."""
    from kit import posters

    return guarded(posters.poster, path, long_edge=long_edge, most=most)


def film_strip(path: str | os.PathLike[str]) -> "FilmStrip":
    """`kit.filmstrip.film_strip` in a process apart."""
    from kit import filmstrip

    return guarded(filmstrip.film_strip, path)
