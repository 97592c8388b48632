"""From the matrix to a sentence for each metric, kept beside the metrics as data."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kit.calibration.matrix import MEANT, correlations, effects, invariance
from kit.metrics import registry
from kit.metrics.findings import MOVES

HIGH = 0.95
_REACTS = 0.8  # rank correlation from which a metric is said to follow a damage
_MOVES = 0.5  # of the clips' spread, from which a reaction is of consequence
_SHIFTS = 0.5

NAMES = {
    "blur": "blur",
    "noise": "noise",
    "compression": "compression",
    "flicker": "flicker",
    "drops": "dropped and frozen frames",
    "warping": "warping",
}
_CHANGES = {
    "codec": "VP9 in place of H.264",
    "bit rate": "a third of the bit rate",
    "frame rate": "half the frame rate",
    "size": "half the size",
}


def sentences(rows: pd.DataFrame, versions: pd.DataFrame) -> dict[str, str]:
    """What calibration found of each metric, from the frames of `damaged` and `variants`."""
    known, moved = correlations(rows), effects(rows)
    table = known.merge(moved, on=["metric", "kind"])
    steady = invariance(versions) if len(versions) else pd.DataFrame(columns=["metric", "change", "shift"])
    return {
        str(metric): _sentence(str(metric), part, steady[steady["metric"] == metric])
        for metric, part in table.groupby("metric", sort=False)
    }


def _sentence(metric: str, table: pd.DataFrame, steady: pd.DataFrame) -> str:
    meant = [kind for kind, names in MEANT.items() if metric in names]
    by_kind = table.set_index("kind")
    parts = []
    for kind in meant:
        if kind in by_kind.index:
            row = by_kind.loc[kind]
            parts.append(
                f"Follows {NAMES[kind]} (rank correlation {row['mean']:+.2f}, lowest {_least(row):+.2f})"
            )
    others = [
        f"{NAMES[row['kind']]} ({row['mean']:+.2f})"
        for row in table.to_dict("records")
        if row["kind"] not in meant and abs(row["mean"]) >= _REACTS and not _slight(row["effect"])
    ]
    if others:
        parts.append(("Reacts also to " if parts else "Reacts to ") + _listed(others))
    elif not meant:
        parts.append("Reacts to none of the six kinds of damage to any extent that matters")
    shifted = [
        f"{_CHANGES[row['change']]} ({row['shift']:+.1f})"
        for row in steady.to_dict("records")
        if np.isfinite(row["shift"]) and abs(row["shift"]) >= _SHIFTS
    ]
    if shifted:
        parts.append("Shifts, in spreads of the clips, with " + _listed(shifted))
    return ". ".join(parts) + "."


def _slight(effect: float) -> bool:
    """Whether a reaction is of no consequence beside how far clips lie apart."""
    return bool(np.isfinite(effect)) and abs(effect) < _MOVES


def _least(row: Any) -> float:
    return float(row["lowest"] if row["mean"] >= 0 else row["highest"])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def write_findings(path: Path, texts: Mapping[str, str], *, date: str, command: str, clips: int) -> None:
    """Write the sentences with the version of each metric, the date, the command and the number of clips."""
    known = registry()
    data = {
        **{name: part for name, part in _read(path).items() if name == MOVES},
        "date": date,
        "command": command,
        "clips": clips,
        "metrics": {name: {"version": known[name].version, "text": text} for name, text in texts.items()},
    }
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def moves_sentence(tuned: pd.DataFrame, others: pd.DataFrame) -> str:
    """How often the camera metric named known moves rightly, from two frames of `kit.calibration.moves.results`.

    Films over one picture have much in common, so intervals resample pictures: with a handful of them they are wide.
    """
    missed = others[~others["right"]]
    unsure = int(missed["unsure"].sum())
    verb = "is" if unsure == 1 else "are"
    return (
        f"Of films with known moves it named {_rightly(tuned)} over pictures that its thresholds were set on, and "
        f"{_rightly(others)} over other pictures; {unsure} of those {len(missed)} misses {verb} told as unsure."
    )


def _rightly(found: pd.DataFrame) -> str:
    each = found.groupby("picture")["right"]
    right, films = each.sum().to_numpy(float), each.size().to_numpy(float)
    times = np.random.default_rng(0).multinomial(len(films), np.full(len(films), 1 / len(films)), size=5000)
    low, high = np.quantile((times @ right) / (times @ films), [0.025, 0.975])
    return (
        f"{int(right.sum())} of {len(found)} rightly ({found['right'].mean():.1%}, 95% interval {low:.1%} to {high:.1%}, "
        f"{len(films)} pictures)"
    )


def write_moves(path: Path, text: str, *, date: str, command: str) -> None:
    """Write the sentence on known camera moves beside those on damages, with its date, command and metric version."""
    entry = {"date": date, "command": command, "version": registry()["camera_motion"].version, "text": text}
    data = {**_read(path), MOVES: entry}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return data


def below(rows: pd.DataFrame, limit: float = HIGH) -> pd.DataFrame:
    """The metrics that follow the damage they are meant for less than they should."""
    table = correlations(rows)
    return table[table["meant"] & (table["mean"].abs() < limit)].reset_index(drop=True)
