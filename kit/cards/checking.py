"""Whether a request may be sent: the prompt and the settings against every chosen model's card, all faults at once."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kit.cards.card import Card
from kit.cards.images import image_problems
from kit.cards.offers import Offer, offer
from kit.cards.settings import IMAGES, Settings, is_element_id, is_local, is_url
from kit.cards.spelling import Fact
from kit.cells import NOT_TEXT, show
from kit.errors import BadParameter, Fault


def check(
    prompt: str, settings: Settings, cards: Sequence[Card], provider_of: Mapping[str, str]
) -> list[Fault]:
    """Every reason why one of the models would not take the request; none if all do.

    `provider_of` maps ids of cards to providers. Each fault names the model and provider (`where`), the setting
    (`column`), the value and what is allowed. Files of local images are not opened: see `check_images`.
    """
    faults: list[Fault] = []
    for card in cards:
        if card.id not in provider_of:
            problem = f"through which provider? the card knows: {', '.join(card.providers)}"
            faults.append(Fault(card.id, problem, None, "provider"))
            continue
        try:
            one = offer(card, provider_of[card.id])
        except BadParameter as bad:
            faults.extend(bad.faults)
            continue
        faults.extend(_Check(one, settings).faults(prompt))
    return faults


def check_images(
    settings: Settings, cards: Sequence[Card], provider_of: Mapping[str, str], *, folder: Path | None = None
) -> list[Fault]:
    """What is wrong with the files of local images: missing, no image, wrong type, too large, too small.

    Relative paths are looked up in `folder`. Only a file's first bytes are read; nothing is decoded.
    """
    faults: list[Fault] = []
    for card in cards:
        if provider_of.get(card.id) not in card.providers:
            continue
        one = offer(card, provider_of[card.id])
        for name, value in settings.images().items():
            if not is_local(value) or (name not in IMAGES and _by_id(one)):
                continue
            problems = image_problems((folder or Path()) / value, one.limits.images.value)
            faults.extend(Fault(one.name, problem, None, name) for problem in problems)
    return faults


def _by_id(one: Offer) -> bool:
    field = one.spelling.fields.get("elements")
    return field is not None and field.accepts == "id"


def _marked(fact: Fact[object]) -> str:
    """What to add to a limit that is not certain: the user may know better."""
    return (
        ""
        if fact.certainty == "confirmed"
        else f" ({fact.certainty.replace('_', ' ')}; a card of your own may change it)"
    )


class _Check:
    def __init__(self, one: Offer, settings: Settings) -> None:
        self._one, self._given, self._found = one, settings, list[Fault]()
        self._settled = one.settled(settings)

    def faults(self, prompt: str) -> list[Fault]:
        self._prompt(prompt)
        self._duration()
        self._aspect_ratio()
        self._mode()
        self._audio()
        self._negative_prompt()
        self._frames()
        self._elements()
        self._shots()
        # A value that is wrong by itself is not refused once more for what it stands beside.
        wrong = {fault.column for fault in self._found}
        for rule in self._one.refusals(self._settled):
            if rule.setting not in wrong:
                self._say(rule.setting, f"{self._shown(rule.setting)} is not allowed here: {rule.because}")
        return self._found

    def _say(self, setting: str, problem: str) -> None:
        self._found.append(Fault(self._one.name, problem, None, setting))

    def _shown(self, setting: str) -> str:
        value = getattr(self._settled, setting)
        if setting == "audio":
            return "on" if value else "off"
        return f"{value} s" if setting == "duration" else show(value)

    def _no_field(self, setting: str) -> str:
        known = setting in self._one.spelling.fields
        return "the model does not take it" if known else f"{self._one.provider} has no known field for it"

    def _prompt(self, prompt: str) -> None:
        if not prompt.strip() and not self._given.shots:
            self._say("prompt", "the prompt is empty; write what is to be filmed")
        self._text(
            "prompt", prompt, self._one.limits.prompt_characters.value, self._one.limits.prompt_characters
        )
        if self._one.card.capabilities.text_to_video.value is False and not (
            self._given.start_frame or self._given.elements
        ):
            self._say(
                "start_frame", "it is missing, and the model does not film text alone; give a start frame"
            )

    def _text(self, setting: str, text: str, limit: int | None, fact: Fact[object]) -> None:
        if limit is not None and len(text) > limit:
            self._say(
                setting, f"{len(text):,} characters; at most {limit:,} are allowed{_marked(fact)}; shorten it"
            )
        if bad := NOT_TEXT.search(text):
            self._say(setting, f"it has the control character {bad.group()!r}; take it out")

    def _duration(self) -> None:
        one, given = self._one, self._given
        total = sum(shot.seconds for shot in given.shots)
        if given.shots and given.duration is not None and given.duration != total:
            self._say(
                "duration",
                f"{given.duration} s, but the shots together last {total} s; leave the duration out or make them agree",
            )
        elif given.shots or given.duration is None:
            return
        elif one.durations is None:
            self._say(
                "duration",
                f"{given.duration} s, but it cannot be set: {self._no_field('duration')}; leave it out",
            )
        elif not one.durations.allows(given.duration):
            allowed = f"{one.durations}{_marked(one.limits.durations)}"
            self._say("duration", f"{given.duration} s is not allowed; allowed: {allowed}")

    def _aspect_ratio(self) -> None:
        one, value = self._one, self._given.aspect_ratio
        if value is None or value in one.aspect_ratios:
            return
        if not one.aspect_ratios:
            problem = f"{show(value)}, but it cannot be set: {self._no_field('aspect_ratio')}; leave it out"
        else:
            listed = ", ".join(one.aspect_ratios)
            problem = f"{show(value)} is not allowed; allowed: {listed}{_marked(one.limits.aspect_ratios)}"
        self._say("aspect_ratio", problem)

    def _mode(self) -> None:
        one, value = self._one, self._given.mode
        if value is None or one.mode_named(value) is not None:
            return
        if not one.modes:
            self._say("mode", f"{show(value)}, but it cannot be set: {self._no_field('mode')}; leave it out")
            return
        listed = ", ".join(f"{name} ({f.value})" if f.value else name for name, f in one.modes.items())
        self._say("mode", f"{show(value)} is not allowed; allowed: {listed}")

    def _audio(self) -> None:
        if self._given.audio and not self._one.audio:
            self._say("audio", f"on is not allowed: {self._no_field('audio')}; allowed: off")

    def _negative_prompt(self) -> None:
        text, allowed = self._given.negative_prompt, self._one.negative_prompt
        if text and not allowed:
            problem = (
                f"{show(text)}, but {self._no_field('negative_prompt')}; leave it out, for all models alike"
            )
            self._say("negative_prompt", problem)
        elif text:
            limit = None if isinstance(allowed, bool) else allowed
            self._text("negative_prompt", text, limit, self._one.limits.negative_prompt)

    def _frames(self) -> None:
        for setting, allowed in (("start_frame", self._one.start_frame), ("end_frame", self._one.end_frame)):
            value = getattr(self._given, setting)
            if value is None:
                continue
            if not allowed:
                self._say(setting, f"{show(value)}, but {self._no_field(setting)}; leave it out")
            else:
                self._source(setting, value)
        if self._given.end_frame and not self._given.start_frame:
            self._say("end_frame", f"{show(self._given.end_frame)} needs a start frame as well; give one")

    def _source(self, setting: str, value: str) -> None:
        images = self._one.spelling.images
        if is_local(value) and images.local is None:
            self._say(setting, f"{show(value)} is a local file; {self._one.provider} takes addresses only")
        elif is_url(value) and "url" not in images.accepts:
            self._say(setting, f"{show(value)} is an address; {self._one.provider} takes local files only")

    def _elements(self) -> None:
        elements, most = self._given.elements, self._one.elements
        if not elements:
            return
        if not most:
            self._say("elements", f"{len(elements)} given, but {self._no_field('elements')}; leave them out")
            return
        if len(elements) > most:
            mark = _marked(self._one.limits.elements)
            self._say("elements", f"{len(elements)} given; at most {most} are allowed{mark}")
        for i, value in enumerate(elements, start=1):
            if not _by_id(self._one):
                self._source(f"elements, no. {i}", value)
            elif not is_element_id(value):
                problem = f"{show(value)} is no id; {self._one.provider} takes the ids of elements made there before"
                self._say(f"elements, no. {i}", problem)

    def _shots(self) -> None:
        shots, limits = self._given.shots, self._one.shots
        if not shots:
            return
        if limits is None:
            self._say("shots", f"{len(shots)} given, but {self._no_field('shots')}; leave them out")
            return
        mark, total = _marked(self._one.limits.shots), sum(shot.seconds for shot in shots)
        if len(shots) > limits.most:
            self._say("shots", f"{len(shots)} given; at most {limits.most} are allowed{mark}")
        if total < limits.total_from or (limits.total_to is not None and total > limits.total_to):
            high = "" if limits.total_to is None else f" to {limits.total_to}"
            self._say("shots", f"together {total} s; allowed: {limits.total_from}{high} s{mark}")
        for i, shot in enumerate(shots, start=1):
            at = f"shots, no. {i}"
            if not shot.prompt.strip():
                self._say(at, "its prompt is empty; write what is to be filmed")
            self._text(at, shot.prompt, limits.prompt_characters, self._one.limits.shots)
            if shot.seconds < limits.shortest or (
                limits.longest is not None and shot.seconds > limits.longest
            ):
                high = "" if limits.longest is None else f" to {limits.longest}"
                self._say(at, f"{shot.seconds} s; allowed: {limits.shortest}{high} s{mark}")


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raise BadParameter with the faults, if there are any."""
    found = list(faults)
    if found:
        raise BadParameter(found)
