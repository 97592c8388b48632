"""Three and more models on one scale a dimension, with ranks and their intervals."""

from typing import Any

from kit.reporting.figures import Figures
from kit.reporting.material import Material


def section(material: Material, figures: Figures) -> dict[str, Any] | None:
    """The data of the section; None where the study has nothing to show in it."""
    return None
