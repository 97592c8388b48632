"""An item as the page gets it: prompt, checks, two clips under opaque names, and the answers given so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.player import PlayerClip, markup
from kit.rating.answers import fold
from kit.rating.blind import BlindMedia, Source
from kit.rating.saving import on_screen
from kit.storage.rating import DONE, PASSED, Item, Judgement

if TYPE_CHECKING:
    from kit.study import Study

SIDES = ("left", "right")


@dataclass(frozen=True)
class Material:
    """What items are shown with: texts and checks by prompt, facts by clip."""

    texts: dict[str, str]
    checks: dict[str, tuple[str, ...]]
    clips: dict[str, Any]

    @classmethod
    def of(cls, study: "Study") -> "Material":
        """All that the study has."""
        prompts = study.prompts
        return cls(
            texts=dict(zip(prompts["prompt_id"], prompts["text"], strict=True)),
            checks={p: tuple(c) for p, c in zip(prompts["prompt_id"], prompts["checks"], strict=True)},
            clips={str(row.clip): row for row in study.clips.itertuples(index=False)},
        )


def clips_of(item: Item) -> list[str]:
    """The clips that an item shows."""
    return [clip for clip in (item.clip_a, item.clip_b) if clip is not None]


def sources(item: Item, media: BlindMedia, rater: str, rater_kind: str) -> dict[str, tuple[str, Source]]:
    """The opaque name and the source of each side."""
    found = {}
    for side, which in (("left", item.left), ("right", item.right)):
        if item.kind == "known":
            source = Source(item.clip_a, degraded=which == "b")
        else:
            source = Source(item.clip_a if which == "a" else str(item.clip_b))
        found[side] = (media.name("clip", rater_kind, rater, item.position, side), source)
    return found


def shown(
    item: Item,
    log: Sequence[Judgement],
    named: dict[str, tuple[str, Source]],
    *,
    material: Material,
    media: BlindMedia,
    checks: Sequence[str],
    dimensions: Sequence[str],
) -> dict[str, Any]:
    """The item, with copies of its clips made now if need be. Raises ClipError where one cannot be shown."""
    described, clips = [], []
    for side in SIDES:
        name, source = named[side]
        copy = media.copy(name)
        described.append({"name": name, "mime": copy.mime, "bytes": copy.bytes})
        clips.append(_player_clip(material.clips[source.clip], copy.mime))
    answers = fold(log)
    return {
        "position": item.position,
        "prompt": material.texts.get(item.prompt_id, ""),
        "checks": list(checks),
        "html": str(markup(clips, label="", blind=True)),
        "media": described,
        "answers": on_screen(item, answers, checks),
        "complete": answers.state(dimensions) in {DONE, PASSED},
    }


def _player_clip(facts: Any, mime: str) -> PlayerClip:
    return PlayerClip(
        name="",  # the player calls blind clips A and B
        src=None,
        mime=mime,
        poster=None,
        width=facts.width,
        height=facts.height,
        fps=_known(facts.fps),
        seconds=_known(facts.seconds),
        frames=None if pd.isna(facts.frames) else int(facts.frames),
        codec="",
        has_audio=False,
        sandbox=False,
    )


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
