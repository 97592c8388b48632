"""A run on three models and three protocols, killed with SIGKILL at random moments, against a server with random faults.

`kill_test` is the whole of it; tests/bench/bench_kill.py calls it with the full numbers.
"""

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kit.decode import probe
from kit.generation import resolve, tasks_frame
from kit.providers import open_provider
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import Prompt, Suite
from kit.testing import SandboxHandle, sandbox_process

MODELS = ("kling-2.6", "kling-3.0", "sandbox-quick")
VIA = {"kling-2.6": "piapi", "kling-3.0": "kling", "sandbox-quick": "sandbox"}
FAULTS = [
    {"on": "submit", "chance": 0.08, "fault": "status", "status": 429, "retry_after": 0.2},
    {"on": "submit", "chance": 0.06, "fault": "status", "status": 429},
    {"on": "submit", "chance": 0.05, "fault": "reset", "when": "after"},
    {"on": "submit", "chance": 0.05, "fault": "reset", "when": "before"},
    {"on": "submit", "chance": 0.03, "fault": "status", "status": 500, "when": "after"},
    {"on": "poll", "chance": 0.08, "fault": "html"},
    {"on": "poll", "chance": 0.05, "fault": "unknown_word", "word": "warming_up"},
    {"on": "poll", "chance": 0.04, "fault": "expired_link"},
    {"on": "download", "chance": 0.1, "fault": "cut"},
    {"on": "download", "chance": 0.05, "fault": "wrong_type"},
    {"on": "download", "chance": 0.05, "fault": "truncated"},
    {"on": "task", "chance": 0.04, "fault": "refused"},
]


