"""`kit demo`: the whole line on clips that the kit renders itself, without a key and without the network."""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.generation import Progress, generate
from kit.importing import new_clip
from kit.providers import Provider, open_provider
from kit.reporting import ReportFiles, report
from kit.sandbox import MODELS, render
from kit.simulate import simulated_votes
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, load
from kit.testing import sandbox_process

TITLE = "Two sandbox models on four prompts"
SETTINGS = {"duration": 5, "aspect_ratio": "16:9", "mode": "std"}
SERVER = {"any_model": False, "film": "render", "manners": "plain"}


@dataclass(frozen=True)
class Shot:
    """One clip to film: a prompt, a model and a take, at a size and length."""

    prompt: Prompt
    model: str
    take: int
    seconds: float
    width: int
    height: int


def demo(
    folder: Path,
    *,
    out: Path = Path("reports"),
    takes: int = 1,
    settings: Mapping[str, Any] | None = None,
    raters: int = 5,
    assets: str = "link",
    say: Callable[[str], None] = lambda _: None,
) -> ReportFiles:
    """Film `article-four` with both sandbox models by HTTP, measure, let simulated raters vote, write the report.

    The clips come from a sandbox server of its own on this machine, by the same road as those of a paid run.
    Run again on the same folder it goes on where it stopped. `say` is told what is going on, a line at a time.
    """
    jobs = max(1, min(os.cpu_count() or 1, 8))
    with _study(folder) as study:
        say("filming in the sandbox")
        with sandbox_process(**SERVER, jobs=jobs, concurrency=jobs) as server:

            def open_there(name: str) -> Provider:
                return open_provider(name, base_url=server.url(name), key=server.key(name))

            summary = generate(
                study,
                models=tuple(MODELS),
                takes=takes,
                settings=settings or SETTINGS,
                progress=Lines(say),
                providers=open_there,
            )
        if not summary.ok:
            say(str(summary))
        say("measuring")
        done = study.measure(jobs=jobs)
        for clip, reason in done.faults:
            say(f"{clip[:12]}: {reason}")
        study.add_votes(simulated_votes(study, raters=raters))
        say("running the report notebook")
        return report(study, out=out, assets=assets)


class Lines:
    """A line for each clip that is done."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._done: dict[str, int] = {}

    def __call__(self, progress: Progress) -> None:
        """Say what is new."""
        for m in progress.models:
            if m.done != self._done.get(m.model, 0):
                self._done[m.model] = m.done
                self._say(f"  {m.model}: {m.done} of {m.total} clips")


def film(study: Study, shots: list[Shot], *, jobs: int, say: Callable[[str], None] = lambda _: None) -> None:
    """Render clips on several processes; each is in the study as soon as it is done."""
    with tempfile.TemporaryDirectory(prefix="kit-sandbox-") as folder:
        for number, (shot, path) in enumerate(_rendered(shots, Path(folder), jobs), start=1):
            clip = new_clip(path)
            study.store_clips([(path, clip)], [_request(shot, clip.clip, path.with_suffix(".truth.json"))])
            path.unlink()
            say(f"  {number} of {len(shots)}: {shot.model}, {shot.prompt.id}, take {shot.take}")


def _study(folder: Path) -> Study:
    if Study.exists(folder):
        return Study.open(folder)
    suite = load("article-four")
    return Study.create(folder, StudyConfig(title=TITLE, models=tuple(MODELS), suite=suite))


def _request(shot: Shot, clip: str, truth: Path) -> NewRequest:
    return NewRequest(
        prompt_id=shot.prompt.id,
        prompt=shot.prompt.text,
        model=shot.model,
        take=shot.take,
        provider="sandbox",
        clip=clip,
        extra={"truth": json.loads(truth.read_text(encoding="utf-8"))},
    )


def _rendered(shots: list[Shot], folder: Path, jobs: int) -> Iterator[tuple[Shot, Path]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(jobs, max(1, len(shots))), mp_context=context) as pool:
        futures = {pool.submit(_render, shot, folder / f"{i}.mp4"): shot for i, shot in enumerate(shots)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _render(shot: Shot, path: Path) -> Path:
    render(
        shot.prompt.text,
        model=shot.model,
        take=shot.take,
        out=path,
        prompt_id=shot.prompt.id,
        camera=shot.prompt.camera,
        checks=shot.prompt.checks,
        seconds=shot.seconds,
        width=shot.width,
        height=shot.height,
    )
    return path
