"""Which text-to-video model should we use? Film, rate, measure and report, in Jupyter.

    study = kit.Study("my-study")
    study.import_clips("clips.csv")
    study.measure()
    study.import_votes("votes.csv")
    kit.report(study, out="reports/")

`import kit` loads nothing heavy: each name below is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.cards.capabilities import capability_table as capability_table
    from kit.comparison import Comparison as Comparison
    from kit.comparison import compare as compare
    from kit.errors import KitError as KitError
    from kit.exporting import export as export
    from kit.planning import plan as plan
    from kit.reporting import Page as Page
    from kit.reporting import report as report
    from kit.study import Study as Study
    from kit.suite import Suite as Suite
    from kit.suite import load as load_suite
    from kit.widgets.pair_player import PairPlayer as PairPlayer
    from kit.widgets.prompt_form import PromptForm as PromptForm
    from kit.widgets.rating_panel import RatingPanel as RatingPanel

__version__ = "0.1.0"

_HOMES = {
    "Comparison": ("kit.comparison", "Comparison"),
    "KitError": ("kit.errors", "KitError"),
    "Page": ("kit.reporting", "Page"),
    "PairPlayer": ("kit.widgets.pair_player", "PairPlayer"),
    "PromptForm": ("kit.widgets.prompt_form", "PromptForm"),
    "RatingPanel": ("kit.widgets.rating_panel", "RatingPanel"),
    "Study": ("kit.study", "Study"),
    "Suite": ("kit.suite", "Suite"),
    "capability_table": ("kit.cards.capabilities", "capability_table"),
    "compare": ("kit.comparison", "compare"),
    "export": ("kit.exporting", "export"),
    "load_suite": ("kit.suite", "load"),
    "plan": ("kit.planning", "plan"),
    "report": ("kit.reporting", "report"),
}

__all__ = [
    "Comparison",
    "KitError",
    "Page",
    "PairPlayer",
    "PromptForm",
    "RatingPanel",
    "Study",
    "Suite",
    "__version__",
    "capability_table",
    "compare",
    "export",
    "load_suite",
    "plan",
    "report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kit' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
