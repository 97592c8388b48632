"""What each verb of the command line does: calls the Python face, returns a JSON document and a text."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kit.errors import BadConfig, BadParameter, Fault, Incomplete
from kit.importing import Imported, ImportedBallots
from kit.reading_yaml import read_yaml
from kit.rubric import DEFAULT, Rubric
from kit.storage.config import StudyConfig, stressable
from kit.study import Study
from kit.suite import load

Result = tuple[dict[str, Any], str]


def demo(options: argparse.Namespace) -> Result:
    """`kit demo`."""
    from kit.demo import demo as run

    files = run(
        Path(options.study), out=Path(options.out), takes=options.takes, assets=options.assets, say=_say
    )
    return _report_result(files)


def init(options: argparse.Namespace) -> Result:
    """`kit init`."""
    rubric = DEFAULT
    if options.rubric:
        located = read_yaml(options.rubric, error=BadConfig)
        rubric = Rubric.from_data(located.data, options.rubric, lines=located.lines)
    config = StudyConfig(
        title=options.title,
        models=tuple(dict.fromkeys(options.models)),
        suite=load(options.suite, dimensions=stressable(rubric)) if options.suite else None,
        rubric=rubric,
        clips=options.clips,
    )
    with Study.create(options.study, config) as study:
        prompts, models = len(study.prompts), study.models
    text = f"made {options.study}: {_count(prompts, 'prompt')}, {_count(len(models), 'model')}"
    return {"study": options.study, "prompts": prompts, "models": models}, text


def import_clips(options: argparse.Namespace) -> Result:
    """`kit import`."""
    with Study.open(options.study) as study:
        done = study.import_clips(options.manifest, add=options.add, progress=_progress("reading clips"))
    document, text = _import_result(done, "clip")
    return document, f"{text} ({_count(done.new_clips, 'new file')})"


def generate(options: argparse.Namespace) -> Result:
    """`kit generate`."""
    from kit.cards import Settings, load_cards, own_folders
    from kit.generation import generate as run
    from kit.generation import listener, plan

    asked: dict[str, Any] = {
        "models": options.models,
        "prompts": options.prompts,
        "takes": options.takes,
        "via": options.via,
        "retry_failed": options.retry_failed,
    }
    with Study.open(options.study) as study:
        given = {name: _setting(value) for name, value in options.settings}
        asked["settings"] = Settings.from_data(dict(study.config.settings) | given, "settings")
        cards = load_cards(*own_folders(study.folder), *options.cards)
        if options.dry_run:
            the_plan = plan(study, cards=cards, **asked)
            return the_plan.to_dict(), str(the_plan)
        done = run(
            study,
            cards=cards,
            max_usd=options.max_usd,
            confirm=_confirmed(yes=options.yes, has_limit=options.max_usd is not None),
            concurrency=options.concurrency,
            deadline=options.deadline,
            allow_unpriced=options.allow_unpriced,
            progress=listener(),
            **asked,
        )
    if not done.ok:
        raise Incomplete(done.to_dict(), str(done))
    return done.to_dict(), str(done)


def plan(options: argparse.Namespace) -> Result:
    """`kit plan`."""
    from contextlib import nullcontext

    from kit.cards import load_cards, own_folders
    from kit.planning import RATERS, TAKES, in_words
    from kit.planning import plan as run
    from kit.storage.frames import records

    with Study.open(options.study) if options.study else nullcontext() as study:
        given = dict(study.config.settings) if study else {}
        table = run(
            study,
            models=options.models,
            difference=options.difference,
            chance=options.chance,
            prompts=options.prompts,
            takes=options.takes or TAKES,
            raters=options.raters or RATERS,
            via=options.via,
            settings=given | {name: _setting(value) for name, value in options.settings},
            cards=load_cards(*own_folders(study.folder if study else None), *options.cards),
        )
    document = {"difference": options.difference, "chance": options.chance, "plan": records(table)}
    return document, in_words(table, options.difference, searched=options.prompts is None)


def _setting(text: str) -> Any:
    """A setting as it is typed: a whole number, yes or no, or a word."""
    if text.isascii() and text.isdigit():
        return int(text)
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(
        text.lower(), text
    )


def _confirmed(*, yes: bool, has_limit: bool) -> Callable[[Any], bool] | None:
    """How the plan is confirmed: by --yes, by --max-usd alone, or by asking on a terminal."""
    if yes:
        return lambda _plan: True
    if has_limit or not sys.stdin.isatty():
        return None

    def ask(the_plan: Any) -> bool:
        _say(str(the_plan))
        _say("send this? [y/N]")
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    return ask


def tasks(options: argparse.Namespace) -> Result:
    """`kit tasks`."""
    from kit.generation import parse_decision, resolve, tasks_frame
    from kit.storage.frames import records

    with Study.open(options.study) as study:
        said: tuple[str, ...] = ()
        if options.resolve is not None:
            said = resolve(study, dict(map(parse_decision, options.resolve))).said
        frame = tasks_frame(study)
    for sentence in said:
        _say(sentence)
    shown = frame[
        ["id", "state", "model", "prompt_id", "take", "provider_task_id", "age_seconds", "cost_usd", "error"]
    ]
    text = (
        shown.to_string(index=False, na_rep="-", float_format="{:.2f}".format)
        if len(frame)
        else "no tasks yet"
    )
    unclear = frame.loc[frame["state"] == "unknown", "id"]
    if len(unclear):
        text += (
            f"\n{_count(len(unclear), 'task')} unknown; settle them with: kit tasks {options.study} --resolve"
        )
    return {"tasks": records(frame), "said": list(said)}, text


def measure(options: argparse.Namespace) -> Result:
    """`kit measure`."""
    with Study.open(options.study) as study:
        show = _progress("measuring")
        done = study.measure(
            jobs=options.jobs, again=options.again, progress=lambda n, total, _clip, _fault: show(n, total)
        )
        names = {
            r.clip: f"{r.model}, {r.prompt_id}, take {r.take}" for r in study.requests.itertuples(index=False)
        }
    for clip, reason in done.faults:
        _say(f"{names.get(clip, clip[:12])}: {reason}")
    document = {
        "done": done.done,
        "skipped": done.skipped,
        "faults": [{"clip": clip, "name": names.get(clip), "reason": reason} for clip, reason in done.faults],
    }
    text = f"measured {_count(done.done, 'clip')}; {done.skipped} had been measured already"
    return document, text + (f"; {_count(len(done.faults), 'clip')} with faults" if done.faults else "")


def import_votes(options: argparse.Namespace) -> Result:
    """`kit votes import`."""
    with Study.open(options.study) as study:
        done = study.import_votes(options.file)
    return _import_result(done, "vote")


def import_scores(options: argparse.Namespace) -> Result:
    """`kit scores import`."""
    with Study.open(options.study) as study:
        done = study.import_scores(options.file)
    return _import_result(done, "score")


def export_votes(options: argparse.Namespace) -> Result:
    """`kit votes export`."""
    with Study.open(options.study) as study:
        number = study.export_votes(options.file)
    return {"file": str(options.file), "votes": number}, f"wrote {_count(number, 'vote')} to {options.file}"


def export_scores(options: argparse.Namespace) -> Result:
    """`kit scores export`."""
    with Study.open(options.study) as study:
        number = study.export_scores(options.file)
    return {"file": str(options.file), "scores": number}, f"wrote {_count(number, 'score')} to {options.file}"


def compare(options: argparse.Namespace) -> Result:
    """`kit compare`."""
    from kit.comparison import compare as run
    from kit.wording import findings

    with Study.open(options.study) as study:
        result = run(study)
        sentences = findings(result, study.rubric)
    return result.to_dict() | {"findings": sentences}, "\n".join([*sentences, *result.missing])


def models(options: argparse.Namespace) -> Result:
    """`kit models`."""
    from kit.cards import load_cards
    from kit.cards.capabilities import as_text, capability_table

    cards = load_cards(*options.cards)
    if not options.models:
        listed = {
            name: {"title": card.title, "providers": sorted(card.providers)} for name, card in cards.items()
        }
        width = max(map(len, listed))
        lines = [
            f"{name:<{width}}  {row['title']} ({', '.join(row['providers'])})" for name, row in listed.items()
        ]
        return {"models": listed}, "\n".join(lines)
    table = capability_table(options.models, cards)
    document = {model: {row: vars(cell) for row, cell in table[model].items()} for model in table.columns}
    return {"models": document}, as_text(table).to_string()


def sandbox(options: argparse.Namespace) -> Result:
    """`kit sandbox`: serves until interrupted."""
    from kit.reading import parse_json, read_text
    from kit.sandbox_server import Options
    from kit.sandbox_server.serve import serve

    faults = None
    if options.faults is not None:
        try:
            faults = parse_json(read_text(options.faults, error=BadParameter))
        except ValueError as error:
            raise BadParameter([Fault(str(options.faults), str(error))]) from None

    def ready(url: str) -> None:
        _say(
            f"the sandbox films at {url} (models sandbox-quick and sandbox-steady, key: sandbox); Ctrl-C ends it"
        )
        _say(f"to use it: export KIT_SANDBOX_URL={url}")

    serve(Options(speed=options.speed, faults=faults), port=options.port, ready=ready)
    return {}, "the sandbox has ended"


def rate(options: argparse.Namespace) -> Result:
    """`kit rate`: serves until interrupted."""
    from kit.rating import RatingOptions
    from kit.rating.saving import how_far
    from kit.rating.server import RatingLinks, serve

    asked = RatingOptions(
        dimensions=tuple(options.dimensions) if options.dimensions else None,
        scores=options.scores,
        checks=options.checks,
        reveal=options.reveal,
    )
    with Study.open(options.study) as study:
        before = len(study.votes)

        links: dict[str, str] = {}

        def ready(told: RatingLinks) -> None:
            links.update(told.links)
            _say(f"rating {study.title} at {told.root}; a personal link for each rater, Ctrl-C ends it")
            for name, link in told.links.items():
                _say(f"  {name}: {link}")

        serve(
            study,
            options.raters,
            host=options.host,
            port=options.port,
            allow_remote=options.allow_remote,
            options=asked,
            on_ready=ready,
        )
        votes = len(study.votes)
        far = {name: how_far(study, name) for name in links}
    document = {"votes": votes, "new_votes": votes - before, "raters": far}
    lines = [f"{_count(votes, 'vote')} in the study, {votes - before} of them new"]
    for name, how in far.items():
        begun = f"{how['done']} of {_count(how['total'], 'pair')} finished" if how["total"] else "not begun"
        lines.append(f"  {name}: {begun}")
    return document, "\n".join(lines)


def doctor(options: argparse.Namespace) -> Result:
    """`kit doctor`."""
    from kit import doctor as checks

    return checks.report(checks.examine(options.study))


def report(options: argparse.Namespace) -> Result:
    """`kit report`; see `kit.report_command`."""
    from kit.report_command import run

    return run(options, say=_say, status=_status, result=_report_result)


def export(options: argparse.Namespace) -> Result:
    """`kit export`."""
    from kit.exporting import export as run

    done = run(
        options.study,
        options.folder,
        format=options.format,
        media=options.media,
        spreadsheet=options.spreadsheet,
    )
    for note in done.notes:
        _say(note)
    files = {str(path): count for path, count in done.files.items()}
    text = "\n".join(f"{path}: {count:,}" for path, count in files.items())
    return {"files": files, "notes": list(done.notes)}, text


def _report_result(files: Any) -> Result:
    paths = {"html": files.html, "ipynb": files.ipynb, "json": files.json, "assets": files.assets_dir}
    return {name: None if path is None else str(path) for name, path in paths.items()}, str(files.html)


def _import_result(done: Imported | ImportedBallots, noun: str) -> Result:
    for note in done.notes:
        _say(note)
    text = f"{_count(done.added, noun)} added, {done.changed} changed, {done.unchanged} there already"
    return done._asdict() | {"notes": list(done.notes)}, text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _status(text: str) -> None:
    """What is going on, on one line of a terminal, rewritten; nothing where standard error is a file."""
    if sys.stderr.isatty():
        print(f"\r{text[:78]:<78}\r", end="", file=sys.stderr, flush=True)


def _progress(what: str) -> Callable[[int, int], None]:
    """One line on a terminal, rewritten; nothing where standard error is a file."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{what}: {done} of {total}", end="" if done < total else "\n", file=sys.stderr, flush=True
            )

    return show
