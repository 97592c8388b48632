"""What both languages' readers give: a camera word found in a text."""

from typing import NamedTuple


class Found(NamedTuple):
    """A camera word, the characters from `start` to `end` that say it, and whether they rule it out."""

    word: str
    start: int
    end: int
    denied: bool = False
