"""What every widget checks of what it was given."""

from typing import Any

from kit.errors import BadParameter
from kit.study import Study


def require_study(given: Any) -> None:
    """Raises BadParameter for anything but an open study, and says how one is opened."""
    if not isinstance(given, Study):
        shown = repr(given) if isinstance(given, str) else type(given).__name__
        example = given if isinstance(given, str) and len(given) <= 200 else "my-study"
        raise BadParameter(f"the study is {shown}; give an open one, as kit.Study({example!r})")