class Zygote:
    """Forks runs and says how they end."""

    def __init__(self, log: Path, environ: dict[str, str]) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("zygote.py")), str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **environ},
        )

    def run(self, order: dict[str, Any], *, kill_after: float | None) -> int:
        """One run; its exit code, -9 if it was killed."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        pid = self._answer()["pid"]
        if kill_after is not None and not select.select([self._process.stdout], [], [], kill_after)[0]:
            # It has not ended, or not been waited for, so the number is still its own.
            os.kill(pid, signal.SIGKILL)
        return int(self._answer()["ended"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the forking process died: {self.log.read_text() if self.log.exists() else ''}"
        return dict(json.loads(line))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@contextmanager
def zygote(log: Path, environ: dict[str, str]) -> Iterator[Zygote]:
    found = Zygote(log, environ)
    try:
        yield found
    finally:
        found.close()


def kill_test(folder: Path, *, prompts: int, kills: int, seed: int, longest: float = 1.2) -> dict[str, Any]:
    """Kill a run so often, let it end, settle what is unknown as a person would, and look at every account there is."""
    random = Random(seed)
    suite = Suite(
        "kill", "Kill", tuple(Prompt(f"p{i}", f"A paper boat, number {i}.") for i in range(prompts))
    )
    study_folder = folder / "study"
    Study.create(study_folder, StudyConfig(models=MODELS, suite=suite)).close()
    order = {"study": str(study_folder), "via": VIA, "max_usd": 1e6}
    takes, killed, runs = 1, 0, 0
    with (
        sandbox_process(
            schedule={"*": [0.3, 1.0]}, concurrency=4, faults={"seed": seed, "rules": FAULTS}
        ) as server,
        zygote(folder / "log", server.environ()) as forks,
    ):
        while killed < kills:
            runs += 1
            code = forks.run(order | {"takes": takes}, kill_after=random.uniform(0.05, longest))
            assert code in {0, -signal.SIGKILL}, forks.log.read_text()
            killed += code == -signal.SIGKILL
            # All done before it could be killed often enough: more to do.
            takes += code == 0
            explained(study_folder)
        server.set_faults([])
        assert forks.run(order | {"takes": takes}, kill_after=None) == 0, forks.log.read_text()
        with Study.open(study_folder) as study:
            unknown = settle_by_hand(study, server)
        assert forks.run(order | {"takes": takes}, kill_after=None) == 0, forks.log.read_text()
        counts = accounts(study_folder, server, takes=takes, prompts=prompts)
    return {"kills": killed, "runs": runs, "takes": takes, "unknown": unknown} | counts


def explained(folder: Path) -> None:
    """Whatever the state in which the run died, `kit tasks` has words for it, and no clip is named that is not there."""
    with Study.open(folder) as study:
        frame = tasks_frame(study)
        assert frame["meaning"].notna().all()
        assert (
            frame.loc[frame["state"].isin(["submitted", "running", "completed", "done"]), "provider_task_id"]
            .notna()
            .all()
        )
        for clip in study.requests["clip"].dropna().unique():
            with study.clip_file(clip) as path:
                assert path.stat().st_size > 0


def settle_by_hand(study: Study, server: SandboxHandle) -> int:
    """For each unknown task, look at the server's books as a person looks at the provider's page, and say what it was."""
    frame = tasks_frame(study)
    unknown = frame[frame["state"] == "unknown"]
    assert set(unknown["provider"]) <= {"piapi", "sandbox"}, (
        "kling can be asked, so the runs must have settled those"
    )
    known = set(frame["provider_task_id"].dropna())
    text = dict(zip(study.prompts["prompt_id"], study.prompts["text"], strict=True))
    orphans = [entry for entry in server.journal().created if entry["task"] not in known]
    decisions = {}
    for row in unknown.itertuples():
        mine = [e for e in orphans if e["provider"] == row.provider and e["prompt"] == text[row.prompt_id]]
        if mine:
            orphans.remove(mine[0])
        decisions[int(row.id)] = f"task-id={mine[0]['task']}" if mine else "lost"
    # Every task that the server has is one of ours, or one of the unknown ones: nothing was paid for twice.
    assert orphans == []
    environ = server.environ()
    resolve(study, decisions, providers=lambda name: open_provider(name, environ=environ))
    return len(decisions)


def accounts(folder: Path, server: SandboxHandle, *, takes: int, prompts: int) -> dict[str, Any]:
    """The study's books against the server's."""
    journal = server.journal()
    with Study.open(folder) as study:
        tasks, requests = tasks_frame(study), study.requests
        assert set(tasks["state"]) <= {"done", "refused", "lost"}
        assert len(requests) == takes * prompts * len(MODELS)
        ids = tasks["provider_task_id"].dropna()
        assert sorted(ids) == sorted(entry["task"] for entry in journal.created)
        assert tasks.loc[tasks["state"] != "lost", "provider_task_id"].notna().all()
        # No request has two tasks that the server created, whatever became of the first.
        created = Counter(
            tasks.loc[tasks["provider_task_id"].notna(), ["prompt_id", "model", "take"]].itertuples(
                index=False, name=None
            )
        )
        assert max(created.values()) == 1
        assert max(journal.created_by_external_id().values()) == 1
        ended = {entry["task"]: entry["status"] for entry in journal.ended}
        done = tasks[tasks["state"] == "done"]
        assert sorted(done["provider_task_id"]) == sorted(
            task for task, status in ended.items() if status == "completed"
        )
        assert set(requests.loc[requests["clip"].notna(), "request"]) == set(
            requests.loc[requests["state"] == "done", "request"]
        )
        for clip in requests["clip"].dropna().unique():
            with study.clip_file(clip) as path:
                assert probe(path).sandbox
    return {"created": len(journal.created), "done": len(done), "requests": len(requests)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks runs that are killed")
def test_killed_at_random_moments(tmp_path):
    """Eight kills, twelve requests: nothing is paid twice, every finished clip is in the study, every state explained."""
    found = kill_test(tmp_path, prompts=4, kills=8, seed=11)
    assert found["kills"] == 8
    assert found["done"] >= 8
