"""`kit demo`: the whole line on clips that the kit renders itself, without a key and without the network."""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from kit.importing import new_clip
from kit.reporting import ReportFiles, report
from kit.sandbox import MODELS, render
from kit.simulate import simulated_votes
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, load

TITLE = "Two sandbox models on four prompts"


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
    seconds: float = 5.0,
    size: tuple[int, int] = (1280, 720),
    raters: int = 5,
    assets: str = "link",
    say: Callable[[str], None] = lambda _: None,
) -> ReportFiles:
    """Render `article-four` with both sandbox models, measure, let simulated raters vote, and write the report.

    Run again on the same folder it goes on where it stopped. `say` is told what is going on, a line at a time.
    """
    jobs = max(1, min(os.cpu_count() or 1, 8))
    with _study(folder) as study:
        shots = [s for s in _shots(study, takes, seconds, size) if not _filmed(study, s)]
        if shots:
            say(f"rendering {len(shots)} sandbox clips on {jobs} processes")
        film(study, shots, jobs=jobs, say=say)
        say("measuring")
        done = study.measure(jobs=jobs)
        for clip, reason in done.faults:
            say(f"{clip[:12]}: {reason}")
        study.add_votes(simulated_votes(study, raters=raters))
        say("running the report notebook")
        return report(study, out=out, assets=assets)


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


def _shots(study: Study, takes: int, seconds: float, size: tuple[int, int]) -> Iterator[Shot]:
    suite = study.config.suite
    for prompt in suite.prompts if suite else ():
        for take in range(1, takes + 1):
            for model in MODELS:
                yield Shot(prompt, model, take, seconds, *size)


def _filmed(study: Study, shot: Shot) -> bool:
    there = study.requests[["prompt_id", "model", "take"]].itertuples(index=False, name=None)
    return (shot.prompt.id, shot.model, shot.take) in set(there)


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
