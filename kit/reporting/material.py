"""Everything that the sections of a report are made from, read from the study once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit import canonical
from kit.comparison import Comparison, compare
from kit.metrics import registry
from kit.reporting.media import ClipRef
from kit.rubric import Rubric

if TYPE_CHECKING:
    from kit.metrics.base import Metric
    from kit.study import Study


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples."""
    return list(frame.itertuples(index=False))


@dataclass(frozen=True)
class Group:
    """The clips of one prompt that were made with the same settings and take: what is shown side by side."""

    prompt_id: str
    take: int
    settings: Mapping[str, Any]
    rows: tuple[Any, ...]  # rows of `study.requests`, in the order of the models


@dataclass(frozen=True)
class Options:
    """What the reader of a report should know about how it was computed."""

    rater_kind: str = ""
    draws: int = 5000
    seed: int = 0


@dataclass(frozen=True)
class Material:
    """The frames of a study with its comparison; see the working names in `kit.study`."""

    title: str
    fingerprint: str
    models: tuple[str, ...]
    rubric: Rubric
    prompts: pd.DataFrame
    requests: pd.DataFrame
    clips: pd.DataFrame
    votes: pd.DataFrame
    scores: pd.DataFrame
    measurements: pd.DataFrame
    faults: Mapping[str, tuple[int, str]]
    comparison: Comparison
    metrics: Mapping[str, "Metric"]
    options: Options = field(default_factory=Options)

    @cached_property
    def clip(self) -> dict[str, Any]:
        """The row of `clips` for each hash."""
        return {row.clip: row for row in rows_of(self.clips)}

    @cached_property
    def measured(self) -> dict[tuple[str, str], Any]:
        """The row of `measurements` for each clip and metric."""
        return {(row.clip, row.metric): row for row in rows_of(self.measurements)}

    @cached_property
    def measured_of(self) -> dict[str, list[Any]]:
        """The rows of `measurements` for each clip."""
        found: dict[str, list[Any]] = {}
        for row in rows_of(self.measurements):
            found.setdefault(row.clip, []).append(row)
        return found

    @cached_property
    def groups(self) -> list[Group]:
        """What is shown side by side, by prompt, take and settings."""
        order = {model: i for i, model in enumerate(self.models)}
        place = {p: i for i, p in enumerate(self.prompts["prompt_id"])}
        found: dict[tuple[str, int, str], list[Any]] = {}
        for row in rows_of(self.requests):
            if isinstance(row.clip, str):
                found.setdefault(
                    (row.prompt_id, int(row.take), canonical.canonical(row.settings)), []
                ).append(row)
        keys = sorted(found, key=lambda k: (place[k[0]], k[1], k[2]))
        return [
            Group(
                key[0],
                key[1],
                found[key][0].settings,
                tuple(sorted(found[key], key=lambda r: order[r.model])),
            )
            for key in keys
        ]

    @cached_property
    def refs(self) -> list[ClipRef]:
        """Every clip that the page shows, once, in order of hash."""
        shown = sorted({row.clip for group in self.groups for row in group.rows})
        return [
            ClipRef(
                c,
                self.clip[c].suffix,
                self.clip[c].container,
                int(self.clip[c].bytes),
                bool(self.clip[c].browser_plays),
            )
            for c in shown
            if c in self.clip
        ]

    @cached_property
    def sandbox_clips(self) -> int:
        """How many of the shown clips the kit's own renderer made."""
        return sum(bool(self.clip[ref.clip].sandbox) for ref in self.refs)

    @cached_property
    def prompt_titles(self) -> dict[str, str]:
        """Titles (the id where there is none) by prompt id, in order."""
        return {row.prompt_id: row.title or row.prompt_id for row in rows_of(self.prompts)}

    def dimension_title(self, dimension: str) -> str:
        """A dimension's title by the study's rubric; its id where the rubric does not know it."""
        return self.rubric[dimension].title if dimension in self.rubric.ids else dimension


def gather(study: "Study", *, rater_kind: str, draws: int, seed: int) -> Material:
    """Read the study and compare its models."""
    return Material(
        title=study.title,
        fingerprint=study.fingerprint(),
        models=tuple(study.models),
        rubric=study.rubric,
        prompts=study.prompts,
        requests=study.requests,
        clips=study.clips,
        votes=study.votes,
        scores=study.scores,
        measurements=study.measurements,
        faults=study.faults(),
        comparison=compare(study, rater_kind=rater_kind or None, draws=draws, seed=seed),
        metrics=registry(),
        options=Options(rater_kind, draws, seed),
    )
