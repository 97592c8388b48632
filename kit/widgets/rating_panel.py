"""The rating panel in a notebook: one rater's queue of pairs, blind, by mouse or by key."""

import hashlib
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.comparison import Comparison, compare
from kit.errors import ClipError
from kit.rating import BlindMedia, RatingOptions, RatingSession, rater_quality
from kit.rating.options import Reveal
from kit.rating.saving import how_far
from kit.widgets.given import require_study
from kit.widgets.module import Buffers, ModuleWidget
from kit.widgets.transport import budget_bytes

if TYPE_CHECKING:
    from kit.study import Study


class RatingPanel(ModuleWidget):
    """Rates pairs of a study blind, in the notebook.

        panel = kit.RatingPanel(study, rater="Mira")
        panel                # the last line of a cell shows it
        panel.summary()      # how reliably Mira answered so far
        panel.result()       # who is preferred, by all votes of the study

    Every answer is in the study before the panel goes on. Run again, here or elsewhere, it goes on where it stopped.
    Raters without notebooks get the same panel as a page: `kit rate`.
    """

    _module = "rating_panel"
    _sheets = ("player", "rating_panel")

    def __init__(
        self,
        study: "Study",
        *,
        rater: str,
        scores: bool = False,
        checks: bool = True,
        dimensions: Sequence[str] | None = None,
        repeats: float = 0.1,
        known: int = 2,
        reveal: Reveal = "study",
        budget_mb: float = 64,
    ) -> None:
        """A panel for one rater.

        scores      also ask for 1 to 5 points for each clip and dimension
        checks      ask for the checks of each prompt, where it has any
        dimensions  ids of the rubric's dimensions to ask for; all of them by default
        repeats     share of the pairs shown a second time with sides swapped, 0 to 0.5
        known       clips shown against their own degraded copies, 0 to 20
        reveal      what is shown at the end: the result of the "study", of the "own" votes, or "never" any
        budget_mb   the largest clip, in megabytes, that is sent to the browser; a pair with a larger one says so

        Raises BadParameter for a name, a dimension or a figure that cannot be.
        """
        require_study(study)
        budget = budget_bytes(budget_mb)
        options = RatingOptions(
            dimensions=dimensions,
            scores=scores,
            checks=checks,
            repeats=repeats,
            known=known,
            reveal=reveal,
        )
        media = BlindMedia(study, study.rating.secret())
        try:
            self._rating = RatingSession(study, rater=rater, options=options, media=media)
        except BaseException:
            media.close()
            raise
        self._study, self._reveal_kind, self._budget = study, reveal, budget
        self._copies = weakref.finalize(self, media.close)
        super().__init__()

    def __repr__(self) -> str:
        return f"<RatingPanel of {self.rater!r} on {self._study!r}>"

    @property
    def rater(self) -> str:
        """Who rates here."""
        return self._rating.rater

    def answer(self, op: str, data: dict[str, Any], _buffers: Buffers) -> tuple[dict[str, Any], list[bytes]]:
        """A clip for "media", else what the session says."""
        if op == "media":
            return {}, [self._clip(str(data.get("name")))]
        told = self._rating.ask(op, data)
        if op == "start":
            told = told | {"key": self._key(), "reveal": self._reveal_kind}
        return told, []

    def reveal(self) -> None:
        """Show in the panel which model was which, and the result so far; recorded with the rater's answers.

        Votes given after that are no longer blind. Raises BadParameter for a panel with `reveal="never"`.
        """
        self.push("reveal", self._rating.result())

    def result(self) -> Comparison:
        """Who is preferred, by all votes of the study: `kit.compare(study)`."""
        return compare(self._study)

    def summary(self) -> pd.DataFrame:
        """How reliably this rater answered so far: one row with the columns of `kit.rating.rater_quality`, or none."""
        found = rater_quality(self._study)
        mine = (found["rater"] == self.rater) & (found["rater_kind"] == self._rating.rater_kind)
        return found[mine].reset_index(drop=True)

    def close(self) -> None:
        """Take the panel away, with the blind copies that it made."""
        super().close()
        # A panel that was refused is closed too, when it is cleared away.
        if hasattr(self, "_copies"):
            self._copies()

    def static_text(self) -> str:
        """How far this rater is."""
        done, total = self._progress()
        how_far = f"{done} of {total} pairs finished" if total else "not begun yet"
        return f"Blind rating by {self.rater}: {how_far}. Run this cell in a live notebook to rate."

    def _progress(self) -> tuple[int, int]:
        told = how_far(self._study, self.rater, self._rating.rater_kind)
        return told["done"], told["total"]

    def _clip(self, name: str) -> bytes:
        copy = self._rating.media(name)
        if copy.bytes > self._budget:
            raise ClipError(
                f"a clip of this pair has {copy.bytes / 1e6:.1f} MB, more than the {self._budget / 1e6:g} MB that this "
                "panel may send to the browser; skip the pair, or make the panel with a larger budget_mb"
            )
        return copy.path.read_bytes()

    def _key(self) -> str:
        """A short name of study and rater together, under which the browser keeps an unsaved answer."""
        secret = self._study.rating.secret()
        return hashlib.sha256(secret + self.rater.encode()).hexdigest()[:16]
