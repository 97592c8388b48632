"""One name for everything that a report is made from."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kit import canonical
from kit.storage import frames
from kit.suite import Prompt

if TYPE_CHECKING:
    from kit.study import Study


def fingerprint(study: "Study", added: Sequence[Prompt]) -> str:
    """SHA-256 over the frames of a study, its configuration and the prompts added to it; times of storing do not enter.

    What studies did not have at first (filmed requests, added prompts, answers to checks, to repeats and to known
    answers) enters only where there is any, so that an older study keeps its fingerprint.
    """
    ballots = ["created_at", "revision"]
    requests = study.requests
    filmed = requests.loc[requests["attempts"] > 0, ["request", *frames.FILMED]]
    parts = {
        "config": study.config.to_data(),
        "requests": frames.records(requests, drop=["created_at", *frames.FILMED]),
        "clips": frames.records(study.clips, drop=["created_at"]),
        "measurements": frames.records(study.measurements, drop=["series"]),
        "votes": frames.records(study.votes, drop=ballots),
        "scores": frames.records(study.scores, drop=ballots),
        "faults": {clip: list(fault) for clip, fault in study.faults().items()},
    }
    later = {
        "filmed": frames.records(filmed),
        "prompts": [asdict(prompt) for prompt in added],
        "checks": frames.records(study.checks, drop=ballots),
        "trials": _trials(study),
    }
    return canonical.digest(parts | {name: part for name, part in later.items() if part})


def _trials(study: "Study") -> list[dict[str, Any]]:
    """The answers to repeats and known answers that stand; those to pairs are votes."""
    log = study.judgements
    stand = (log["step"] == "vote") & log["kind"].isin(["repeat", "known"])
    undone = log["id"].isin(log["undoes"].dropna())
    return frames.records(log[stand & ~undone], drop=["created_at", "id", "undoes", "seconds"])
