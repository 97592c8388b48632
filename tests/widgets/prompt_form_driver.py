"""A prompt form used as a browser uses it: real widgets without a page, and waits for what it does elsewhere."""

import html
import re
from typing import Any

from ipywidgets import Widget

from kit.widgets.prompt_form import PromptForm


class Driver:
    """One form, its fields by name, and what it says as plain text."""

    def __init__(self, study: Any, **options: Any) -> None:
        self.form = PromptForm(study, **options)
        self.controls, self.bar, self.clips = self.form._controls, self.form._bar, self.form._clips
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being judged."""
        assert self.form._judging.wait(20)

    def type(self, text: str) -> None:
        self.controls.text.value = text
        self.settle()

    def generate(self) -> None:
        """Click, and wait for what follows up to the run or the question."""
        self.bar.generate.click()
        assert self.form._filming.wait(30)
        self.settle()

    def agree(self) -> None:
        self.bar.yes.click()
        assert self.form._filming.wait(30)

    def finish(self) -> None:
        """Wait for the end of the run, and for what the form makes of it."""
        run = self.form._run
        if run is not None:
            assert run.wait(60)
        assert self.form._filming.wait(30)
        assert self.form._run is None
        self.settle()

    def film(self) -> None:
        self.generate()
        self.finish()

    def said(self, part: str) -> str:
        return plain(self.bar.texts[part])

    def of(self, model: str) -> str:
        return plain(self.controls.models.text_of(model))


def plain(markup: str) -> str:
    """The text of a piece of the page."""
    return html.unescape(re.sub(r"<[^>]*>", " ", markup)).strip()


def every_state() -> str:
    """The state of all living widgets, as it would go into a saved notebook."""
    return repr(Widget.get_manager_state())
