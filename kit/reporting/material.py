"""Everything that the sections of a report are made from, read from the study once."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit import canonical
from kit.camera.check import camera_checks
from kit.comparison import Comparison, compare
from kit.metrics import registry
from kit.metrics.asked import compare_with_asked
from kit.player import MOST_CLIPS
from kit.reporting.media import ClipRef
from kit.reporting.pair_votes import PairKey, PairVotes, pair_votes
from kit.rubric import Rubric
from kit.stats.associations import clip_opinions, rank_correlations
from kit.stats.generation_ratios import generation_ratios
from kit.stats.metric_votes import vote_correlations

if TYPE_CHECKING:
    from kit.metrics.base import Metric
    from kit.study import Study

MOST_DRAWS = 2000  # for each metric's correlation with the votes: there are many
FEWER_DRAWS = 500  # for rank correlations at two levels: there are far more


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

    @property
    def players(self) -> list[tuple[Any, ...]]:
        """The rows by player: seven clips become four and three rather than six and one."""
        most = math.ceil(len(self.rows) / math.ceil(len(self.rows) / MOST_CLIPS))
        return [self.rows[i : i + most] for i in range(0, len(self.rows), most)]


@dataclass(frozen=True)
class Options:
    """What the reader of a report should know about how it was computed."""

    rater_kind: str = ""
    draws: int = 5000
    seed: int = 0
    until: str = ""


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
    checks: pd.DataFrame = field(default_factory=pd.DataFrame)

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
    def metrics_measured(self) -> frozenset[str]:
        """The names of all metrics that were measured."""
        return frozenset(self.measurements["metric"])

    @cached_property
    def tags(self) -> dict[str, int]:
        """The place of each tag of the prompts, by name."""
        return {tag: i for i, tag in enumerate(sorted({tag for own in self.prompts["tags"] for tag in own}))}

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
    def players(self) -> dict[tuple[str, str], str]:
        """The id on the page of the player that shows a prompt's clip, by prompt id and hash."""
        found: dict[tuple[str, str], str] = {}
        for number, group in enumerate(self.groups, start=1):
            for part, rows in enumerate(group.players, start=1):
                found |= {(group.prompt_id, row.clip): f"player-{number}-{part}" for row in rows}
        return found

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
    def camera(self) -> dict[tuple[str, str], list[Any]]:
        """The rows of `kit.camera.check.camera_checks` by prompt id and clip, in order."""
        found: dict[tuple[str, str], dict[int, Any]] = {}
        for row in rows_of(camera_checks(self)):
            found.setdefault((row.prompt_id, row.clip), {}).setdefault(int(row.position), row)
        return {key: [rows[place] for place in sorted(rows)] for key, rows in found.items()}

    @cached_property
    def delivered(self) -> dict[tuple[str, str, str], list[Any]]:
        """The rows of `kit.metrics.asked.compare_with_asked` by prompt id, request and clip."""
        found: dict[tuple[str, str, str], list[Any]] = {}
        for row in rows_of(compare_with_asked(self.requests, self.measurements)):
            found.setdefault((row.prompt_id, row.request, row.clip), []).append(row)
        return found

    @cached_property
    def cast(self) -> pd.DataFrame:
        """The votes that this page compares: those of one kind of rater."""
        votes = self.votes
        return votes[votes["rater_kind"] == self.comparison.rater_kind] if len(votes) else votes

    @cached_property
    def pair_votes(self) -> dict[PairKey, PairVotes]:
        """The votes that this page compares, counted by pair of clips and dimension."""
        return pair_votes(self.cast)

    @cached_property
    def votes_on(self) -> dict[str, dict[str, dict[tuple[str, str], list[PairVotes]]]]:
        """The same by prompt, dimension and pair of models: a count for each take; empty for a prompt without any."""
        found: dict[str, dict[str, dict[tuple[str, str], list[PairVotes]]]] = {
            prompt: {} for prompt in self.prompts["prompt_id"]
        }
        for key, votes in self.pair_votes.items():
            own = found.setdefault(key.prompt_id, {}).setdefault(key.dimension, {})
            own.setdefault((key.model_a, key.model_b), []).append(votes)
        return found

    @cached_property
    def correlations(self) -> pd.DataFrame:
        """Each metric against the votes; see `kit.stats.metric_votes.vote_correlations`."""
        draws = min(self.options.draws, MOST_DRAWS)
        return vote_correlations(
            self.measurements, self.requests, self.cast, self.models, self.rubric.ids, draws=draws,
            seed=self.options.seed,
        )  # fmt: skip

    @cached_property
    def rank_correlations(self) -> pd.DataFrame:
        """People, judges and measurements against each other; see `kit.stats.associations.rank_correlations`.

        What the files say of themselves is left out. Where people have not voted, simulated raters stand for them.
        """
        simulated = self.comparison.rater_kind == "simulated"
        facts = [name for name, metric in self.metrics.items() if metric.dimension == "facts"]
        own = self.measurements
        # Two models' measurements with the votes compared are `correlations` already, pair by pair.
        if len(self.models) < 3 and self.scores.empty and len(self.cast) == len(self.votes):
            own = own.iloc[:0]
        opinions = clip_opinions(
            votes=self.votes, scores=self.scores, requests=self.requests, models=self.models,
            measurements=own if own.empty else own[~own["metric"].isin(facts)],
            dimensions=self.rubric.ids, people="simulated" if simulated else "person",
        )  # fmt: skip
        draws = min(self.options.draws, FEWER_DRAWS)
        return rank_correlations(opinions, draws=draws, seed=self.options.seed)

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """Time and price of each pair of models, for the same prompts; see `kit.stats.generation_ratios`."""
        return generation_ratios(self.requests, self.models)

    @cached_property
    def prompt(self) -> dict[str, Any]:
        """The row of `prompts` for each prompt id."""
        return {row.prompt_id: row for row in rows_of(self.prompts)}

    @cached_property
    def prompt_anchors(self) -> dict[str, str]:
        """The id on the page of each prompt."""
        return {row.prompt_id: f"prompt-{i}" for i, row in enumerate(rows_of(self.prompts), start=1)}

    @cached_property
    def prompt_titles(self) -> dict[str, str]:
        """Titles (the id where there is none) by prompt id, in order."""
        return {row.prompt_id: row.title or row.prompt_id for row in rows_of(self.prompts)}

    def dimension_title(self, dimension: str) -> str:
        """A dimension's title by the study's rubric; its id where the rubric does not know it."""
        return self.rubric[dimension].title if dimension in self.rubric.ids else dimension


def gather(study: "Study", *, rater_kind: str, draws: int, seed: int, until: str = "") -> Material:
    """Read the study, as it was at `until` where that is given (see `kit.until`), and compare its models."""
    if until:
        from kit.until import StudyUntil

        study = StudyUntil(study, until)
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
        options=Options(rater_kind, draws, seed, until),
        checks=study.checks,
    )
