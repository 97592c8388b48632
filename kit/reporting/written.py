"""NAME.json as text: sorted, strict, and laid out so that a person can read it and a file stays small."""

import json
from collections.abc import Mapping
from typing import Any

WIDTH = 120  # characters up to which an object or a list stays on one line


def written(data: Any) -> str:
    """The data as JSON with sorted keys; what is short stays on one line, the rest is indented by one blank a level.

    Raises ValueError for NaN and infinity, which JSON lacks.
    """
    return _laid_out(data, 0)


def _laid_out(value: Any, level: int) -> str:
    if not isinstance(value, Mapping | list) or not value:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    inside = " " * (level + 1)
    if isinstance(value, Mapping):
        parts = [
            f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(value[key], level + 1)}"
            for key in sorted(value)
        ]
        opened, closed = "{}"
    else:
        parts = [_laid_out(one, level + 1) for one in value]
        opened, closed = "[]"
    # From the inside out, so that each text is made once. What takes several lines makes its surroundings do so too:
    # no text of JSON has a line break of its own.
    if sum(map(len, parts)) + 2 * len(parts) <= WIDTH and not any("\n" in part for part in parts):
        return f"{opened}{', '.join(parts)}{closed}"
    body = ",\n".join(inside + part for part in parts)
    return f"{opened}\n{body}\n{' ' * level}{closed}"
