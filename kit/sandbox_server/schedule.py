"""How long a task takes and what it costs here. Neither says anything of a real model."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from kit.errors import BadParameter
from kit.sandbox_server.jobs import Job


class Times(NamedTuple):
    """Seconds in the queue, and seconds of processing after it."""

    queue: float
    processing: float


Schedule = Callable[[Job], Times]
Price = Callable[[Job], float]

# Seconds of processing: a fixed part, and a part for each second of film; sandbox-quick is twice as quick as
# sandbox-steady. The renderer may need longer, and a task is not completed before its clip is there; but a clip is
# begun when its task is created, so that with two tasks at a time most of it is rendered while they wait.
_PROCESSING = {"sandbox-quick": (0.5, 0.3), "sandbox-steady": (1.0, 0.6)}
_QUEUE = 0.2

# Play money in US$ a second of film, by mode, as the cards of the sandbox models have it; a test compares the two.
_USD = {"sandbox-quick": {"std": 0.02, "draft": 0.01}, "sandbox-steady": {"std": 0.05, "draft": 0.03}}


def usual_times(job: Job) -> Times:
    """The schedule of a server that was given none. Other models, where they are let in, take 20 s a second of film."""
    fixed, each = _PROCESSING.get(job.model, (10.0, 20.0))
    return Times(_QUEUE, fixed + each * job.seconds)


def usual_price(job: Job) -> float:
    """Play money in US$; other models, where they are let in, cost 0.10 a second, half as much again with audio."""
    modes = _USD.get(job.model)
    each = modes[job.mode or "std"] if modes else (0.15 if job.audio else 0.10)
    return round(each * job.seconds, 6)


def table(rows: Mapping[str, Sequence[float]]) -> Schedule:
    """A schedule from data: model -> [seconds in the queue, seconds of processing]; "*" is for all others.

    Raises BadParameter.
    """
    for model, row in rows.items():
        if len(row) != 2 or not all(isinstance(n, int | float) and 0 <= n < 1e7 for n in row):
            raise BadParameter(
                f"schedule of {model!r} is {list(row)!r}; give [seconds in the queue, seconds of processing]"
            )

    def times(job: Job) -> Times:
        row = rows.get(job.model, rows.get("*"))
        return usual_times(job) if row is None else Times(float(row[0]), float(row[1]))

    return times
