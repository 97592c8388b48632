"""What calibration found of each metric, one sentence each, kept as data.

`findings.json` is written by `python -m kit.calibration`, never by hand: it holds the date and the command beside the
sentences. A sentence belongs to one version of its metric and is not shown for another.
"""

import json
from functools import cache
from importlib import resources
from typing import Any

FILE = "findings.json"
MOVES = "moves"  # what was found of the camera by films with known moves


def finding(metric: str, version: int) -> str:
    """The sentence on this version of a metric; a sentence that says so where it was not calibrated."""
    entry = _all()["metrics"].get(metric)
    if entry is None:
        return ""
    if entry["version"] != version:
        return f"Not calibrated in its version {version}."
    text = f"{entry['text']} (Calibration of {_all()['date']} on {_all()['clips']} clips.)"
    moves = _all().get(MOVES)
    if metric == "camera_motion" and moves is not None and moves["version"] == version:
        text = f"{moves['text']} {text}"
    return text


@cache
def _all() -> dict[str, Any]:
    file = resources.files("kit.metrics") / FILE
    if not file.is_file():
        return {"date": "", "clips": 0, "metrics": {}}
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data
