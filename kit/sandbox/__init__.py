"""Sandbox models: renderers inside the kit that film a prompt without network or cost, and say what they got wrong.

`render` writes a clip and the truth about it; `MODELS` says what each sandbox model is good and bad at.
"""

from kit.sandbox.film import render
from kit.sandbox.models import MODELS, SandboxModel
from kit.sandbox.truth import TimedFault, Truth

__all__ = ["MODELS", "SandboxModel", "TimedFault", "Truth", "render"]
