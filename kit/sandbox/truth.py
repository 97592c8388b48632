"""The truth about a sandbox clip: what it really shows and what is wrong with it, kept beside the clip as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kit.sandbox.camera import Segment

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class TimedFault:
    """One thing wrong with a clip.

    kind      what: camera, action, flicker, soften, warp, freeze, pop, cut
    start, end  seconds; frames with start <= time < end show it (a cut falls between the frames around `start`)
    strength  how much, in `unit`
    target    the action, thing or camera word concerned ("" where there is none)
    """

    kind: str
    start: float
    end: float
    strength: float
    unit: str
    note: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a sandbox clip shows. `checks` holds true or false for each claim of the prompt, None where that is not known."""

    prompt_id: str | None
    prompt: str
    model: str
    take: int
    scene: str
    seconds: float
    fps: int
    frames: int
    width: int
    height: int
    camera: tuple[Segment, ...]
    wanted_camera: tuple[str, ...]
    faults: tuple[TimedFault, ...]
    checks: Mapping[str, bool | None] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_json(self) -> str:
        """The truth as JSON with sorted keys, ending in a newline."""
        return json.dumps(asdict(self), sort_keys=True, indent=1, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """Write the JSON file whole: to a name beside it first, then moved into place."""
        half = path.with_name(path.name + ".part")
        half.write_text(self.to_json(), encoding="utf-8", newline="\n")
        half.replace(path)
