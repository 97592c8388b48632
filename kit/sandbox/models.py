"""The two sandbox models. They are renderers with chosen faults and say nothing of any real model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxModel:
    """A sandbox model in words: what it is, what it does well, what it does badly."""

    name: str
    summary: str
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]


MODELS: dict[str, SandboxModel] = {
    m.name: m
    for m in (
        SandboxModel(
            "sandbox-quick",
            "A built-in renderer that goes wrong on purpose, at times that are written down beside each clip.",
            (
                "It shows the scene and most things in it.",
                "Its light and colours are those of sandbox-steady.",
            ),
            (
                "It reverses pans, leaves out or reverses other camera moves, or drifts where the camera should stand still.",
                "It drops actions of the prompt.",
                (
                    "In each clip two or three of these come and go: flicker, softened detail, a part that warps, a freeze, "
                    "something that vanishes for a moment, a jump to a closer view."
                ),
            ),
        ),
        SandboxModel(
            "sandbox-steady",
            "A built-in renderer that follows the prompt and has few faults.",
            ("It follows camera words and actions.", "Its pictures are sharp and even."),
            (
                "About every other clip has one slight fault: a faint flicker, a little softness or a small warp.",
            ),
        ),
    )
}
