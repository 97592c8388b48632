"""The form of NAME.json as a JSON Schema: `report.schema.json`, with the comparison's rows read off the code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA, SCHEMA_VERSION = "t2v-eval-kit/report", 2

_BASE = Path(__file__).with_name("report.schema.json")
# Where a frame of the comparison has no number or no name, NAME.json says null.
_TYPES: dict[str, list[str]] = {
    "str": ["string", "null"],
    "int64": ["integer"],
    "float64": ["number", "null"],
}


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every NAME.json of this version of the kit keeps to.

    What a row of the comparison's frames holds is taken from the very column lists by which the frames are made
    (`WIN_COLUMNS` and its like in `kit.stats`), so that code and schema cannot differ.
    """
    found: dict[str, Any] = json.loads(_BASE.read_text(encoding="utf-8"))
    found["$id"] = f"urn:{SCHEMA.replace('/', ':')}:{SCHEMA_VERSION}"
    found["properties"]["schema"]["const"] = SCHEMA
    found["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    found["$defs"] |= {name: _row(columns) for name, columns in comparison_columns().items()}
    return found


def comparison_columns() -> dict[str, Mapping[str, str]]:
    """The columns of each frame of a `Comparison`, with their types: 'str', 'int64' or 'float64'."""
    from kit.stats.agreement import AGREEMENT_COLUMNS, RATER_COLUMNS
    from kit.stats.kappa import JUDGE_COLUMNS
    from kit.stats.measured import MEASURED_COLUMNS
    from kit.stats.scores import SCORE_COLUMNS
    from kit.stats.speed import COST_COLUMNS, SPEED_COLUMNS
    from kit.stats.strengths import FIT_COLUMNS, STRENGTH_COLUMNS
    from kit.stats.verdict import VERDICT_COLUMNS, WIN_COLUMNS
    from kit.stats.win_matrix import MATRIX_COLUMNS

    return {
        "wins": WIN_COLUMNS,
        "verdicts": VERDICT_COLUMNS,
        "strengths": STRENGTH_COLUMNS,
        "fits": FIT_COLUMNS,
        "win_matrix": MATRIX_COLUMNS,
        "scores": SCORE_COLUMNS,
        "agreement": AGREEMENT_COLUMNS,
        "raters": RATER_COLUMNS,
        "judges": JUDGE_COLUMNS,
        "measured": MEASURED_COLUMNS,
        "speed": SPEED_COLUMNS,
        "cost": COST_COLUMNS,
    }


def _row(columns: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": _TYPES[kind]} for name, kind in columns.items()},
        "required": list(columns),
        "additionalProperties": False,
    }
