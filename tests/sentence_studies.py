"""Simulated studies whose truth is known, as the material of a report, and what its sentences say of them.

Votes are made as in tests/bench/bench_verdict.py; times are log-normal around a prompt's own, with a queue now and then;
prices are a list's or vary; metrics share what a clip has in common. In a `Truth` without effects nothing differs.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from kit.comparison import Comparison, compare_frames
from kit.metrics import registry
from kit.reporting.figures import Figures
from kit.reporting.material import Material, Options
from kit.reporting.render import sentences
from kit.reporting.sections import answer, findings, recommendation
from kit.rubric import DEFAULT
from kit.stats.measured import compare_measurements
from kit.stats.speed import generation_cost, generation_speed
from kit.stats.verdict import weigh

METRICS = tuple(m.name for m in registry().values() if m.better is not None and m.dimension != "facts")
Generator = np.random.Generator


@dataclass(frozen=True)
class Truth:
    """A world that studies of models are drawn from; effects are for the first model over each other."""

    prompts: int = 24
    raters: int = 3
    models: tuple[str, ...] = ("Model A", "Model B")
    votes: dict[str, float] = field(
        default_factory=dict
    )  # effect by dimension, in units of a vote's own spread
    metrics: dict[str, float] = field(default_factory=dict)  # shift by metric, in units of its spread
    time: float = 1.0  # the first model's times over the others'
    price: float = 1.0
    spread: float = 0.4  # sd of log times
    queue: float = 0.1  # share of clips that waited five times as long
    listed: bool = False  # prices the same for every clip
    failing: float = 0.0  # share of the first model's requests without a clip
    taste: float = 0.2
    kind: str = "person"
    sandbox: bool = False


def study(rng: Generator, truth: Truth, draws: int = 300) -> Material:
    """The material of one study."""
    ids = [f"p{i:03}" for i in range(truth.prompts)]
    requests, measurements = _filmed(rng, truth, ids)
    votes = _votes(rng, truth, ids)
    prompts = pd.DataFrame({"prompt_id": ids, "title": ids, "text": "A kite."})
    prompts["camera"] = [[] for _ in ids]
    made = requests[requests["clip"].notna()]
    clips = pd.DataFrame({"clip": made["clip"].to_list(), "sandbox": truth.sandbox})
    clips = clips.assign(
        suffix=".mp4", container="mov", bytes=1, browser_plays=True, width=64, height=48, fps=8.0, seconds=2.0,
        has_audio=False,
    )  # fmt: skip
    scores = pd.DataFrame(columns=["prompt_id", "model", "dimension", "score", "rater", "rater_kind"])
    # Only what the sentences read: the rest of a comparison would take most of the time.
    weighed = weigh(votes, truth.models, DEFAULT.ids, draws=draws)
    comparison = replace(
        _empty(truth.models),
        rater_kind=truth.kind,
        wins=weighed.wins,
        verdicts=weighed.verdicts,
        measured=compare_measurements(measurements, requests, truth.models, draws=draws),
        speed=generation_speed(requests, truth.models, draws=draws),
        cost=generation_cost(requests, truth.models, draws=draws),
    )
    return Material(
        title="Simulated", fingerprint="0" * 64, models=truth.models, rubric=DEFAULT, prompts=prompts,
        requests=requests, clips=clips, votes=votes, scores=scores, measurements=measurements, faults={},
        comparison=comparison, metrics=registry(), options=Options(draws=draws),
    )  # fmt: skip


@cache
def _empty(models: tuple[str, ...]) -> Comparison:
    none = pd.DataFrame()
    return compare_frames(
        votes=none, scores=none, requests=none, measurements=none, models=models, dimensions=DEFAULT.ids, draws=100
    )  # fmt: skip


def _votes(rng: Generator, truth: Truth, ids: Sequence[str]) -> pd.DataFrame:
    n, m = truth.prompts, truth.raters
    rows = []
    for dimension in DEFAULT.ids:
        for i, one in enumerate(truth.models):
            for two in truth.models[i + 1 :]:
                latent = (
                    (truth.votes.get(dimension, 0.0) if i == 0 else 0.0)
                    + 0.5 * rng.normal(size=(n, 1))
                    + truth.taste * rng.normal(size=(1, m))
                    + 0.3 * rng.normal(size=(n, m))
                    + rng.normal(size=(n, m))
                )
                choices = np.where(latent > 0.3, "a", np.where(latent < -0.3, "b", "both_good"))
                rows += [
                    (ids[p], one, two, 1, dimension, str(choices[p, r]), f"r{r}", truth.kind, None, "", "2026-11-20")
                    for p in range(n)
                    for r in range(m)
                ]  # fmt: skip
    columns = [
        "prompt_id",
        "model_a",
        "model_b",
        "take",
        "dimension",
        "choice",
        "rater",
        "rater_kind",
        "left_model",
    ]
    return pd.DataFrame(rows, columns=[*columns, "note", "created_at"])


def _filmed(rng: Generator, truth: Truth, ids: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    requests: list[tuple[object, ...]] = []
    measurements: list[tuple[object, ...]] = []
    for prompt in ids:
        base, worth = math.log(60) + 0.3 * rng.normal(), rng.normal(size=len(METRICS))
        for place, model in enumerate(truth.models):
            first = place == 0
            came = not (first and rng.random() < truth.failing)
            clip = f"{prompt}-{place}" if came else None
            waited = 5.0 if rng.random() < truth.queue else 1.0
            seconds = math.exp(base + truth.spread * rng.normal()) * waited * (truth.time if first else 1.0)
            dear = 0.3 if truth.listed else 0.3 * math.exp(0.2 * rng.normal())
            requests.append(
                (f"q-{prompt}-{place}", prompt, model, 1, {}, clip, "done" if came else "failed", "made-up",
                 seconds, dear * (truth.price if first else 1.0), "")
            )  # fmt: skip
            if clip is None:
                continue
            common = rng.normal()
            for metric, level in zip(METRICS, worth, strict=True):
                shift = truth.metrics.get(metric, 0.0) if first else 0.0
                value = 10 + level + 0.6 * common + 0.8 * rng.normal() + shift
                measurements.append((clip, metric, 1, value, None, registry()[metric].unit))
    names = ["request", "prompt_id", "model", "take", "settings", "clip", "state", "provider", "seconds"]
    return (
        pd.DataFrame(requests, columns=[*names, "cost_usd", "notes"]),
        pd.DataFrame(measurements, columns=["clip", "metric", "version", "value", "text", "unit"]),
    )


def said(material: Material) -> dict[str, list[str]]:
    """The sentences of a report by where they stand: headline, votes, measured, recommendation."""
    found = findings.section(material, Figures(material.prompt_titles, material.models, {}))
    last = recommendation.section(material) or {"parts": []}
    return {
        "headline": [str(answer.section(material)["headline"])],
        "votes": [s for d in found["dimensions"] for s in d["sentences"]],
        "measured": [s for d in found["dimensions"] for s in d["beside"]],
        "recommendation": [
            *recommendation.short(material),
            *(
                line
                for part in last["parts"]
                if part["anchor"] != "recommended-rule"
                for line in [*part["lines"], *part.get("bullets", ())]
            ),
        ],
        "all": list(sentences(found)),
    }


# Words by which a sentence says that one model has more of something, or takes less of it.
_PRAISE = (
    "is preferred to", "was preferred to", "preferred by the", "prefer ", "better than", "points to", "point to", "pointing",
    "faster", "cheaper", "takes longer", "costs more", "is higher for", "is lower for", "depends", "For quick iteration and",
    "Recommended", "By the rule",
)  # fmt: skip
# What says the opposite, or names who is ahead while saying that no difference is shown.
_SILENT = re.compile(
    r"^No difference |no recommendation|^No recommendation|^On no dimension|is shown to tell|^Median time"
)


def praise(lines: Sequence[str]) -> list[str]:
    """The sentences that say of a model that it is ahead of another, in any way."""
    return [line for line in lines if any(w in line for w in _PRAISE) and not _SILENT.search(line)]


def parsed(text: str) -> dict[str, Any]:
    """The counts and the rate with its interval that a finding about votes gives."""
    found = re.search(r"(\d+)% \(95% interval (\d+)% to (\d+)%\)", text)
    votes, prompts = (
        re.search(r"([\d,]+) (?:simulated |judge's )?votes?", text),
        re.search(r"on ([\d,]+) prompts?", text),
    )
    assert found is not None
    assert votes is not None
    assert prompts is not None
    rate, low, high = (int(g) for g in found.groups())
    return {
        "rate": rate, "low": low, "high": high, "votes": int(votes[1].replace(",", "")),
        "prompts": int(prompts[1].replace(",", "")),
    }  # fmt: skip
