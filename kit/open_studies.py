"""Which study a row came from: frames carry a token of the open study that they were read from.

pandas copies `attrs` to selections, sorted and filtered frames, and to the rows that `iloc` gives.
"""

import secrets
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakValueDictionary

if TYPE_CHECKING:
    import pandas as pd

    from kit.study import Study

_KEY = "kit_study"
_by_token: "WeakValueDictionary[str, Study]" = WeakValueDictionary()
_tokens: "WeakKeyDictionary[Study, str]" = WeakKeyDictionary()


def mark(frame: "pd.DataFrame", study: "Study") -> "pd.DataFrame":
    """The same frame, which now knows its study for as long as that one is kept."""
    token = _tokens.setdefault(study, secrets.token_hex(8))
    _by_token[token] = study
    frame.attrs[_KEY] = token
    return frame


def study_of(rows: Any) -> "Study | None":
    """The study that a row or a frame was read from; None where it carries no token or the study is gone."""
    token = getattr(rows, "attrs", {}).get(_KEY)
    return _by_token.get(token) if isinstance(token, str) else None
