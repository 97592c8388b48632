"""A rater's process killed with SIGKILL in the middle of answering: what it said was stored is stored, and once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from kit.rating import rater_quality

SCRIPT = Path(__file__).with_name("answering.py")


def answers_until(place: str, lines: int | None) -> list[str]:
    """The answers that a fresh process says it has stored; killed after so many, or left to finish."""
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), place, "mira"], stdout=subprocess.PIPE, text=True
    ) as process:
        said = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.strip())
            if len(said) == lines:
                os.kill(process.pid, signal.SIGKILL)
                break
        # What it still said before it died is in the pipe.
        said += [line.strip() for line in process.stdout]
    assert process.returncode == (0 if lines is None else -signal.SIGKILL)
    return said


def test_no_vote_is_lost_and_none_doubled(rated, request):
    """Killed four times, resumed each time where it stood; in the end every vote is there exactly once."""
    study = rated(prompts=8)
    place = str(study.folder) if study.folder else request.getfixturevalue("postgres_url")
    said: list[str] = []
    for lines in (1, 6, 7, 10):
        said += answers_until(place, lines)
        stored = {f"{row.position} {row.dimension}" for row in study.judgements.itertuples()}
        assert set(said) <= stored
        # At most one answer was on its way when the process died.
        assert len(stored) <= len(set(said)) + 1
    rest = answers_until(place, None)
    assert rest[-1] == "finished"
    log = study.judgements
    assert len(log) == 11 * 4
    assert not log.duplicated(["position", "dimension"]).any()
    votes = study.vote_history
    assert len(votes) == 8 * 4
    assert set(votes["revision"]) == {1}
    assert rater_quality(study)["known_of"].tolist() == [2]
