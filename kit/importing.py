"""Files of clips, votes and scores into a study: read strictly, checked against the study, then stored as a whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.apart import Crew, Ended, Setting
from kit.ballots import ScoreRow, VoteRow, check_scores, check_votes, read_scores, read_votes
from kit.cells import nearest, show
from kit.decode import probe
from kit.errors import BadManifest, BadScores, BadVotes, ClipUnreadable, Fault
from kit.limits import Limits, fair_memory
from kit.manifest import ManifestRow, assign_ids, read_manifest
from kit.storage.clipstore import sha256_of
from kit.storage.records import NewClip, NewRequest, NewScore, NewVote

if TYPE_CHECKING:
    from kit.study import Study

SANDBOX_PREFIX = "sandbox-"

Take = tuple[str, str, int]


class Imported(NamedTuple):
    """What an import of clips did: requests added, brought up to date and left alone, new clip files, remarks."""

    added: int
    changed: int
    unchanged: int
    new_clips: int
    notes: tuple[str, ...]


class ImportedBallots(NamedTuple):
    """What an import of votes or scores did: new ones, new revisions, those there already, remarks."""

    added: int
    changed: int
    unchanged: int
    notes: tuple[str, ...]


def import_clips(
    study: "Study",
    path: Path,
    *,
    add: bool = False,
    provider: str = "import",
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Import a clip manifest; all of it or, where anything is wrong, nothing. Raises BadManifest with every fault.

    `add` lets in prompts and models that the study does not name. Every file is opened and its stream looked at
    before anything is stored; `progress(done, total)` counts files.
    """
    manifest = read_manifest(path)
    known = dict(zip(study.prompts["prompt_id"], study.prompts["text"], strict=True))
    where = str(path)
    rows = assign_ids(manifest.rows, known, where=where)
    faults = [] if add else _strangers(study, where, rows)
    clips: dict[Path, NewClip] = {}
    # Nobody knows yet what is in these files: each is looked at in a process apart.
    with closing(Crew(Setting(fair_memory(1), threads=1))) as crew:
        for done, row in enumerate(rows, start=1):
            if row.file not in clips:
                try:
                    clips[row.file] = new_clip(row.file, crew)
                except ClipUnreadable as error:
                    faults.append(Fault(where, str(error), row.line, "file"))
            if progress is not None:
                progress(done, len(rows))
    stored_rows: Iterable[Any] = study.requests.itertuples(index=False)
    there = {(r.prompt_id, r.model, r.take): r for r in stored_rows}
    faults += _disguised(where, rows, clips) + _conflicts(there, where, rows, clips)
    if faults:
        raise BadManifest(sorted(faults, key=lambda fault: fault.line or 0))
    requests, notes = [], list(manifest.notes)
    for row in rows:
        # A request keeps the text under which it was first stored: the text is part of its name.
        old = there.get(_take(row))
        prompt = row.prompt or known.get(_take(row)[0], "") if old is None else str(old.prompt)
        if row.prompt and not prompt:
            notes.append(
                f"{row.prompt_id} was stored without a text; to add it, write it into the suite in study.yaml"
            )
        requests.append(_new_request(row, clips[row.file].clip, provider, prompt))
    notes += [
        f"{row.file.name} ({clips[row.file].codec} in {clips[row.file].container}) will not play in a usual browser; "
        "it is stored and measured all the same"
        for row in rows
        if not clips[row.file].browser_plays
    ]
    before = set(study.clips["clip"])
    stored = study.store_clips(clips.items(), requests)
    new = len({clip.clip for clip in clips.values()} - before)
    return Imported(stored.added, stored.changed, stored.unchanged, new, tuple(notes))


def _strangers(study: "Study", where: str, rows: Sequence[ManifestRow]) -> list[Fault]:
    """Prompts that are not in the suite and models that the study does not name, where it has and names any."""
    faults = []
    suite = study.config.suite
    prompts = {p.id for p in suite.prompts} if suite is not None else None
    models = list(study.config.models)
    for row in rows:
        if prompts is not None and row.prompt_id not in prompts:
            text = (
                f"the suite has no prompt {show(row.prompt_id)}{nearest(str(row.prompt_id), prompts)}; "
                "correct it, or let new prompts in with --add"
            )
            faults.append(Fault(where, text, row.line, "prompt_id"))
        if models and row.model not in models:
            text = (
                f"the study does not name the model {show(row.model)}{nearest(row.model, models)}; "
                f"it names {', '.join(models)}; correct it, or let new models in with --add"
            )
            faults.append(Fault(where, text, row.line, "model"))
    return faults


