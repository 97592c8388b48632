"""Builds a report again and again while rating goes on: whenever the study has changed, and not otherwise."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from kit.errors import BadParameter, KitError

EVERY = 5.0  # seconds between two looks
LEAST = 1.0


class Watched(NamedTuple):
    """What a watch did until it was ended: pages built, and attempts that failed."""

    built: int
    failed: int


def watch(
    state: Callable[[], str],
    build: Callable[[], object],
    *,
    every: float = EVERY,
    say: Callable[[str], None] = print,
    wait: Callable[[float], object] = time.sleep,
) -> Watched:
    """Call `build` now, and again whenever `state` has changed, until interrupted (Ctrl-C); returns what was done.

    `state` is looked at `every` so many seconds (at least 1) and not more often: `wait` is called with that number
    between two looks. Before each building the state is taken first, so that what arrives during it is not missed.
    A building that fails with an error of the kit is told through `say`, and leaves the older page as it was; it is
    tried again once the study has changed again. `wait` may raise KeyboardInterrupt, and tests do.

    Raises BadParameter for an interval below 1 second and for parameters that cannot be, and whatever keeps the
    study from being looked at for the first time.
    """
    if not every >= LEAST:
        raise BadParameter(f"between two looks at the study lies {LEAST:g} second at least; got {every:g}")
    built = failed = 0
    seen: str | None = None
    told = ""
    try:
        while True:
            try:
                now = state()
                if now != seen:
                    seen, told = now, ""
                    build()
                    built += 1
            except BadParameter:
                raise  # no change of the study would mend it
            except KitError as error:
                if seen is None:
                    raise
                failed += 1
                if str(error) != told:
                    told = str(error)
                    say(f"{told}\nThe page stays as it was; the study is watched further.")
            wait(every)
    except KeyboardInterrupt:
        return Watched(built, failed)


def state_of(places: Sequence[str | Path]) -> str:
    """What the studies at these places hold now, in one text. They are opened anew, so study.yaml counts as well."""
    from kit.study import Study

    found = []
    for place in places:
        with Study.open(place) as study:
            found.append(study.fingerprint())
    return " ".join(found)
