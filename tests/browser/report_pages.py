"""Saved pages for the browser tests of the report, made of many tiny clips."""

from pathlib import Path
from typing import Any

from kit.reporting import Page
from kit.study import Study

SECTIONS = (
    *("answer", "models", "findings", "examples", "clips", "per_prompt", "leaderboards", "agreement"),
    *("measurements", "speed_and_cost", "recommendation", "scope", "method", "provenance"),
)
READY = "html[data-report=ready]"
ALIVE = ".kit-player:not([data-state=static])"


def save(study: Study, out: Path, **options: Any) -> Path:
    """The page with every section."""
    page = Page(study, **{"draws": 100, "name": "page", **options})
    for section in SECTIONS:
        getattr(page, section)()
    return page.save(out).html
