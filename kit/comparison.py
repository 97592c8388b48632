"""Everything that a study allows one to say about its models, as frames."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kit.errors import BadParameter
from kit.stats.agreement import agreement, rater_agreement
from kit.stats.counts import orient, pairs_of
from kit.stats.kappa import judge_agreement
from kit.stats.measured import compare_measurements
from kit.stats.scores import compare_scores
from kit.stats.speed import generation_cost, generation_speed
from kit.stats.strengths import rank_models
from kit.stats.verdict import weigh

if TYPE_CHECKING:
    from kit.study import Study

# The first kind that voted or scored is the one compared, unless another is asked for.
RATER_KINDS = {"person": "people", "simulated": "simulated raters", "judge": "judges"}


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """What votes, scores, measurements, times and prices say of two or more models.

    Only one kind of rater is in it (`rater_kind`: 'person', 'simulated' or 'judge'; None where nobody voted or
    scored): kinds are never pooled. Frames, with their columns described where they are made:

    - `wins`, `verdicts`: one row each a dimension and pair of models, in their order (`kit.stats.verdict.weigh`);
    - `strengths`, `win_matrix`: three and more models on one scale a dimension, with ranks and their intervals
      (`kit.stats.strengths.rank_models`); empty below three, where a win rate says it all;
    - `fits`: one row a dimension, what the fit behind them found beside strengths, the advantage of a side first of
      all; for two models too;
    - `scores` (`kit.stats.scores.compare_scores`), `measured` (`kit.stats.measured.compare_measurements`);
    - `agreement`: among these raters, by dimension (`kit.stats.agreement.agreement`); `raters`: each rater with the others,
      with themselves on repeats and with known answers (`kit.stats.agreement.rater_agreement`); `judges`: each judge against
      people, whatever `rater_kind` is (`kit.stats.kappa.judge_agreement`);
    - `speed`, `cost`: one row a model (`kit.stats.speed`).

    In all of them `model_a` comes before `model_b` in `models`. `missing` says in plain sentences what the comparison
    lacks or leaves out; they carry model and dimension names as given, so escape them where they are shown.
    """

    models: tuple[str, ...]
    dimensions: tuple[str, ...]
    rater_kind: str | None
    wins: pd.DataFrame
    verdicts: pd.DataFrame
    strengths: pd.DataFrame
    fits: pd.DataFrame
    win_matrix: pd.DataFrame
    scores: pd.DataFrame
    agreement: pd.DataFrame
    raters: pd.DataFrame
    judges: pd.DataFrame
    measured: pd.DataFrame
    speed: pd.DataFrame
    cost: pd.DataFrame
    missing: tuple[str, ...]
    draws: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold, in a fixed order.

        Each frame is a list of rows; numbers are rounded to 6 significant digits; NaN and infinity are None.
        """
        frames = (
            *("wins", "verdicts", "strengths", "fits", "win_matrix"),
            *("scores", "agreement", "raters", "judges", "measured", "speed", "cost"),
        )
        return {
            "models": list(self.models),
            "dimensions": list(self.dimensions),
            "rater_kind": self.rater_kind,
            "draws": self.draws,
            "seed": self.seed,
            **{name: _rows(getattr(self, name)) for name in frames},
            "missing": list(self.missing),
        }

    def sentences(self) -> list[str]:
        """Return what may be said, a sentence or two for each dimension and pair of models, then what is missing."""
        from kit.wording import findings

        return [*findings(self), *self.missing]

    def __repr__(self) -> str:
        return "\n".join(self.sentences())

    def _repr_html_(self) -> str:
        return f"<ul>{''.join(f'<li>{html.escape(sentence)}</li>' for sentence in self.sentences())}</ul>"


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, float | np.floating):
        return float(f"{value:.6g}")
    return value.item() if isinstance(value, np.generic) else value


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _and(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def choose_kind(votes: pd.DataFrame, scores: pd.DataFrame, asked: str | None = None) -> str | None:
    """Return the kind of rater to compare: the one asked for, else the first that voted or scored.

    People come first, then simulated raters, then judges; None where nobody voted or scored. Raises BadParameter for
    a kind that does not exist.
    """
    if asked is not None and asked not in RATER_KINDS:
        raise BadParameter(f"unknown kind of rater {asked!r}; it is one of {', '.join(RATER_KINDS)}")
    if asked is not None:
        return asked
    found = {str(kind) for given in (votes, scores) if not given.empty for kind in given["rater_kind"]}
    return next((kind for kind in RATER_KINDS if kind in found), None)


def _of_kind(given: pd.DataFrame, kind: str | None) -> pd.DataFrame:
    return given if given.empty else given[given["rater_kind"] == kind].reset_index(drop=True)


def _left_out(given: pd.DataFrame, kind: str | None, noun: str) -> list[str]:
    if given.empty:
        return []
    others = [k for k in RATER_KINDS if k != kind]
    numbers = {k: int((given["rater_kind"] == k).sum()) for k in others}
    return [
        f"{_count(n, noun)} by {RATER_KINDS[k]} left out: kinds of raters are compared one at a time."
        for k, n in numbers.items()
        if n
    ]


def _missing_votes(wins: pd.DataFrame, votes: pd.DataFrame, dimensions: Sequence[str]) -> list[str]:
    """Say which dimensions and pairs have no votes, and what the votes cannot speak of."""
    if votes.empty:
        return ["No votes."]
    said = []
    for (model_a, model_b), part in wins.groupby(["model_a", "model_b"], sort=False):
        empty = [d for d in dimensions if d in set(part.loc[part["n_votes"] == 0, "dimension"])]
        if empty:
            names = [d.replace("_", " ") for d in empty]
            said.append(f"No votes on {_and(names)} for {model_a} and {model_b}.")
    if len(set(votes["rater"])) == 1:
        said.append("All votes come from one rater: how others would choose is not known.")
    if len(set(votes["prompt_id"])) == 1:
        said.append("All votes are on one prompt: how other prompts would come out is not known.")
    return said


def _missing_numbers(requests: pd.DataFrame, measurements: pd.DataFrame, models: Sequence[str]) -> list[str]:
    said = []
    filmed = requests[requests["clip"].notna()] if not requests.empty else requests
    clips = filmed["clip"].nunique() if not filmed.empty else 0
    without = [m for m in models if filmed.empty or not (filmed["model"] == m).any()]
    if without:
        said.append(f"No clips by {_and(without)}.")
    if clips:
        measured = len(set(filmed["clip"]) & set(measurements["clip"])) if not measurements.empty else 0
        if measured == 0:
            said.append("No measurements.")
        elif measured < clips:
            said.append(f"{_count(clips - measured, 'clip')} of {clips} not measured.")
        takes = filmed.groupby(["prompt_id", "model"]).size()
        if int(takes.max()) == 1:
            said.append("One take of each prompt: the luck of a single clip is not covered.")
    for column, what in (("seconds", "generation times"), ("cost_usd", "prices")):
        known = filmed[filmed[column].notna()] if not filmed.empty else filmed
        lacking = [m for m in models if m not in without and not (known["model"] == m).any()]
        if lacking:
            said.append(f"No {what} for {_and(lacking)}.")
    return said


def _outside(given: pd.DataFrame, noun: str, dimensions: Sequence[str], kept: int) -> list[str]:
    lost = len(given) - kept
    if not lost:
        return []
    return [
        f"{_count(lost, noun)} left out: on models or dimensions that are not compared ({_and(dimensions)})."
    ]


def compare_frames(
    *,
    votes: pd.DataFrame,
    scores: pd.DataFrame,
    requests: pd.DataFrame,
    measurements: pd.DataFrame,
    models: Sequence[str],
    dimensions: Sequence[str],
    judgements: pd.DataFrame | None = None,
    rater_kind: str | None = None,
    draws: int = 5000,
    seed: int = 0,
) -> Comparison:
    """Compare models from tidy frames with the columns that a Study gives them.

    Every pair of `models` is compared on every one of `dimensions`. `rater_kind` is chosen by `choose_kind` unless
    given. `judgements` is the log of blind rating, for repeats and known answers. `draws` (at least 100) and `seed` (0 or more) rule the bootstrap: the same frames, draws and seed give the
    same numbers, in whatever order the rows stand. Any frame may be empty. Raises BadParameter for a choice, a kind of
    rater, draws or a seed that cannot be.
    """
    if len(set(models)) != len(models) or len(set(dimensions)) != len(dimensions):
        raise BadParameter("a model or a dimension is named twice; name each once")
    if draws < 100 or seed < 0:
        raise BadParameter(f"draws must be at least 100 and seed 0 or more; got {draws} and {seed}")
    kind = choose_kind(votes, scores, rater_kind)
    cast, given = _of_kind(votes, kind), _of_kind(scores, kind)
    known_votes = orient(cast, models)
    if not cast.empty:
        known_votes = known_votes[known_votes["dimension"].isin(list(dimensions))].reset_index(drop=True)
    known_scores = given
    if not given.empty:
        inside = given["dimension"].isin(list(dimensions)) & given["model"].isin(list(models))
        known_scores = given[inside].reset_index(drop=True)
    weighed = weigh(known_votes, models, dimensions, draws=draws, seed=seed)
    ranked = rank_models(known_votes, models, dimensions if len(models) > 1 else (), draws=draws, seed=seed)
    if len(models) == 2:
        ranked = ranked._replace(
            strengths=ranked.strengths.iloc[:0], win_matrix=ranked.win_matrix.iloc[:0], notes=()
        )
    compared = compare_scores(known_scores, models, dimensions, draws=draws, seed=seed)
    missing = ["One model: nothing to compare it with." if len(models) == 1 else "No models."] * (
        len(models) < 2
    )
    if pairs_of(models):
        missing += [*_missing_votes(weighed.wins, known_votes, dimensions), *ranked.notes]
        missing += ["No scores."] if known_scores.empty else []
    missing += _missing_numbers(requests, measurements, models)
    missing += _left_out(votes, kind, "vote") + _left_out(scores, kind, "score")
    missing += _outside(cast, "vote", dimensions, len(known_votes))
    missing += _outside(given, "score", dimensions, len(known_scores))
    return Comparison(
        models=tuple(models),
        dimensions=tuple(dimensions),
        rater_kind=kind,
        wins=weighed.wins,
        verdicts=weighed.verdicts,
        strengths=ranked.strengths,
        fits=ranked.fits,
        win_matrix=ranked.win_matrix,
        scores=compared,
        agreement=agreement(known_votes, known_scores, models, dimensions, draws=draws, seed=seed),
        raters=rater_agreement(
            known_votes,
            _of_kind(pd.DataFrame() if judgements is None else judgements, kind),
            models,
            dimensions,
            draws=draws,
            seed=seed,
        ),
        judges=judge_agreement(votes, models, dimensions, draws=draws, seed=seed),
        measured=compare_measurements(measurements, requests, models, draws=draws, seed=seed),
        speed=generation_speed(requests, models, draws=draws, seed=seed),
        cost=generation_cost(requests, models, draws=draws, seed=seed),
        missing=tuple(missing),
        draws=draws,
        seed=seed,
    )


def compare(study: "Study", *, rater_kind: str | None = None, draws: int = 5000, seed: int = 0) -> Comparison:
    """Compare the models of a study; see `compare_frames`."""
    return compare_frames(
        votes=study.votes,
        scores=study.scores,
        requests=study.requests,
        measurements=study.measurements,
        judgements=study.judgements,
        models=study.models,
        dimensions=study.rubric.ids,
        rater_kind=rater_kind,
        draws=draws,
        seed=seed,
    )
