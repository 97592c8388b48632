"""Code for the laptop's screen: made-up lines of a small program, cut into coloured pieces."""

import re

import numpy as np

from kit.sandbox.canvas import rgb

COLOURS = {
    "plain": rgb("d5dcea"), "word": rgb("c792ea"), "name": rgb("82aaff"), "text": rgb("c3e88d"), "number": rgb("f78c6c"),
    "note": rgb("6b7a99"), "mark": rgb("89ddff"),
}  # fmt: skip

_BLOCKS = (
    (
        "def {a}({b}, {c}):",
        "    total = {n}",
        "    for {d} in range({n}):",
        "        total += {b}[{d}] * {c}",
        "    return total",
        "",
    ),
    (
        "class {A}:",
        '    """Holds {a} and {b}."""',
        "",
        "    def __init__(self, {a}={n}):",
        "        self.{a} = {a}",
        "        self.{b} = []",
        "",
    ),
    (
        "# keep the {a} within bounds",
        "{a} = max(0, min({b}, {n}))",
        "if {a} > {c}:",
        '    raise ValueError("{a} is too large")',
        "",
    ),
    (
        'with open("{a}.txt") as {d}:',
        "    {b} = [x.strip() for x in {d}]",
        '    print(len({b}), "lines read")',
        "",
    ),
    (
        "while {a} < {n}:",
        "    {a} += {b}.step({c})",
        "    if not {a} % {m}:",
        "        {b}.draw({a} / {n})",
        "",
        "# and once more",
        "",
    ),
    ('{a}, {b} = {c}.split("{d}")', '{c} = {{"{a}": {n}, "{b}": {m}}}', 'assert {c}["{a}"] != {b}', ""),
)
_NAMES = (
    "frame",
    "layer",
    "light",
    "color",
    "depth",
    "shift",
    "width",
    "angle",
    "phase",
    "noise",
    "pixel",
    "scale",
    "river",
    "cloud",
)
_WORDS = {
    "def",
    "for",
    "in",
    "return",
    "class",
    "if",
    "not",
    "raise",
    "with",
    "open",
    "as",
    "while",
    "print",
    "assert",
    "range",
    "len",
    "max",
    "min",
}
_PIECES = re.compile(r"#.*|\"[^\"]*\"+|\"\"\".*?\"\"\"|\w+|\s+|[^\w\s]+")


def listing(rng: np.random.Generator, count: int) -> list[list[tuple[str, str]]]:
    """`count` lines, each a list of (text, kind) with a kind of `COLOURS`."""
    lines: list[str] = []
    while len(lines) < count:
        names = [_NAMES[i] for i in rng.permutation(len(_NAMES))[:4]]
        slots = dict(zip("abcd", names, strict=True)) | {
            "A": names[0].title(),
            "n": int(rng.integers(8, 480)),
            "m": int(rng.integers(2, 9)),
        }
        lines += [text.format(**slots) for text in _BLOCKS[int(rng.integers(len(_BLOCKS)))]]
    return [_pieces(text) for text in lines[:count]]


def _pieces(text: str) -> list[tuple[str, str]]:
    out = []
    for piece in _PIECES.findall(text):
        kind = "plain"
        if piece.startswith("#"):
            kind = "note"
        elif piece.startswith('"'):
            kind = "text"
        elif piece.isdigit():
            kind = "number"
        elif piece in _WORDS:
            kind = "word"
        elif piece in _NAMES or piece == "self":
            kind = "name" if piece != "self" else "number"
        elif not piece[0].isalnum() and not piece.isspace():
            kind = "mark"
        out.append((piece, kind))
    return out
