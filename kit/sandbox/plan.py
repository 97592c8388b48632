"""What one clip is going to show, decided before anything is drawn: size, real camera moves, dropped actions, timed faults."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from kit.sandbox.camera import Pose, Segment, pose_at
from kit.sandbox.canvas import UNITS
from kit.sandbox.truth import TimedFault


def generator(*parts: object) -> np.random.Generator:
    """A random generator seeded by the SHA-256 of the parts and of nothing else."""
    digest = hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a scene may look at. Times in seconds; `dropped` names actions of the prompt that the clip leaves out."""

    prompt: str
    model: str
    take: int
    seconds: float
    width: int
    height: int
    fps: int
    camera: tuple[Segment, ...] = ()
    dropped: frozenset[str] = frozenset()
    faults: tuple[TimedFault, ...] = field(default=())

    @property
    def scale(self) -> float:
        """Pixels per unit."""
        return self.height / UNITS

    @property
    def wide(self) -> float:
        """Width of the picture in units (its height is always 720)."""
        return self.width / self.scale

    def rng(self, label: str) -> np.random.Generator:
        """A generator for one purpose, so that drawing one thing never changes another."""
        return generator(self.prompt, self.model, self.take, label)

    def shows(self, action: str) -> bool:
        """Whether the clip shows an action of the prompt."""
        return action not in self.dropped

    def popped(self, thing: str, t: float) -> bool:
        """Whether a `pop` fault hides the thing at `t`."""
        return any(f.kind == "pop" and f.target == thing and f.start <= t < f.end for f in self.faults)

    def pose(self, t: float) -> Pose:
        """The camera's real pose at `t`."""
        return pose_at(self.camera, t, wide=self.wide)
