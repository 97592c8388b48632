"""Calls in a process apart: results, errors, ends."""

import contextlib
import os
import signal
import sys
import time

import pytest

from kit.apart import Crew, Ended, Setting, allow
from kit.errors import ClipUnreadable

MODULE = """
import os, signal, sys, time
from kit.apart import allow
from kit.errors import ClipUnreadable

class Stubborn(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")

def noisy(value):
    print("to standard output")
    os.system("echo to standard output as well")
    print("to standard error", file=sys.stderr)
    return sys.stdin.read(), value

def unreadable(): raise ClipUnreadable("not a clip")
def stubborn(): raise Stubborn(1, 2)
def unpicklable(): return lambda: None
def die_once(mark):
    if not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"
def die(): os.kill(os.getpid(), signal.SIGKILL)
def hang(seconds=None):
    if seconds: allow(seconds)
    while True: pass
def interrupted():
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module whose functions are called apart."""
    (tmp_path / "kit_apart_example.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import kit_apart_example

    yield kit_apart_example
    del sys.modules["kit_apart_example"]


@pytest.fixture
def crew():
    """Processes that end with the test."""
    with contextlib.closing(Crew(Setting(memory=None, threads=1))) as crew:
        yield crew


def test_a_call_has_its_result_and_the_process_is_kept(module, crew):
    """What is printed does not get into the answers, nothing can be read, and the second call has the same process."""
    assert crew.call(module.noisy, {"a": 1}, seconds=600) == ("", {"a": 1})
    first = crew.call(os.getpid, seconds=600)
    assert first != os.getpid()
    assert crew.call(os.getpid, seconds=600) == first


def test_an_error_comes_back_as_it_was(module, crew):
    """The function's own error is raised here, the process lives on; one that can't travel comes back in words."""
    first = crew.call(os.getpid, seconds=600)
    with pytest.raises(ClipUnreadable, match=r"^not a clip$"):
        crew.call(module.unreadable, seconds=600)
    with pytest.raises(RuntimeError, match="Stubborn: 1 and 2"):
        crew.call(module.stubborn, seconds=600)
    with pytest.raises(Exception, match="pickle"):
        crew.call(module.unpicklable, seconds=600)
    assert crew.call(os.getpid, seconds=600) == first


def test_a_process_that_was_killed_is_tried_once_more(module, crew, tmp_path):
    """Killed by something else, the call is made again in a fresh process; killed twice, it is the call's own doing."""
    assert crew.call(module.die_once, str(tmp_path / "mark"), seconds=600) == "alive"
    with pytest.raises(Ended, match="the system ended it") as caught:
        crew.call(module.die, seconds=600)
    assert not caught.value.overdue
    assert crew.call(os.getpid, seconds=600) > 0


@pytest.mark.parametrize(("args", "seconds"), [((), 0.2), ((0.2,), 600)])
def test_a_call_that_takes_too_long_is_given_up(module, crew, args, seconds):
    """A loop without end is ended after the seconds that came with the call, or those that it allowed itself."""
    began = time.monotonic()
    with pytest.raises(Ended, match=r"it took too long and was given up after \d+ s") as caught:
        crew.call(module.hang, *args, seconds=seconds)
    assert caught.value.overdue
    assert time.monotonic() - began < 500


def test_time_is_only_limited_apart():
    """In any other process `allow` does nothing."""
    allow(1e-3)


def test_ctrl_c_is_left_to_the_caller(module, crew):
    """The process apart pays no heed to it."""
    assert crew.call(module.interrupted, seconds=600) == "still here"


def test_a_process_that_died_with_nothing_to_do_is_replaced(crew):
    """An idle process that was killed costs no call."""
    pid = crew.call(os.getpid, seconds=600)
    os.kill(pid, signal.SIGKILL)
    assert crew.call(os.getpid, seconds=600) != pid


def test_what_keeps_a_process_from_starting_is_said(crew, monkeypatch):
    """Where none can be started, that is an error of its own and not the call's."""
    monkeypatch.setattr("kit.apart._START", "raise ImportError('no kit here')  # {path} {module} {memory}")
    with pytest.raises(ChildProcessError, match="could not be started: ImportError: no kit here"):
        crew.call(os.getpid, seconds=600)


def test_a_closed_crew_starts_nothing(crew):
    """Ended calls and later ones raise Ended."""
    crew.call(os.getpid, seconds=600)
    crew.close()
    with pytest.raises(Ended):
        crew.call(os.getpid, seconds=600)
