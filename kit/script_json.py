"""Data as JSON that can stand inside a script element whatever it holds."""

import json
from typing import Any

from markupsafe import Markup

# What JSON may hold and a script element or JavaScript may not.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_json(data: Any) -> Markup:
    """The data with sorted keys on one line. Raises ValueError for NaN and infinity, which JSON lacks."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Markup("".join(_UNSAFE.get(c, c) for c in text) if _UNSAFE.keys() & set(text) else text)  # noqa: S704
