"""Fuzzing the decode path: thousands of mutated clips, looked at, pictured and measured in processes apart.

Run with `pytest tests/bench/bench_fuzz.py -o python_functions='bench_*' -s`; KIT_FUZZ is the number of files (4000),
KIT_FUZZ_SEED the seed (2026). Fails on any crash, hang, raw exception or growth of memory, and keeps the file.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from kit.apart import Crew, Ended, Setting
from kit.decode import probe
from kit.errors import ClipUnreadable
from kit.measure import measure_clip
from kit.posters import poster

FILES = int(os.environ.get("KIT_FUZZ", "4000"))
SEED = int(os.environ.get("KIT_FUZZ_SEED", "2026"))
SECONDS = 60
MEMORY = 2 << 30
# A process may hold this much more at the end than after its first quarter: caches, not leaks.
GROWTH = 30  # MB


def load_corpus() -> Any:
    """The module of the tests that makes and damages clips."""
    path = Path(__file__).resolve().parent.parent / "bad_clips" / "corpus.py"
    spec = importlib.util.spec_from_file_location("corpus", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mutated(corpus: Any, clean: list[Path], number: int) -> tuple[str, bytes]:
    """The mutant of that number: one to three kinds of damage, one after the other, to one of the clips."""
    random = np.random.default_rng([SEED, number])
    source = clean[random.integers(len(clean))]
    data = bytearray(source.read_bytes())
    for _ in range(random.integers(1, 4)):
        damage, _ = list(corpus.DAMAGES.values())[random.integers(len(corpus.DAMAGES))]
        if len(data) > 64:
            data = bytearray(damage(data, random))
    return f"{number}_{source.name}", bytes(data)


def memory() -> tuple[int, float]:
    """This process and what it holds in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return os.getpid(), pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Fuzz:
    """Mutants on a crew, and what became of them."""

    def __init__(self, crew: Crew, folder: Path) -> None:
        self._crew = crew
        self._folder = folder
        self.counts: Counter[str] = Counter()
        self.bad: list[str] = []
        self.held: dict[int, list[float]] = {}
        self.slowest = 0.0

    def one(self, name: str, data: bytes) -> None:
        """Look at one mutant, make its poster, measure it."""
        path = self._folder / name
        path.write_bytes(data)
        outcomes = [self._call(name, function, path) for function in (probe, poster, measure_clip)]
        self.counts[outcomes[-1]] += 1
        process, held = self._crew.call(memory, seconds=SECONDS)
        self.held.setdefault(process, []).append(held)
        if not self.bad or not self.bad[-1].startswith(name):
            path.unlink()

    def _call(self, name: str, function: Callable[..., Any], path: Path) -> str:
        began = time.perf_counter()
        try:
            result = self._crew.call(function, str(path), seconds=SECONDS)
        except ClipUnreadable:
            return "refused"
        except Ended as error:
            self.bad.append(f"{name}: {function.__name__} {error}")
            return "crashed or hung"
        except Exception as error:  # noqa: BLE001
            self.bad.append(f"{name}: {function.__name__} raised {type(error).__name__}: {error}")
            return "raised"
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - began)
        fault = getattr(result, "fault", None)
        if fault and re.search(r"\b\w+(Error|Exception)\b", fault):
            self.bad.append(f"{name}: {fault}")
        if not fault:
            return "measured whole"
        return "measured in part" if result.measurements else "refused"


def bench_fuzz(tmp_path: Path) -> None:
    """Prints what became of all mutants, the slowest call, and how much the processes grew."""
    corpus = load_corpus()
    (tmp_path / "clean").mkdir()
    clean = corpus.sources(tmp_path / "clean")
    began = time.perf_counter()
    with contextlib.closing(Crew(Setting(MEMORY, threads=1))) as crew, ThreadPoolExecutor(2) as threads:
        fuzz = Fuzz(crew, tmp_path)
        list(threads.map(lambda number: fuzz.one(*mutated(corpus, clean, number)), range(FILES)))
    grown = [held[-1] - held[len(held) // 4] for held in fuzz.held.values() if len(held) >= 100]
    print(
        f"\n{FILES} mutants of {len(clean)} clips, seed {SEED}, three calls each, in {time.perf_counter() - began:.0f} s: "
        f"{dict(fuzz.counts)}; {len(fuzz.held)} processes, grown by {', '.join(f'{mb:.1f}' for mb in grown)} MB after "
        f"the first quarter; slowest call {fuzz.slowest:.1f} s; {len(fuzz.bad)} bad"
    )
    shutil.rmtree(tmp_path / "clean")
    assert fuzz.bad == []
    assert max(grown, default=0.0) < GROWTH
