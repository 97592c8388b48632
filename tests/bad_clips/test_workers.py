"""Clips that kill, hang or fill the process that measures them: each costs itself alone."""

import contextlib
import importlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import kit
from kit.errors import BadManifest
from kit.limits import Limits
from kit.measure import measure

# Widths of `conftest.METRICS`, and what the fault says.
FATES = {
    80: "ended the process: the system ended it, perhaps for want of memory",
    88: "ended the process: it crashed: Segmentation fault",
    104: "was stopped: it took too long and was given up after",
    120: "ended the process: exit code 3",
}
LITTLE = Limits(memory=1 << 29)


@pytest.fixture
def fated(tmp_path, make_clip, files_study):
    """A study of clips with every fate, among good ones."""
    widths = [64, *FATES, 72, 96]
    return files_study(make_clip(tmp_path / f"{width}.mp4", width=width, height=48) for width in widths)


@pytest.mark.parametrize("kind", ["two", "threads", "processes"])
def test_each_costs_only_itself(fated, trap, kind):
    """Killed, crashed, hung or left: named with what happened, the others have all their values; on any executor."""
    if kind == "two":
        summary = measure(fated, jobs=2, limits=LITTLE)
    else:
        make = ThreadPoolExecutor if kind == "threads" else ProcessPoolExecutor
        arguments = {} if kind == "threads" else {"mp_context": get_context("spawn")}
        with make(2, **arguments) as executor:
            summary = measure(fated, executor=executor, limits=LITTLE)
    assert summary.done == 3
    faults = dict(summary.faults)
    assert faults.keys() == {f"{width}.mp4" for width in FATES}
    for width, words in FATES.items():
        assert words in faults[f"{width}.mp4"]
    assert fated.stored.keys() == {"64.mp4", "72.mp4", "96.mp4"}
    assert all(any(m.metric == "trap" for m in found) for found in fated.stored.values())
    assert fated.open_files == 0


def test_a_clip_that_takes_longer_than_its_limit_is_given_up(tmp_path, make_clip, files_study, trap):
    """A metric that never comes back is ended when the time for the clip's frames is over."""
    study = files_study([make_clip(tmp_path / "stay.mp4", width=108, height=48)])
    summary = measure(study, limits=Limits(longest=1.0))
    ((_, reason),) = summary.faults
    assert "measuring it was stopped: it took too long and was given up after" in reason
    assert study.stored == {}


def test_a_known_fault_is_tried_again_when_asked(fated, trap):
    """A clip that crashed is passed over the next time, and measured again with `again`."""
    fated.files = {name: fated.files[name] for name in ("64.mp4", "88.mp4")}
    assert measure(fated, limits=LITTLE).done == 1
    assert measure(fated, limits=LITTLE).done == 0
    fated.files["88.mp4"] = fated.files["64.mp4"]
    assert measure(fated, limits=LITTLE).faults != []
    assert measure(fated, limits=LITTLE, again=True).faults == []


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux limits a process's memory in earnest"
)
def test_a_metric_that_takes_all_memory_costs_only_itself(tmp_path, make_clip, files_study, trap):
    """It is stopped at the limit and named; the clip's other metrics have their values."""
    study = files_study([make_clip(tmp_path / "hog.mp4", width=112, height=48)])
    summary = measure(study, limits=Limits(memory=1 << 29))
    ((_, reason),) = summary.faults
    assert reason == "metric trap failed at 0.000 s: it takes more memory than it may have"
    assert "trap" not in {m.metric for m in study.stored["hog.mp4"]}
    assert len(study.stored["hog.mp4"]) > 20


def test_ctrl_c_ends_the_processes_and_keeps_what_is_done(tmp_path, make_clip, files_study, trap):
    """Interrupted while two clips hang: measuring ends at once, the finished ones are stored, no process is left."""
    widths = [64, 72, 108, 108, 96]
    study = files_study(
        make_clip(tmp_path / f"{index}_{width}.mp4", width=width, height=48)
        for index, width in enumerate(widths)
    )
    before = children()

    def interrupt(done, total, clip, fault):
        if done == 2:
            # As the terminal does it, to this process; the two that hang have begun or will.
            os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        measure(study, jobs=2, limits=Limits(patience=3600), progress=interrupt)
    assert time.monotonic() - began < 600
    assert study.stored.keys() == {"0_64.mp4", "1_72.mp4"}
    assert study.known == {}
    assert study.open_files == 0
    assert children() == before
    assert threading.active_count() == 1 or not [t for t in threading.enumerate() if "kit-measure" in t.name]


def children() -> set[str]:
    """Processes that this one started and that are there."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from conftest import Files
from pathlib import Path
from kit.measure import measure
print(measure(Files([Path({clip!r})]), jobs=2).done)
"""


def test_a_script_needs_no_main_guard(tmp_path, make_clip):
    """A plain script that measures is not run again by the processes it measures in."""
    clip = make_clip(tmp_path / "a.mp4")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parent), clip=str(clip)))
    env = os.environ | {"PYTHONPATH": str(Path(kit.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, str(script)], env=env, capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_killed_parent_leaves_no_process_behind(tmp_path, make_clip):
    """When the measuring program itself is killed, the process apart sees it and ends."""
    code = (
        "import os, signal\n"
        "from kit.apart import Crew, Setting\n"
        "crew = Crew(Setting(None, 1))\n"
        "print(crew.call(os.getpid, seconds=60), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = os.environ | {"PYTHONPATH": str(Path(kit.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    pid = int(done.stdout)
    with contextlib.suppress(ProcessLookupError):
        gone = os.pidfd_open(pid)
        assert select.select([gone], [], [], 300)[0]
        os.close(gone)


def test_an_import_names_what_its_process_ended_at(tmp_path, make_clip, monkeypatch):
    """A file at which the process that looks at it crashes is a fault with its line; nothing is imported."""
    good, bad = make_clip(tmp_path / "good.mp4"), make_clip(tmp_path / "bad.mp4", seed=1)
    manifest = tmp_path / "clips.csv"
    manifest.write_text(f"file,prompt,model\n{good.name},a boat,a\n{bad.name},a boat,b\n")
    (tmp_path / "kit_fragile.py").write_text(
        "import os, signal\n"
        "from kit.decode import probe\n"
        "def fragile(path):\n"
        "    if path.name == 'bad.mp4':\n"
        "        os.kill(os.getpid(), signal.SIGSEGV)\n"
        "    return probe(path)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("kit.importing.probe", importlib.import_module("kit_fragile").fragile)
    with kit.Study(tmp_path / "study") as study:
        with pytest.raises(BadManifest) as caught:
            study.import_clips(manifest)
        (fault,) = caught.value.faults
        assert (fault.line, fault.column) == (3, "file")
        assert fault.problem == (
            "bad.mp4: looking at it ended the process (it crashed: Segmentation fault). Export it again."
        )
        assert study.clips.empty
