"""`import kit` against `python -c pass`, and `kit --help` against the same."""

import subprocess
import sys
import time


def best_of(arguments: list[str], runs: int = 7) -> float:
    """The shortest wall time in seconds of several runs of a command."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return min(times)


def bench_import() -> None:
    """Prints both times and their ratios."""
    bare = best_of(["-c", "pass"])
    kit = best_of(["-c", "import kit"])
    help_ = best_of(["-m", "kit.cli", "--help"])
    print(
        f"\npython -c pass {bare:.3f} s, import kit {kit:.3f} s ({kit / bare:.2f} x), kit --help {help_:.3f} s ({help_ / bare:.2f} x)"
    )
