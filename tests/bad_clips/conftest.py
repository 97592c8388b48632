"""The corpus of damaged files, made once for all tests here."""

import contextlib
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from kit.errors import ClipMissing


@pytest.fixture(scope="session")
def damage() -> ModuleType:
    """The module that makes the corpus; `tests/bench` loads it in the same way."""
    spec = importlib.util.spec_from_file_location("corpus", Path(__file__).with_name("corpus.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def corpus(damage, tmp_path_factory) -> dict[Path, str]:
    """Every damaged file, with words that its reason must hold."""
    return damage.corpus(tmp_path_factory.mktemp("corpus"))


class Files:
    """A study of files by their names, which need not be files at all."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = {file.name: file for file in files}
        self.stored: dict[str, list[Any]] = {}
        self.known: dict[str, tuple[int, str]] = {}
        self.open_files = 0

    @property
    def clips(self) -> pd.DataFrame:
        return pd.DataFrame({"clip": list(self.files)})

    @contextlib.contextmanager
    def clip_file(self, clip: str) -> Iterator[Path]:
        if clip not in self.files:
            raise ClipMissing(clip)
        self.open_files += 1
        try:
            yield self.files[clip]
        finally:
            self.open_files -= 1

    def measured(self) -> set[tuple[str, str, int]]:
        return {(clip, m.metric, m.version) for clip, found in self.stored.items() for m in found}

    def faults(self) -> dict[str, tuple[int, str]]:
        return dict(self.known)

    def add_measurements(self, clip, measurements, *, fault) -> None:
        if measurements:
            self.stored[clip] = list(measurements)
        self.known.pop(clip, None)
        if fault is not None:
            self.known[clip] = fault


@pytest.fixture
def files_study() -> type[Files]:
    """Makes a study of files."""
    return Files


METRICS = """
import os, pathlib, signal, time
from dataclasses import replace
from kit.apart import allow
from kit.metrics import Reading
from kit.metrics.sharpness import SHARPNESS


class Watcher:
    def __init__(self, facts):
        # A clip says by its width what is to become of whoever measures it.
        self.what = {80: self.die, 88: self.crash, 104: self.hang, 108: self.stay, 112: self.hog, 120: self.leave}.get(facts.width)

    def see(self, look):
        if self.what:
            self.what()

    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def crash(self):
        os.kill(os.getpid(), signal.SIGSEGV)

    def hang(self):
        # Its own time is made short, so that no other clip needs to be measured in a hurry.
        allow(1)
        self.stay()

    def stay(self):
        while True:
            pass

    def hog(self):
        held = []
        while True:
            held.append(bytearray(1 << 24))

    def leave(self):
        raise SystemExit(3)

    def result(self, end):
        return Reading(1.0)


TRAP = replace(SHARPNESS, name="trap", watcher=Watcher, calibration="Not calibrated.")
"""


@pytest.fixture
def trap(tmp_path, monkeypatch) -> None:
    """An installed package with a metric that dies, crashes, hangs, takes all memory or leaves, by the clip's width."""
    from kit import metrics

    (tmp_path / "kit_trap.py").write_text(METRICS)
    metadata = tmp_path / "kit_trap-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kit-trap\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[kit.metrics]\ntrap = kit_trap:TRAP\n")
    monkeypatch.syspath_prepend(tmp_path)
    metrics._all.cache_clear()
    yield
    metrics._all.cache_clear()
