"""`kit.PromptForm`: the fields, the buttons and a run, connected."""

import threading
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox

from kit.cards import Card, Cards, Settings, load_cards, own_folders
from kit.errors import BadParameter, KitError
from kit.frontend import stylesheet
from kit.generation import Progress
from kit.providers import present
from kit.widgets.given import require_study
from kit.widgets.prompt_form import cost, outcome, told
from kit.widgets.prompt_form.bar import Bar
from kit.widgets.prompt_form.callbacks import Callbacks, in_words
from kit.widgets.prompt_form.controls import Controls
from kit.widgets.prompt_form.fields import classed, html
from kit.widgets.prompt_form.filming import Film, begin, clips_of, plan_after
from kit.widgets.prompt_form.judging import Judged, judge
from kit.widgets.prompt_form.models import MOST
from kit.widgets.prompt_form.showing import ClipArea

if TYPE_CHECKING:
    from kit.generation.background import BackgroundRun
    from kit.study import Study
    from kit.widgets.prompt_form.choices import Choices


class PromptForm(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Type a prompt, choose models and settings, see what it costs, generate, and watch the clips side by side.

        kit.PromptForm(study)

    Everything that is filmed belongs to the study. With sandbox models it works at once, without a key and without
    cost. `models` are ids of model cards (the study's own, else the sandbox's), `provider` is what they go through,
    for all or by model. Above `confirm_above_usd` dollars, and where no price is known, it asks before anything is
    sent. `cards` are the kit's and those in the study's folder `cards`, unless others are given.
    Raises BadParameter for models and providers that no card knows.
    """

    def __init__(
        self,
        study: "Study",
        *,
        models: Sequence[str] | None = None,
        provider: str | Mapping[str, str] | None = None,
        confirm_above_usd: float = 1.0,
        cards: Cards | Mapping[str, Card] | None = None,
    ) -> None:
        """Build the form; nothing is sent and nothing is written before Generate is pressed."""
        require_study(study)
        self._study, self._above = study, _amount(confirm_above_usd)
        self._cards = load_cards(*own_folders(study.folder)) if cards is None else cards
        self._key_places = present()
        chosen = _chosen(study, self._cards, models)
        _require_providers(self._cards, chosen, provider)
        self._lock = threading.RLock()
        # idle, checking, asking or filming; only idle and asking take a click on Generate or on an answer.
        self._phase, self._tried, self._cancelled = "idle", False, False
        self._judged: Judged | None = None
        self._run: BackgroundRun | None = None
        self._came: Choices | None = None
        self._bar, self._clips = Bar(), ClipArea(study)
        self._judging = Callbacks("kit-prompt-form", self._bar.complain)
        # Starting a sandbox takes a second or two, and typing goes on meanwhile.
        self._filming = Callbacks("kit-prompt-run", self._fail)
        settings, trouble = _study_settings(study)
        self._controls = Controls(
            self._cards,
            models=chosen,
            provider=provider,
            keys=self._key_places,
            settings=settings,
            store=study.add_image,
            callbacks=self._judging,
            changed=self._changed,
        )
        self._bar.complain(trouble)
        self._clips.listen(self._filming)
        style = html(f"<style>{stylesheet('prompt_form')}</style>")
        head = html(f"<h2>New clips for <em>{escape(study.title)}</em></h2>", "head", "own")
        super().__init__([style, head, self._controls.box, self._bar.box, self._clips.box])
        classed(self, "root")
        self.add_class("kit-form")
        self._listen()
        self._changed()

    # The three renderings

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        fallback = {
            "text/html": told.as_html(self._study),
            "text/plain": told.as_text(self._study),
        }
        return None if bundle is None else {**bundle, **fallback}

    def __repr__(self) -> str:
        """One line; the widgets inside are many."""
        return f"<PromptForm of {self._study!r}>"

    # What happens

    def _listen(self) -> None:
        guard, bar = self._judging.guarded, self._bar
        bar.generate.on_click(guard(lambda _: self._generate()))
        bar.yes.on_click(guard(lambda _: self._agree()))
        bar.no.on_click(guard(lambda _: self._withdraw()))
        bar.cancel.on_click(guard(lambda _: self._cancel()))
        bar.again.on_click(guard(lambda _: self._another()))
        bar.look.on_click(guard(lambda _: self._judging.later(self._look_for_keys)))
        bar.preview.observe(guard(lambda _: self._changed()), names=["value"])

    def _changed(self) -> None:
        """Something was changed: judge anew, soon and elsewhere. A question that was asked is about what was there."""
        with self._lock:
            if self._phase == "asking":
                self._phase = "idle"
                self._bar.ask("")
        self._judging.later(self._judge, once="judge")

    def _judge(self) -> None:
        self._controls.set_prompts(self._study.prompts.to_dict("records"))
        judged = judge(self._study, self._cards, self._controls.read(), self._key_places)
        with self._lock:
            self._judged = judged
            if self._phase == "idle" and self._came is not None and judged.choices != self._came:
                # What came of the last run is not to be read as said of this request.
                self._came = None
                self._quiet()
            self._show(judged)

    def _show(self, judged: Judged) -> None:
        self._controls.show(judged, tried=self._tried)
        models = self._controls.models
        models.note(judged.faults.get("models", ()), "")
        for line in judged.lines:
            models.show(
                line.card.id,
                price=cost.price(line),
                # What came of a run says it better.
                standing="" if judged.plan is None or judged.choices == self._came else cost.standing(line),
                faults=judged.faults.get(f"model {line.card.id}", ()),
            )
        busy = self._phase in {"checking", "filming"}
        self._bar.show(judged, busy=busy, asking=self._phase == "asking", tried=self._tried)
        self._bar.show_requests(judged)

    def _generate(self) -> None:
        """Generate was clicked. A second click finds the phase changed and does nothing."""
        with self._lock:
            if self._phase != "idle":
                return
            self._phase, self._tried, self._cancelled = "checking", True, False
            self._bar.generate.disabled = True
        self._bar.complain("")
        self._filming.later(self._prepare)

    def _prepare(self) -> None:
        judged = judge(self._study, self._cards, self._controls.read(), self._key_places)
        ask = cost.needs_confirmation(judged, self._above)
        going_on = judged.counted("running") > 0
        if judged.faults or not (judged.to_send or going_on):
            self._go_idle()
            if not judged.faults:
                self._bar.say("It is there already: nothing was sent. Film another take for more.", "good")
                self._came = judged.choices
                self._show_clips(judged)
        elif judged.to_send and ask:
            with self._lock:
                self._phase, self._judged = "asking", judged
                self._bar.yes.description = f"Yes, film {cost.clips(judged.to_send)}"
                self._bar.ask(cost.question(judged))
                self._show(judged)
        else:
            self._start(judged)

    def _agree(self) -> None:
        with self._lock:
            judged = self._judged
            if self._phase != "asking" or judged is None:
                return
            self._phase = "filming"
            self._bar.ask("")
        self._filming.later(lambda: self._start(judged))

    def _withdraw(self) -> None:
        with self._lock:
            if self._phase != "asking":
                return
        self._go_idle()
        self._bar.say("Nothing was sent.")

    def _another(self) -> None:
        with self._lock:
            if self._judged is not None:
                self._controls.first_take.value = self._judged.free_take

    def _look_for_keys(self) -> None:
        self._key_places = present()
        self._controls.models.set_keys(self._key_places)
        self._judge()

    # The run

    def _start(self, judged: Judged) -> None:
        with self._lock:
            self._phase = "filming"
            self._show(judged)
        self._quiet()
        self._clips.clear()
        local = any(line.card.sandbox for line in judged.lines)
        self._bar.say("Starting the sandbox on this machine…" if local else "Starting…")
        film = begin(self._study, self._cards, judged, progress=self._filming.guarded(self._progress))
        with self._lock:
            self._run = film.run
            if self._cancelled:
                film.run.stop()
        film.run.at_end(lambda _: self._filming.later(lambda: self._finish(film)))

    def _progress(self, progress: Progress) -> None:
        """In the run's thread."""
        if progress.last:
            return
        for m in progress.models:
            card = self._cards.get(m.model)
            if card is not None:
                self._controls.models.say(m.model, outcome.progress_html(card, m, progress.seconds))
        if not self._cancelled:
            self._bar.say(outcome.summed_up(progress))

    def _cancel(self) -> None:
        with self._lock:
            run, self._cancelled = self._run, True
        if run is None or not run.done:
            if run is not None:
                run.stop()
            self._bar.say("Stopping: nothing more is sent; answers to what has left are waited for.")

    def _finish(self, film: Film) -> None:
        run, judged = film.run, film.judged
        the_plan = plan_after(self._study, self._cards, film)
        for line in judged.lines:
            mine = [p for p in the_plan.requests if p.card.id == line.card.id]
            self._controls.models.say(line.card.id, outcome.outcome_html(mine, run.summary))
        if run.summary is None:
            words, kind = "Nothing more was done.", "bad"
        elif run.summary.interrupted:
            words, kind = outcome.stopped_words(run.summary, list(self._cards.values())), "plain"
        else:
            words, kind = outcome.finished_words(the_plan, run.summary), "good" if run.summary.ok else "plain"
        self._bar.say(words, kind)
        if run.error is not None:
            self._bar.complain(in_words(run.error))
        self._came = judged.choices
        self._go_idle()
        self._clips.show(clips_of(self._study, the_plan))

    def _show_clips(self, judged: Judged) -> None:
        if judged.plan is not None:
            self._clips.show(clips_of(self._study, judged.plan))

    def _quiet(self) -> None:
        """Say nothing of any run."""
        for name in self._controls.models.chosen:
            self._controls.models.say(name, "")
        self._bar.say("")
        self._bar.complain("")

    def _go_idle(self) -> None:
        with self._lock:
            self._phase, self._run = "idle", None
            self._bar.ask("")
        self._judging.later(self._judge, once="judge")

    def _fail(self, text: str) -> None:
        """Something went wrong before a run, after it, or in telling of it."""
        self._bar.complain(text)
        with self._lock:
            run, phase = self._run, self._phase
        if phase != "idle" and (run is None or run.done):
            self._bar.say("")
            self._go_idle()


def _amount(usd: float) -> float:
    if isinstance(usd, bool) or not isinstance(usd, int | float) or not usd >= 0:
        raise BadParameter(f"confirm_above_usd is {usd!r}; a number of dollars from 0 up is needed")
    return float(usd)


def _chosen(study: "Study", cards: Mapping[str, Card], models: Sequence[str] | None) -> list[str]:
    if models is not None:
        names = list(dict.fromkeys([models] if isinstance(models, str) else models))
        for name in names:
            if name not in cards:
                load_cards()[name]  # raises with the nearest
        if len(names) > MOST:
            raise BadParameter(f"{len(names)} models; a form films with at most {MOST} at once")
        return names
    own = [name for name in study.config.models if name in cards]
    return (own or [card.id for card in cards.values() if card.sandbox])[:MOST]


def _require_providers(
    cards: Mapping[str, Card], chosen: Sequence[str], provider: str | Mapping[str, str] | None
) -> None:
    given = provider if isinstance(provider, Mapping) else {}
    for name, through in given.items():
        if name in cards and through not in cards[name].providers:
            known = ", ".join(cards[name].providers)
            raise BadParameter(
                f"the card of {name} says nothing of the provider {through!r}; it knows: {known}"
            )
    if isinstance(provider, str) and chosen and not any(provider in cards[n].providers for n in chosen):
        raise BadParameter(f"none of the models chosen can be had through {provider!r}")


def _study_settings(study: "Study") -> tuple[Settings, str]:
    """The study's own settings to begin with; the trouble with them in words, where they cannot be used."""
    try:
        return Settings.from_data(study.config.settings), ""
    except KitError as bad:
        return Settings(), f"the study's own settings cannot be used: {bad}"
