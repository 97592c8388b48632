"""One answer, or the taking back of one, into the study: a single transaction from the log to the vote."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kit.errors import BadParameter
from kit.rating import asked
from kit.rating.answers import STEPS, Answers, fold, said_of_clip
from kit.rating.asked import Asked, Sent
from kit.storage.rating import DONE, GONE, OPEN, PASSED, SKIPPED, Item, Judgement, NewJudgement, RaterRows
from kit.storage.records import NewCheck, NewScore, NewVote
from kit.storage.schema import NO_SCORE, WITHDRAWN

if TYPE_CHECKING:
    from kit.study import Study

_SHOWABLE = (OPEN, SKIPPED, PASSED, DONE)


def save(
    rows: RaterRows, sent: Sent, *, asked_for: Asked, checks: Sequence[str], rubric: str
) -> dict[str, Any]:
    """Store an answer and return what the page is told; what was stored under this token is told again.

    Raises BadParameter for a token that names another answer, and for a position that is not in the queue.
    """
    item = rows.item(sent.position)
    if item is None:
        raise BadParameter(f"there is no position {sent.position} in this queue; load the page again")
    new = _judgement(item, sent, checks, rubric)
    told = rows.told(sent.token)
    if told is not None:
        if not new.same_as(told):
            raise BadParameter("this token names another answer already; make a new one for each answer")
        return told.result
    answers = fold([*rows.log(item.position), new])
    _become(rows, item, new, new, answers)
    state = _set_state(rows, item, answers, asked_for)
    result = progress(rows) | {
        "saved": True,
        "complete": state in {DONE, PASSED},
        "position": where_next(rows, item.position),
        "answers": on_screen(item, answers, checks),
    }
    rows.add(new, result)
    return result


def undo(rows: RaterRows, token: str, *, asked_for: Asked, rubric: str) -> dict[str, Any]:
    """Take back the newest answer that stands, and return where it was. The same token takes back no second one.

    What was said before it stands again; where nothing was, the vote is withdrawn. Raises BadParameter where there is
    nothing to take back.
    """
    told = rows.told(token)
    if told is not None:
        if told.step != "undo":
            raise BadParameter("this token names an answer already; make a new one for each")
        return told.result
    last = rows.last_standing(STEPS)
    item = None if last is None or last.position is None else rows.item(last.position)
    if last is None or item is None:
        raise BadParameter("there is no answer to take back")
    new = NewJudgement(
        token, "undo", rubric, position=last.position, dimension=last.dimension, undoes=last.id
    )
    answers = fold([*rows.log(item.position), new])
    _become(rows, item, last, new, answers)
    _set_state(rows, item, answers, asked_for)
    result = progress(rows) | {"position": item.position, "step": last.step, "dimension": last.dimension}
    rows.add(new, result)
    return result


def progress(rows: RaterRows) -> dict[str, Any]:
    """How many items have all their votes, and of how many; those whose clips are gone do not count.

    This is the one count of how far a rater is: what the rater sees as "pairs", repeats and known answers among them.
    A skipped item is not done, however often it was skipped.
    """
    counts = rows.counts()
    return {
        "done": counts.get(DONE, 0),
        "total": sum(number for state, number in counts.items() if state != GONE),
    }


def how_far(study: "Study", rater: str, rater_kind: str = "person") -> dict[str, Any]:
    """`progress` of one rater of a study: a total of 0 where this rater has not begun."""
    with study.rating.reading(rater, rater_kind) as rows:
        return progress(rows)


def where_next(rows: RaterRows, position: int = -1) -> int | None:
    """Where to go on after a position: the next open item, else the first open one, else those skipped once."""
    for state in (OPEN, SKIPPED):
        found = rows.first([state], after=position)
        found = rows.first([state]) if found is None else found
        if found is not None:
            return found
    return None


def neighbours(rows: RaterRows, position: int) -> dict[str, Any]:
    """The item before this one, and where to go on after it once it is done."""
    after = where_next(rows, position)
    return {
        "previous": rows.last(_SHOWABLE, before=position),
        "next": None if after == position else after,
    }


def showable(rows: RaterRows, position: int) -> Item | None:
    """The item at a position, or the next one whose clips are there; None where there is none."""
    item = rows.item(position)
    if item is not None and item.state == GONE:
        after = rows.first(_SHOWABLE, after=position)
        return None if after is None else rows.item(after)
    return item


def on_screen(item: Item, answers: Answers, checks: Sequence[str]) -> dict[str, Any]:
    """The answers as the page shows them, by side."""
    sides = {"left": item.left, "right": item.right}
    return {
        "votes": {dimension: row.side for dimension, row in answers.votes.items()},
        "scores": {side: dict(answers.scores[which]) for side, which in sides.items()},
        "checks": {side: [answers.checks[which].get(c) for c in checks] for side, which in sides.items()},
        "note": answers.note,
        "skipped": answers.skips > 0,
    }


def _judgement(item: Item, sent: Sent, checks: Sequence[str], rubric: str) -> NewJudgement:
    by_side: Mapping[str, Mapping[str, Any]] | None = sent.scores
    if sent.step == "checks":
        by_side = asked.checks_of(sent, checks)
    answer = None
    if by_side is not None:
        answer = {item.left: dict(by_side["left"]), item.right: dict(by_side["right"])}
    sides = {"left": item.left, "right": item.right}
    return NewJudgement(
        token=sent.token,
        step=sent.step,
        rubric=rubric,
        position=item.position,
        dimension=sent.dimension,
        side=sent.choice,
        choice=None if sent.choice is None else sides.get(sent.choice, sent.choice),
        left_model=item.left_model,
        answer=answer,
        note=sent.note,
        seconds=sent.seconds,
        through=sent.through,
        plays=sent.plays,
        mode=sent.mode,
    )


def _set_state(rows: RaterRows, item: Item, answers: Answers, asked_for: Asked) -> str:
    state = answers.state(asked_for.dimensions)
    if state != item.state:
        rows.set_state(item.position, state)
    return state


def _become(rows: RaterRows, item: Item, about: NewJudgement, new: NewJudgement, answers: Answers) -> None:
    """Bring the study's votes, scores and checks up to date with what stands of the answer `about`.

    `new` is the row that is about to join the log: that answer, or its taking back. Only pairs count: repeats and
    known answers say something about the rater.
    """
    if item.kind != "pair":
        return
    if about.step == "vote":
        assert about.dimension is not None
        rows.add_votes([_vote(rows, item, answers, about.dimension)])
    elif about.step == "note":
        rows.add_votes([_vote(rows, item, answers, dimension) for dimension in answers.votes])
    elif about.step in {"scores", "checks"}:
        log: list[tuple[Item, Judgement | NewJudgement]] = [
            *rows.log_on(item.prompt_id, item.take),
            (item, new),
        ]
        for side, model in (("a", item.model_a), ("b", item.model_b)):
            assert model is not None
            said = said_of_clip(log, model, about.step)
            about_clip = (about.answer or {}).get(side, {})
            if about.step == "scores":
                rows.add_scores([_score(rows, item, model, d, said.get(d)) for d in about_clip])
            else:
                rows.add_checks([_check(rows, item, model, c, said.get(c)) for c in about_clip])


def _vote(rows: RaterRows, item: Item, answers: Answers, dimension: str) -> NewVote:
    # The note is about the pair, so it goes along with each of its votes.
    assert item.model_b is not None
    vote = NewVote(
        prompt_id=item.prompt_id,
        model_a=item.model_a,
        model_b=item.model_b,
        take=item.take,
        dimension=dimension,
        choice=WITHDRAWN,
        rater=rows.rater,
        rater_kind=rows.rater_kind,
        left_model=item.left_model,
    )
    given = answers.votes.get(dimension)
    if given is None:
        return vote
    return replace(vote, choice=str(given.choice), seconds=given.seconds, note=answers.note or None)


def _score(rows: RaterRows, item: Item, model: str, dimension: str, score: int | None) -> NewScore:
    return NewScore(
        prompt_id=item.prompt_id,
        model=model,
        take=item.take,
        dimension=dimension,
        score=NO_SCORE if score is None else score,
        rater=rows.rater,
        rater_kind=rows.rater_kind,
    )


def _check(rows: RaterRows, item: Item, model: str, check: str, answer: str | None) -> NewCheck:
    return NewCheck(
        prompt_id=item.prompt_id,
        model=model,
        take=item.take,
        check=check,
        answer=WITHDRAWN if answer is None else answer,
        rater=rows.rater,
        rater_kind=rows.rater_kind,
    )
