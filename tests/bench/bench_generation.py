"""2,000 requests, 100 at once, against the sandbox server with a fixed schedule, by the default policy.

The bound is the schedule's own: 2,000 / 100 rounds of queue and processing. KIT_BENCH_REQUESTS makes it smaller.
"""

import math
import os
import time
from pathlib import Path

from kit.generation import generate
from kit.providers import open_provider
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import Prompt, Suite
from kit.testing import sandbox_process

AT_ONCE, QUEUE, PROCESSING, TAKES = 100, 2.0, 18.0, 20
LIMIT = 1.1


def resident_mb() -> float:
    """Memory of this process that is really there, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bench_generation(tmp_path: Path) -> None:
    """Prints time against the bound and memory at a quarter and at the end; fails above 1.1 x, or if memory grows."""
    requests = int(os.environ.get("KIT_BENCH_REQUESTS", "2000"))
    prompts = tuple(Prompt(f"p{i}", f"A paper boat, number {i}.") for i in range(math.ceil(requests / TAKES)))
    config = StudyConfig(models=("sandbox-quick",), suite=Suite("b", "B", prompts))
    memory: list[tuple[int, float]] = []

    def watch(progress: object) -> None:
        done = progress.models[0].done  # type: ignore[attr-defined]
        if not memory or done >= memory[-1][0] + requests // 20:
            memory.append((done, resident_mb()))

    options = {
        "schedule": {"*": [QUEUE, PROCESSING]},
        "concurrency": None,
        "credit_usd": 1e6,
        "manners": "plain",
    }
    with sandbox_process(**options) as server, Study.create(tmp_path / "study", config) as study:
        environ = server.environ()
        began, worked = time.perf_counter(), time.process_time()
        summary = generate(
            study,
            takes=TAKES,
            concurrency=AT_ONCE,
            progress=watch,
            providers=lambda name: open_provider(name, environ=environ),
        )
        took, worked = time.perf_counter() - began, time.process_time() - worked
        created = len(server.journal().created)
    total = len(prompts) * TAKES
    bound = math.ceil(total / AT_ONCE) * (QUEUE + PROCESSING)
    quarter = next(mb for done, mb in memory if done >= total // 4)
    print(
        f"\n{total} requests, {AT_ONCE} at once: {took:.1f} s, bound {bound:.0f} s, {took / bound:.3f} x; "
        f"{worked:.1f} s of this process's time; memory {quarter:.0f} MB at a quarter, {memory[-1][1]:.0f} MB at the end"
    )
    assert summary.done == created == total
    assert took <= LIMIT * bound
    assert memory[-1][1] - quarter < 30
