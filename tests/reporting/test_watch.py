"""A watched report is built when the study changed, and only then; no test waits."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.cli import main
from kit.errors import BadParameter, ReportError, StudyBusy, StudyMissing
from kit.reporting import watch
from kit.reporting.watch import EVERY, state_of
from kit.study import Study


class Line:
    """A study's states in a row, one a look; interrupts when there are no more. Notes every wait."""

    def __init__(self, *states: str | Exception) -> None:
        self.states, self.waits, self.last = list(states), [], ""

    def state(self) -> str:
        found = self.states.pop(0)
        if isinstance(found, Exception):
            raise found
        self.last = found
        return found

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self.states:
            raise KeyboardInterrupt


def test_builds_at_once_and_after_each_change_only() -> None:
    """Five looks, two changes: three pages, and the stated interval between any two looks."""
    line, built = Line("a", "a", "b", "b", "c"), []
    done = watch(line.state, lambda: built.append(line.last), wait=line.wait)
    assert built == ["a", "b", "c"]
    assert line.waits == [EVERY] * 5 == [5.0] * 5
    assert done == (3, 0)


def test_what_arrives_while_a_page_is_built_is_not_missed() -> None:
    """The state is taken before the page is built, so a vote during it leads to another page."""
    line, now = Line("a", "b"), ["a"]
    seen = []
    watch(line.state, lambda: (seen.append(now[0]), now.__setitem__(0, "b")), wait=line.wait)
    assert seen == ["a", "b"]


def test_a_failed_building_is_told_and_the_watch_goes_on() -> None:
    """The error is said once, nothing is tried again before the study has changed, and the next page is built."""
    line, said, tries = Line("a", "b", "b", "c"), [], []

    def build() -> None:
        tries.append(line.last)
        if line.last == "b":
            raise ReportError("the report notebook failed in the cell that begins with 'page.answer()'")

    done = watch(line.state, build, say=said.append, wait=line.wait)
    assert tries == ["a", "b", "c"]
    assert done == (2, 1)
    assert len(said) == 1
    assert "page.answer()" in said[0]
    assert "The page stays as it was" in said[0]


def test_a_busy_study_is_looked_at_again() -> None:
    """A look that fails is told once, and is no end of the watch."""
    line, said = Line("a", StudyBusy("busy"), StudyBusy("busy"), "b"), []
    built = []
    done = watch(line.state, lambda: built.append(line.last), say=said.append, wait=line.wait)
    assert (built, done) == (["a", "b"], (2, 2))
    assert len(said) == 1


def test_interrupted_while_building_it_ends_cleanly() -> None:
    """Ctrl-C while a page is built ends the watch like Ctrl-C between two looks."""

    def build() -> None:
        raise KeyboardInterrupt

    assert watch(Line("a").state, build) == (0, 0)


def test_what_no_change_can_mend_ends_it() -> None:
    """A study that is not there, a parameter that cannot be, and looks without pause are refused at once."""
    with pytest.raises(StudyMissing):
        watch(Line(StudyMissing("none")).state, lambda: None)

    def mistyped() -> None:
        raise BadParameter("the notebook has no parameter 'sede'")

    with pytest.raises(BadParameter, match="sede"):
        watch(Line("a").state, mistyped)
    with pytest.raises(BadParameter, match="lies 1 second at least"):
        watch(Line("a").state, lambda: None, every=0.5)


def test_the_state_changes_with_a_vote_and_with_nothing_else(build: Callable, tmp_path: Path) -> None:
    """Looking twice gives the same; a vote on the study, or on the one laid beside it, gives another."""
    for name in ("one", "two"):
        build(tmp_path / name, scores=False, measured=False).close()
    places = [tmp_path / "one", tmp_path / "two"]
    before = state_of(places)
    assert state_of(places) == before
    votes = tmp_path / "more.csv"
    votes.write_text(
        "prompt_id,model_a,model_b,take,dimension,choice,rater\nriver,first-model,second-model,1,artifacts,a,late\n"
    )
    with Study(tmp_path / "two") as study:
        study.import_votes(votes)
    assert state_of(places) != before


def test_the_command_watches_until_interrupted(
    usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`kit report --watch` looks every so many seconds, says what it built, and ends with exit code 0."""
    from kit import report_command
    from kit.reporting import ReportFiles

    looked = []

    def once(state: Callable, build: Callable, *, every: float, say: Callable) -> tuple:
        looked.append((every, state()))
        return watch(state, build, every=every, say=say, wait=Line().wait)

    page = tmp_path / "x.html"
    monkeypatch.setattr(report_command, "watch", once)
    monkeypatch.setattr(report_command, "build", lambda *_, **__: ReportFiles(page, None, page, None))
    assert main(["report", str(usual), "--watch", "--every", "30", "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out) == {"built": 1, "failed": 0}
    assert f"built {page}" in out.err
    assert looked == [(30.0, state_of([usual]))]
