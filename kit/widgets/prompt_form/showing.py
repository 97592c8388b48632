"""The clips, played in the form's own place: one player, and a list of takes where there are several."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ipywidgets import Dropdown, VBox

from kit.widgets.prompt_form.fields import classed, html, paragraph, set_options, set_text, show_if

if TYPE_CHECKING:
    from kit.study import Study
    from kit.widgets.prompt_form.callbacks import Callbacks


class ClipArea:
    """Empty until there are clips."""

    def __init__(self, study: "Study") -> None:
        self._study = study
        self._clips: Mapping[int, Sequence[str]] = {}
        self._shown: Sequence[str] = ()
        self.take = Dropdown(description="Take", options=[("", 0)])
        self._place = VBox([])
        self._note = html("", "note")
        self.box = classed(VBox([classed(VBox([self.take, self._note]), "own"), self._place]), "clips")
        self.clear()

    @property
    def player(self) -> Any:
        """The player that is shown, None before the first clips."""
        return self._place.children[0] if self._place.children else None

    def listen(self, callbacks: "Callbacks") -> None:
        """Follow the list of takes."""
        self.take.observe(
            callbacks.guarded(lambda _: callbacks.later(self._play, once="play")), names=["value"]
        )

    def clear(self) -> None:
        """Show nothing."""
        self._clips = {}
        show_if(self.box, wanted=False)

    def show(self, clips: Mapping[int, Sequence[str]]) -> None:
        """Show clips by take, the last take first."""
        self._clips = clips
        if not clips:
            return
        takes = sorted(clips)
        set_options(self.take, [(f"take {n}", n) for n in takes], takes[-1])
        show_if(self.take, len(takes) > 1)
        show_if(self.box, wanted=True)
        self._play()

    def _play(self) -> None:
        from kit.widgets.pair_player import PairPlayer

        clips = list(self._clips.get(int(self.take.value or 0), ()))
        if not clips or clips == list(self._shown):
            return
        old, self._shown = self.player, clips
        if len(clips) < 2:
            self._place.children = []
            set_text(
                self._note, paragraph(f"One clip, {clips[0][:12]}…; a second model makes a pair to compare.")
            )
        else:
            self._place.children = [PairPlayer(clips, study=self._study)]
            set_text(self._note, "")
        if old is not None:
            old.close()
