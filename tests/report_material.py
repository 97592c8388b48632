"""What a report's sections read, made from frames alone: no study, no clips, no disk."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from kit.comparison import compare_frames
from kit.reporting.figures import Figures
from kit.reporting.material import Material, Options
from kit.rubric import DEFAULT

VOTES = (
    *("prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater", "rater_kind"),
    *("left_model", "note", "created_at"),
)
SCORES = ("prompt_id", "model", "take", "dimension", "score", "rater", "rater_kind", "created_at")
REQUESTS = (
    *("request", "prompt_id", "model", "take", "provider", "state", "clip", "settings"),
    *("seconds", "queue_seconds", "processing_seconds", "cost_usd"),
)
MEASURED = ("clip", "metric", "version", "value", "unit", "text")
CLIPS = ("clip", "suffix", "container", "bytes", "browser_plays")


def framed(rows: Iterable[dict[str, Any]], columns: Sequence[str], **defaults: Any) -> pd.DataFrame:
    """Rows as a frame with all `columns`; what a row lacks is taken from `defaults`, else missing."""
    full = [{name: row.get(name, defaults.get(name)) for name in columns} for row in rows]
    return pd.DataFrame(full, columns=list(columns))


def votes(
    rows: Iterable[tuple[Any, ...]], *, dimension: str = "artifacts", kind: str = "person"
) -> list[dict[str, Any]]:
    """Votes from (prompt, model a, model b, rater, choice[, left model])."""
    names = ("prompt_id", "model_a", "model_b", "rater", "choice", "left_model")
    return [
        dict(zip(names, row, strict=False)) | {"dimension": dimension, "rater_kind": kind} for row in rows
    ]


def material(
    models: Sequence[str],
    cast: Iterable[dict[str, Any]] | pd.DataFrame = (),
    *,
    scores: Iterable[dict[str, Any]] = (),
    requests: Iterable[dict[str, Any]] = (),
    measured: Iterable[dict[str, Any]] = (),
    judgements: pd.DataFrame | None = None,
    rater_kind: str | None = None,
    draws: int = 200,
) -> Material:
    """The material of a study with the default rubric."""
    rows = cast.to_dict("records") if isinstance(cast, pd.DataFrame) else cast
    day = "2026-11-22T12:00:00.000Z"
    frames = {
        "votes": framed(rows, VOTES, take=1, rater_kind="person", created_at=day),
        "scores": framed(scores, SCORES, take=1, rater_kind="person", created_at=day),
        "requests": framed(requests, REQUESTS, take=1, provider="import", state="done", settings={}),
        "measurements": framed(measured, MEASURED, version=1, unit="u"),
    }
    compared = compare_frames(
        **frames,
        models=models,
        dimensions=DEFAULT.ids,
        judgements=judgements,
        rater_kind=rater_kind,
        draws=draws,
    )
    prompts = list(dict.fromkeys([*frames["requests"]["prompt_id"], *frames["votes"]["prompt_id"]]))
    return Material(
        title="x",
        fingerprint="0" * 64,
        models=tuple(models),
        rubric=DEFAULT,
        prompts=pd.DataFrame({"prompt_id": prompts, "title": prompts, "prompt": prompts}),
        clips=framed([], CLIPS),
        faults={},
        comparison=compared,
        metrics={},
        options=Options(rater_kind or "", draws, 0),
        **frames,
    )


def figures(made: Material) -> Figures:
    """An empty collection of figures for it."""
    return Figures(made.prompt_titles, made.models, {d.id: d.title for d in made.rubric.dimensions})


def cells(table: dict[str, Any]) -> list[dict[str, Any]]:
    """A table's rows by the keys of its columns."""
    keys = [column["key"] for column in table["columns"]]
    return [dict(zip(keys, row, strict=True)) for row in table["rows"]]


def part(section: dict[str, Any], anchor: str) -> dict[str, Any]:
    """The part of a section with this id."""
    return next(part for part in section["parts"] if part["anchor"] == anchor)
