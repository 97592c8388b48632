"""The whole kill test: 60 requests on 3 models to begin with, random faults, at least 100 SIGKILLs."""

import importlib.util
import time
from pathlib import Path
from typing import Any

TEST = Path(__file__).resolve().parent.parent / "generation" / "test_kill.py"


def load() -> Any:
    """The test's module, which has the whole of it as a function."""
    spec = importlib.util.spec_from_file_location("kill_test", TEST)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bench_kill(tmp_path: Path) -> None:
    """Fails where anything is paid twice, a clip is missing or a state is unexplained; prints what happened."""
    began = time.perf_counter()
    found = load().kill_test(tmp_path, prompts=20, kills=100, seed=2026)
    assert found["kills"] >= 100
    said = ", ".join(f"{name} {value}" for name, value in found.items())
    print(f"\n{said} in {time.perf_counter() - began:.0f} s")