def _disguised(where: str, rows: Sequence[ManifestRow], clips: Mapping[Path, NewClip]) -> list[Fault]:
    """A sandbox clip may only go by a sandbox model's name: nothing made up is labelled with a real model's name."""
    return [
        Fault(
            where,
            f"{row.file.name} was rendered by the sandbox, so its model must be called {SANDBOX_PREFIX}…, "
            f"not {show(row.model)}",
            row.line,
            "model",
        )
        for row in rows
        if row.file in clips and clips[row.file].sandbox and not row.model.startswith(SANDBOX_PREFIX)
    ]


def _conflicts(
    there: Mapping[Take, Any], where: str, rows: Sequence[ManifestRow], clips: Mapping[Path, NewClip]
) -> list[Fault]:
    """Rows whose prompt, model and take the study has with another clip already."""
    faults = []
    for row in rows:
        old = getattr(there.get(_take(row)), "clip", None)
        new = clips[row.file].clip if row.file in clips else None
        if old is not None and new is not None and old != new:
            text = (
                f"the study has another clip ({old[:12]}…) for prompt {show(row.prompt_id)}, "
                f"model {show(row.model)}, take {row.take}; give this one another take"
            )
            faults.append(Fault(where, text, row.line, "file"))
    return faults


def _take(row: ManifestRow) -> Take:
    assert row.prompt_id is not None
    assert row.take is not None
    return row.prompt_id, row.model, row.take


def new_clip(path: Path, crew: Crew | None = None) -> NewClip:
    """The row of a clip file, from its bytes and what its container says. Raises ClipUnreadable.

    With a crew its container is read in a process apart, which a hostile file may end.
    """
    try:
        facts = probe(path) if crew is None else crew.call(probe, path, seconds=Limits().patience)
    except Ended as error:
        raise ClipUnreadable(
            f"{path.name}: looking at it ended the process ({error}). Export it again."
        ) from error
    return NewClip(
        clip=sha256_of(path),
        suffix=facts.suffix,
        bytes=path.stat().st_size,
        container=facts.container,
        codec=facts.codec,
        pix_fmt=facts.pix_fmt,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        frames=facts.frames,
        seconds=facts.seconds,
        has_audio=facts.has_audio,
        browser_plays=facts.browser_plays,
        sandbox=facts.sandbox,
    )


def _new_request(row: ManifestRow, clip: str, provider: str, prompt: str) -> NewRequest:
    prompt_id, model, take = _take(row)
    return NewRequest(
        prompt_id=prompt_id,
        prompt=prompt,
        model=model,
        take=take,
        provider=provider,
        clip=clip,
        seconds=row.seconds,
        cost_usd=row.cost_usd,
        camera_motion=row.camera_motion,
        notes=row.notes,
        extra=row.extra,
    )


def import_votes(study: "Study", path: Path) -> ImportedBallots:
    """Import a file of votes; all of it or, where anything is wrong, nothing. Raises BadVotes with every fault."""
    ballots = read_votes(path, dimensions=study.rubric.ids)
    prompts, models, requests = _known(study)
    faults = check_votes(ballots.rows, prompts=prompts, models=models, requests=requests, where=str(path))
    if faults:
        raise BadVotes(faults)
    stored = study.add_votes([NewVote(**_fields(row)) for row in ballots.rows])
    return ImportedBallots(*stored, ballots.notes)


def import_scores(study: "Study", path: Path) -> ImportedBallots:
    """Import a file of scores; all of it or, where anything is wrong, nothing. Raises BadScores with every fault."""
    ballots = read_scores(path, dimensions=study.rubric.ids)
    prompts, models, requests = _known(study)
    faults = check_scores(ballots.rows, prompts=prompts, models=models, requests=requests, where=str(path))
    if faults:
        raise BadScores(faults)
    stored = study.add_scores([NewScore(**_fields(row)) for row in ballots.rows])
    return ImportedBallots(*stored, ballots.notes)


def _known(study: "Study") -> tuple[list[str], list[str], set[tuple[str, str, int]]]:
    requests = study.requests.dropna(subset=["clip"])
    done = set(requests[["prompt_id", "model", "take"]].itertuples(index=False, name=None))
    return list(study.prompts["prompt_id"]), study.models, done


def _fields(row: VoteRow | ScoreRow) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if key != "line"}
