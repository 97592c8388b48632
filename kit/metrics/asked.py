"""What was asked of a model against what its clip is: length, shape, size, shots, sound."""

import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

_LENGTH = 0.35  # seconds: providers end on a whole frame, and some add or drop one
_SHAPE = 0.02  # share
_SIZE = 0.03  # share
_NAMES = {
    "480p": 480,
    "540p": 540,
    "720p": 720,
    "1080p": 1080,
    "1440p": 1440,
    "2k": 1440,
    "2160p": 2160,
    "4k": 2160,
}

ASKED_COLUMNS = ["request", "prompt_id", "model", "take", "clip", "setting", "asked", "found", "met"]


def compare_with_asked(requests: pd.DataFrame, measurements: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each setting that a request named and its clip can be held against.

    Columns: request, prompt_id, model, take, clip; setting (`duration`, `aspect_ratio`, `size`, `shots`, `audio`);
    asked, found (as text); met (True, False, or None where the clip does not tell). Lengths may differ by 0.35 s,
    shapes by 2 %, the short side by 3 %. `size` is looked at where `mode` names one (`720p`); `shots` where several
    were asked for, or the settings say nothing of shots: then one. Imported clips without settings have no rows.
    """
    rows: list[tuple[Any, ...]] = []
    values = _values(measurements)
    for request in requests.to_dict("records"):
        settings, name = request["settings"], request["clip"]
        if not isinstance(settings, Mapping) or not settings or not isinstance(name, str):
            continue
        clip = values.get(name, {})
        key = tuple(request[column] for column in ASKED_COLUMNS[:5])
        rows += [(*key, *found) for found in _compared(settings, clip)]
    return pd.DataFrame(rows, columns=ASKED_COLUMNS)


def _values(measurements: pd.DataFrame) -> dict[str, dict[str, float]]:
    values: dict[str, dict[str, float]] = {}
    for row in measurements.to_dict("records"):
        values.setdefault(row["clip"], {})[row["metric"]] = float(row["value"])
    return values


Compared = tuple[str, str, str, bool | None]


def _compared(settings: Mapping[str, Any], clip: Mapping[str, float]) -> list[Compared]:
    out: list[Compared] = []
    if settings.get("duration"):
        wanted = float(settings["duration"])
        out.append(
            _row("duration", f"{wanted:g} s", clip.get("duration"), lambda v: abs(v - wanted) <= _LENGTH, "s")
        )
    ratio = _ratio(settings.get("aspect_ratio"))
    if ratio:
        asked = str(settings["aspect_ratio"])
        out.append(
            _row("aspect_ratio", asked, clip.get("aspect_ratio"), lambda v: abs(v / ratio - 1) <= _SHAPE)
        )
    size = _NAMES.get(str(settings.get("mode", "")).lower())
    if size:
        out.append(
            _row("size", f"{size} px", clip.get("nominal_size"), lambda v: abs(v / size - 1) <= _SIZE, "px")
        )
    shots = len(settings.get("shots") or ()) or 1
    out.append(_row("shots", str(shots), clip.get("shots"), lambda v: v == shots))
    if "audio" in settings:
        sound = bool(settings["audio"])
        found = clip.get("audio")
        text = "" if found is None else "yes" if found else "no"
        out.append(("audio", "yes" if sound else "no", text, None if found is None else bool(found) == sound))
    return out


def _row(setting: str, asked: str, value: float | None, met: Any, unit: str = "") -> Compared:
    if value is None or math.isnan(value):
        return setting, asked, "", None
    return setting, asked, f"{value:.4g} {unit}".strip(), bool(met(value))


def _ratio(text: Any) -> float | None:
    parts = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[:x/]\s*(\d+(?:\.\d+)?)", str(text or "").strip())
    if parts is None or float(parts[2]) == 0:
        return None
    return float(parts[1]) / float(parts[2])
