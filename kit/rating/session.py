"""One rater at work: what the rating page asks, and what it is told.

Everything comes from the database and goes there at once, so that a rater can go on in another browser, on another
machine or after a crash. Nothing told says whose clip is which, or whether an item is a pair, a repeat or has a known
answer; that changes only at the end of a queue, with `reveal`.
"""

import math
import secrets
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

from kit.ballots import RATER_KINDS
from kit.cells import name_cell, nearest, show
from kit.errors import BadParameter, ClipError
from kit.rating import asked, reveal, saving, showing
from kit.rating.answers import fold
from kit.rating.blind import BlindCopy, BlindMedia, Source
from kit.rating.options import RatingOptions
from kit.rating.quality import quality
from kit.rating.queue import Pair, plan_queue
from kit.rating.showing import Material
from kit.storage.rating import DONE, GONE, KINDS, Item, Judgement, NewJudgement, RaterRows

if TYPE_CHECKING:
    from kit.study import Study

WATERMARKS = (
    "Watermarks or logos burnt into the picture can give a model away; the kit does not remove them. "
    "Judge the clip as if they were not there."
)
SANDBOX = "Clips drawn by the kit's own sandbox are among these; they say nothing of any real model."
_OTHER_TITLE = "Rating"


class RatingSession:
    """One rater's session on a study. `ask` may be called from any thread, and by several sessions of one rater."""

    def __init__(
        self,
        study: "Study",
        *,
        rater: str,
        rater_kind: str = "person",
        options: RatingOptions | None = None,
        media: BlindMedia,
        now: Callable[[], str] | None = None,
    ) -> None:
        """Nothing is read or stored before the first question. `now` gives the time stamps, the study's by default.

        Raises BadParameter for a rater's name, a kind of rater or a dimension that cannot be.
        """
        given: object = rater
        if not isinstance(given, str):
            raise BadParameter(f"the rater's name: {show(given)} is no text; put it between quotes")
        try:
            self.rater = name_cell(rater)
        except ValueError as bad:
            raise BadParameter(f"the rater's name: {bad}") from None
        if rater_kind not in RATER_KINDS:
            raise BadParameter(
                f"unknown kind of rater {show(rater_kind)}; it is one of {', '.join(RATER_KINDS)}"
            )
        self.rater_kind = rater_kind
        self._study, self._media = study, media
        self._options = options or RatingOptions()
        self._asked = asked.Asked(
            _dimensions(study, self._options), self._options.scores, self._options.checks
        )
        self._rubric = study.rubric.fingerprint()
        self._ratings = study.rating if now is None else study.rating.at(now)
        self._lock = Lock()
        self._material: Material | None = None
        self._names: frozenset[str] = frozenset()
        self._ops: dict[str, Callable[[Any], dict[str, Any]]] = {
            "start": self._start,
            "item": self._item,
            "save": self._save,
            "undo": self._undo,
            "summary": self._summary,
            "reveal": self._reveal,
        }

    def ask(self, op: str, data: Any) -> dict[str, Any]:
        """Answer one question of the page; both are JSON. See the methods below for the ops.

        Raises BadParameter for an unknown op and for data that it cannot have, with a message fit for a rater;
        StudyError where the study cannot be read or written, whose message names the database.
        """
        if op not in self._ops:
            raise BadParameter(f"unknown question {show(op)}; known: {', '.join(self._ops)}")
        return self._ops[op](data)

    def media(self, name: str) -> BlindCopy:
        """The blind copy of one of this rater's clips, made now if need be.

        Raises BadParameter for a name that is not one of this rater's, ClipError where the clip cannot be shown.
        """
        self._ready()
        if name not in self._names:
            raise BadParameter("there is no clip under this name; load the page again")
        return self._media.copy(name)

    def result(self) -> dict[str, Any]:
        """What `reveal` tells, at any time: for the study's owner. That it was shown is recorded."""
        self._ready()
        told = reveal.result(self._study, self._options.reveal, self.rater, self.rater_kind)
        with self._writing() as rows:
            if rows.last_standing(("reveal",)) is None:
                rows.add(NewJudgement(secrets.token_hex(16), "reveal", self._rubric), {})
            return told | {"pairs": reveal.own_pairs(rows, self._ready().texts)}

    # The ops

    def _start(self, data: Any) -> dict[str, Any]:
        """{}: bring the queue up to date, and say what is asked and where to go on."""
        asked.keys(asked.mapping(data, "data"), ())
        material = self._load()
        item = self._show_next()
        after = None if item is None or item["next"] is None else self._show(item["next"])
        with self._reading() as rows:
            progress = saving.progress(rows)
            items = rows.items()
        sandbox = _sandbox(material, items)
        rubric = self._study.rubric
        dimensions = [
            {
                "id": d.id,
                "title": d.title,
                "question": d.question,
                "look_at": list(d.look_at),
                "anchors": {str(score): text for score, text in d.anchors.items()},
            }
            for d in (rubric[name] for name in self._asked.dimensions)
        ]
        return progress | {
            "title": self._title(),
            "rater": self.rater,
            "dimensions": dimensions,
            "scores": self._asked.scores,
            "checks": self._asked.checks,
            "sandbox": sandbox,
            "caveats": [WATERMARKS, SANDBOX] if sandbox else [WATERMARKS],
            "position": None if item is None else item["position"],
            "item": item,
            "next": after,
        }

    def _item(self, data: Any) -> dict[str, Any]:
        """{position}: the item there, or the next one where its clips are gone."""
        position = asked.position(data)
        self._ready()
        shown = self._show(position)
        if shown is None:
            raise BadParameter(f"there is nothing to rate at position {position}; load the page again")
        return shown

    def _save(self, data: Any) -> dict[str, Any]:
        """{token, position, step, ...}: store an answer; it is on disk when this returns."""
        sent = asked.save(data, self._asked)
        material = self._ready()
        with self._writing() as rows:
            item = rows.item(sent.position)
            checks = self._checks(material, item) if item else ()
            return saving.save(rows, sent, asked_for=self._asked, checks=checks, rubric=self._rubric)

    def _undo(self, data: Any) -> dict[str, Any]:
        """{token}: take back the last answer."""
        token = asked.undo(data)
        self._ready()
        with self._writing() as rows:
            told = saving.undo(rows, token, asked_for=self._asked, rubric=self._rubric)
        return told | {"item": self._show(told["position"])}

    def _summary(self, data: Any) -> dict[str, Any]:
        """{}: how much was answered, and how reliably. Asked at the end, so pairs that are new in the study come in here.

        `added` is how many they are, where the first one stands, and whether the sandbox drew any; `kinds` says what the items are, all of them together
        being `total`; `votes` are those on the study's pairs.
        """
        asked.keys(asked.mapping(data, "data"), ())
        with self._reading() as rows:
            known = {item.position for item in rows.items()}
        material = self._load()
        with self._reading() as rows:
            items = [item for item in rows.items() if item.state != GONE]
            new = [item for item in items if item.position not in known]
            progress = saving.progress(rows)
            still_open = [
                {"position": item.position, "number": number}
                for number, item in enumerate(items, start=1)
                if item.state != DONE
            ]
            log = rows.frame()
        found = quality(log)
        own = {str(key): value for key, value in found.iloc[0].items()} if len(found) else {}

        def number(name: str) -> int:
            return int(own.get(name, 0))

        def share(name: str) -> float | None:
            value = float(own.get(name, math.nan))
            return None if math.isnan(value) else value

        left, of = number("left"), number("left_of")
        return progress | {
            "kinds": {kind: sum(item.kind == kind for item in items) for kind in KINDS},
            "added": {
                "count": len(new),
                "position": new[0].position if new else None,
                "sandbox": _sandbox(material, new),
            },
            "votes": number("votes"),
            "skipped": number("skipped"),
            "repeats": {
                "same": number("repeats_same"),
                "of": number("repeats_of"),
                "low": share("repeats_low"),
                "high": share("repeats_high"),
            },
            "known": {
                "right": number("known_right"),
                "of": number("known_of"),
                "low": share("known_low"),
                "high": share("known_high"),
            },
            "through": {"whole": number("through"), "of": number("through_of")},
            "seconds_median": share("seconds_median"),
            "left_share": {
                "value": left / of if of else None,
                "of": of,
                "low": share("left_low"),
                "high": share("left_high"),
            },
            "open": still_open,
        }

    def _reveal(self, data: Any) -> dict[str, Any]:
        """{}: which model was which, and the result; only at the end of the queue."""
        asked.keys(asked.mapping(data, "data"), ())
        self._ready()
        if self._options.reveal != "never":
            with self._reading() as rows:
                if saving.where_next(rows) is not None:
                    raise BadParameter("the result is shown once every pair has been answered or skipped")
        return self.result()

    # What they rest on

    def _reading(self) -> Any:
        return self._ratings.reading(self.rater, self.rater_kind)

    def _writing(self) -> Any:
        return self._ratings.writing(self.rater, self.rater_kind)

    def _ready(self) -> Material:
        material = self._material
        return self._load() if material is None else material

    def _load(self) -> Material:
        """Read the study, bring the queue up to date with it, and learn the names of its clips."""
        with self._lock:
            study = self._study
            self._ratings.hold()
            found = study.pairs()[["prompt_id", "take", "model_a", "model_b", "clip_a", "clip_b"]]
            pairs = [Pair(*row) for row in found.itertuples(index=False, name=None)]
            there = {clip for pair in pairs for clip in (pair.clip_a, pair.clip_b)}
            with self._writing() as rows:
                before = rows.items()
                seed = self._media.digest("queue", self.rater, self.rater_kind, len(before))
                rows.add_items(
                    plan_queue(
                        pairs,
                        before,
                        repeats=self._options.repeats,
                        known=self._options.known,
                        seed=int.from_bytes(seed[:8], "big"),
                    )
                )
                items = rows.items()
                self._bring_up_to_date(rows, items, there)
            names = {name: source for item in items for name, source in self._sources(item).values()}
            self._media.know(names)
            self._media.prepare(name for name, source in names.items() if source.degraded)
            self._names = frozenset(names)
            self._material = Material.of(study)
            return self._material

    def _bring_up_to_date(self, rows: RaterRows, items: list[Item], there: set[str]) -> None:
        """Items whose clips are gone are passed over; those that ask for another dimension now are open again."""
        log: dict[int, list[Judgement]] = {}
        for row in rows.log():
            if row.position is not None:
                log.setdefault(row.position, []).append(row)
        for item in items:
            state = fold(log.get(item.position, [])).state(self._asked.dimensions)
            if state != DONE and not set(showing.clips_of(item)) <= there:
                state = GONE
            if state != item.state:
                rows.set_state(item.position, state)

    def _sources(self, item: Item) -> dict[str, tuple[str, Source]]:
        return showing.sources(item, self._media, self.rater, self.rater_kind)

    def _show(self, position: int) -> dict[str, Any] | None:
        """The item at a position, or the next one that can be shown; None where there is none."""
        while True:
            with self._reading() as rows:
                item = saving.showable(rows, position)
            if item is None:
                return None
            shown = self._show_item(item)
            if shown is not None:
                return shown

    def _show_next(self) -> dict[str, Any] | None:
        """The item to go on with; None where all are done."""
        while True:
            with self._reading() as rows:
                position = saving.where_next(rows)
                item = None if position is None else rows.item(position)
            if item is None:
                return None
            shown = self._show_item(item)
            if shown is not None:
                return shown

    def _show_item(self, item: Item) -> dict[str, Any] | None:
        """The item as the page gets it. Where its clips turn out to be gone, it is passed over from now on: None."""
        material = self._ready()
        named = self._sources(item)
        if any(name not in self._names for name, _ in named.values()):
            # Another session of this rater has found new pairs.
            material = self._load()
        with self._reading() as rows:
            log = rows.log(item.position)
            place = saving.neighbours(rows, item.position)
            place |= {"number": rows.number(item.position), "total": saving.progress(rows)["total"]}
        try:
            return place | showing.shown(
                item,
                log,
                named,
                material=material,
                media=self._media,
                checks=self._checks(material, item),
                dimensions=self._asked.dimensions,
            )
        except ClipError as error:
            if item.state == DONE:
                raise BadParameter(
                    "the clips of this pair can no longer be shown; your answers to it are kept"
                ) from error
            with self._writing() as rows:
                rows.set_state(item.position, GONE)
            return None

    def _checks(self, material: Material, item: Item) -> tuple[str, ...]:
        return material.checks.get(item.prompt_id, ()) if self._asked.checks else ()

    def _title(self) -> str:
        """The study's title, unless it names a model."""
        title = self._study.title
        named = any(model.casefold() in title.casefold() for model in self._study.models)
        return _OTHER_TITLE if named else title


def _sandbox(material: Material, items: Iterable[Item]) -> bool:
    """Whether any of these items shows a clip that the kit's own sandbox drew."""
    return any(material.clips[c].sandbox for i in items for c in showing.clips_of(i) if c in material.clips)


def _dimensions(study: "Study", options: RatingOptions) -> tuple[str, ...]:
    known = study.rubric.ids
    for dimension in options.dimensions or ():
        if dimension not in known:
            raise BadParameter(
                f"the rubric has no dimension {show(dimension)}{nearest(str(dimension), known)}; "
                f"it has: {', '.join(known)}"
            )
    return tuple(options.dimensions or known)
