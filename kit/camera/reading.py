"""Camera instructions read out of a prompt's text, in English and Chinese, in the order in which they are given."""

from collections.abc import Iterable
from dataclasses import dataclass

from kit.camera import chinese, english
from kit.camera.phrases import Found


@dataclass(frozen=True, slots=True)
class Instruction:
    """A camera word and the characters of the text, from `start` to `end`, that ask for it, or that rule it out."""

    word: str
    start: int
    end: int
    denied: bool = False


def instructions(text: str) -> tuple[Instruction, ...]:
    """All instructions of a text in order, those that rule a move out included.

    The text may hold both languages. What is said twice in a row is one instruction. A move without a direction that
    the vocabulary needs ("pans across the square") gives none.
    """
    found = sorted([*english.find(text), *chinese.find(text)], key=lambda f: (f.start, f.end))
    out: list[Instruction] = []
    for one in _apart(found):
        if not (out and out[-1].word == one.word and out[-1].denied == one.denied):
            out.append(Instruction(one.word, one.start, one.end, one.denied))
    return tuple(out)


def camera_words(text: str) -> tuple[str, ...]:
    """The camera words that a text asks for, in order; empty where it says nothing of the camera."""
    words = [one.word for one in instructions(text) if not one.denied]
    moves = [word for word in words if word != "static"]
    # "The camera is on a tripod and pans left": what stands still as a whole is not asked for beside a move of its own,
    # unless it comes after it ("pans left, then stays still").
    if moves and words[0] == "static" and "static" not in words[1:]:
        return tuple(moves)
    return tuple(words)


def wanted(text: str, camera: Iterable[str]) -> tuple[str, ...]:
    """What a prompt wants of the camera: its suite's own words, or else what its text says."""
    return tuple(camera) or camera_words(text)


def _apart(found: Iterable[Found]) -> list[Found]:
    """Of finds that overlap, the longest."""
    kept: list[Found] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            if one.end - one.start > kept[-1].end - kept[-1].start:
                kept[-1] = one
        else:
            kept.append(one)
    return kept
