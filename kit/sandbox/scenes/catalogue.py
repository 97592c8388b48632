"""What scenes there are: how to build each, which camera words it can show, what can go missing, and its prompt's claims."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kit.sandbox.canvas import Frame
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.cup import Cup
from kit.sandbox.scenes.desk import Desk
from kit.sandbox.scenes.generic import Generic
from kit.sandbox.scenes.kitchen import Kitchen
from kit.sandbox.scenes.street import Street


class Scene(Protocol):
    """Something that can draw any moment of a clip."""

    def draw(self, frame: Frame, t: float) -> None:
        """Draw the moment `t` seconds into the clip, covering the whole frame."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A scene. `actions` maps what can be dropped to a note; `claims` maps a claim to what it fails without (None: always true).

    In `claims`, the name "camera" stands for the wanted camera move.
    """

    name: str
    build: Callable[[Plan], Scene]
    camera: tuple[str, ...] = ("static",)
    can: frozenset[str] | None = None
    actions: Mapping[str, str] = field(default_factory=dict)
    pops: str = ""
    focus: tuple[float, float] = (0.5, 0.55)
    claims: Mapping[str, str | None] = field(default_factory=dict)
    coarser: float = 0.0  # added to x264's crf: falling rain costs bits that nobody sees


SPECS: dict[str, Spec] = {
    s.name: s
    for s in (
        Spec(
            "rain-umbrella", Street, ("track", "orbit"), frozenset(("track", "orbit")),
            {
                "stop": "she never stops walking", "look": "she does not look up", "transparent": "the umbrella is not transparent",
                "green": "the coat is red", "rain": "it only drizzles",
            },
            "umbrella", (0.5, 0.45),
            {
                "The coat is long and green.": "green", "The umbrella is transparent.": "transparent", "It rains heavily.": "rain",
                "Neon light is mirrored in the wet ground.": None, "The camera starts behind the woman.": None,
                "The camera ends at her side.": "camera", "The woman stops walking.": "stop", "The woman looks up.": "look",
            },
            coarser=4.0,
        ),
        Spec(
            "steaming-cup", Cup, ("zoom_in",), frozenset(("zoom_in", "zoom_out", "static")), {"steam": "no steam rises"}, "cup", (0.52, 0.66),
            {
                "There is one ceramic cup on a wooden table.": None, "Steam rises from the cup.": "steam",
                "The light comes from the left.": None, "The camera moves slowly towards the cup.": "camera",
            },
        ),
        Spec(
            "code-on-laptop", Desk, ("static",), frozenset(("static", "pan_left", "pan_right")), {"scroll": "the code does not scroll"},
            "plant", (0.48, 0.42),
            {
                "A laptop stands open on a desk.": None, "Code scrolls up the laptop's screen.": "scroll",
                "Single letters of the code can be read.": None, "A plant, a notebook and a lamp are on the desk.": None,
                "The camera does not move.": "camera",
            },
        ),
        Spec(
            "chop-and-plate", Kitchen, ("pan_right",), frozenset(("pan_left", "pan_right", "static")),
            {"chop": "nothing is chopped", "plate": "the food is never laid on the plate"}, "hands", (0.40, 0.75),
            {
                "Hands chop vegetables on a board.": "chop", "The food is laid on a plate.": "plate",
                "The camera pans from left to right.": "camera",
            },
        ),
        Spec("generic", Generic, ("static",), None, {"subject": "the subject does not move"}, "subject", (0.45, 0.75)),
    )
}  # fmt: skip
