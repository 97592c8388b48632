"""Example pairs of each dimension, chosen by a stated rule."""

from typing import Any

from kit.reporting.material import Material


def section(material: Material) -> dict[str, Any] | None:
    """The data of the section; None where the study has nothing to show in it."""
    return None
