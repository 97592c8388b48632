"""The command `kit`: the same verbs as in Python.

Results go to standard output (`--json`: one JSON document), everything else to standard error.
Exit 0 done, 1 failed, 2 wrong usage, 130 interrupted.
"""

import argparse
import json
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import kit
from kit.errors import Incomplete, KitError

Result = tuple[dict[str, Any], str]
Verb = Callable[..., argparse.ArgumentParser]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        document, text = options.run(options)
        code = 0
    except Incomplete as incomplete:
        document, text, code = incomplete.document, incomplete.text, 1
    except KitError as error:
        return _failed(options, str(error))
    except KeyboardInterrupt as stopped:
        if stopped.args:
            print(stopped, file=sys.stderr)
        print(
            "\nstopped; nothing that was finished is lost, the same command goes on from here",
            file=sys.stderr,
        )
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        return _failed(
            options, f"something unexpected went wrong ({type(error).__name__}: {error}); see --debug"
        )
    if options.json:
        json.dump(document, sys.stdout, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        print()
    else:
        print(text)
    return code


def _failed(options: argparse.Namespace, message: str) -> int:
    if options.debug:
        traceback.print_exc()
    print(f"kit: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON document on standard output")
    shared.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser = argparse.ArgumentParser(
        prog="kit",
        description="Which text-to-video model should we use? Film, rate, measure and report.",
        epilog="A study is a folder, or a database URL such as postgresql+psycopg://user@host/name.",
    )
    parser.add_argument("--version", action="version", version=f"kit {kit.__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def verb(
        name: str, run: str, help_: str, within: Any = verbs, *, add_help: bool = True
    ) -> argparse.ArgumentParser:
        command = within.add_parser(name, parents=[shared], help=help_, description=help_, add_help=add_help)
        command.set_defaults(run=_later(run), parser=command)
        return command  # type: ignore[no-any-return]

    _study_verbs(verb, verbs)
    _plan_verb(verb)
    _other_verbs(verb)
    _export_verb(verb)
    _report_verb(verb)
    return parser


def _study_verbs(verb: Verb, verbs: Any) -> None:
    demo = verb("demo", "demo", "render sandbox clips, measure them and write a report")
    demo.add_argument(
        "study", nargs="?", default="demo-study", help="folder of the study (default: demo-study)"
    )
    demo.add_argument("--out", default="reports", help="folder for the report (default: reports)")
    demo.add_argument("--takes", type=_positive, default=1, help="clips a prompt and model (default: 1)")
    demo.add_argument(
        "--assets", choices=["link", "embed"], default="link", help="media beside the page or in it"
    )

    init = verb("init", "init", "make a new study")
    init.add_argument("study", help="folder or database URL of the new study")
    init.add_argument("--suite", help="prompt suite: a bundled name (article-four, core-48) or a file")
    init.add_argument("--model", action="append", default=[], dest="models", help="a model; repeat for more")
    init.add_argument("--title", default="", help="title of the study and its report")
    init.add_argument("--rubric", help="YAML file with dimensions of your own")
    init.add_argument(
        "--clips", help="where clips are kept, if not in the study's folder: a folder or fsspec URL"
    )

    bring = verb("import", "import_clips", "import clips that a CSV manifest lists")
    bring.add_argument("study")
    bring.add_argument("manifest", help="CSV with the columns file, prompt, model")
    bring.add_argument(
        "--add", action="store_true", help="let in prompts and models that the study does not name"
    )

    generate = verb(
        "generate",
        "generate",
        "film what is missing with paid models, or in the sandbox; goes on where it stopped",
    )
    generate.add_argument("study")
    generate.add_argument(
        "--model", action="append", dest="models", help="a model's card (default: the study's models)"
    )
    generate.add_argument("--prompt", action="append", dest="prompts", help="id of a prompt (default: all)")
    generate.add_argument("--takes", type=_positive, default=1, help="clips a prompt and model (default: 1)")
    generate.add_argument("--via", help="provider (default: the first on each card)")
    generate.add_argument(
        "--set",
        nargs=2,
        action="append",
        default=[],
        metavar=("SETTING", "VALUE"),
        dest="settings",
        help="a setting such as duration, aspect_ratio, mode or audio (default: the study's)",
    )
    generate.add_argument("--max-usd", type=_amount, help="never commit the study to more than this")
    generate.add_argument(
        "--dry-run", action="store_true", help="say what would be sent and what it would cost"
    )
    generate.add_argument("--yes", action="store_true", help="send without asking")
    generate.add_argument(
        "--concurrency", type=_positive, help="at most so many tasks at a time for each provider"
    )
    generate.add_argument(
        "--deadline",
        type=_amount,
        metavar="SECONDS",
        help="how long to watch a task; its id is kept for later",
    )
    generate.add_argument(
        "--retry-failed", action="store_true", help="send failed and refused requests once more"
    )
    generate.add_argument(
        "--allow-unpriced", action="store_true", help="send tasks without a known price as well"
    )
    generate.add_argument(
        "--cards", type=Path, action="append", default=[], help="folder with cards of your own"
    )

    tasks = verb("tasks", "tasks", "every task that was sent, with state, id, age, cost and error")
    tasks.add_argument("study")
    tasks.add_argument(
        "--resolve",
        nargs="*",
        metavar="TASK=WORD",
        help="settle unknown tasks: ask the providers, then take your word (TASK=lost, TASK=task-id=ID, TASK=give-up)",
    )

    measure = verb("measure", "measure", "measure the clips; does only what is missing")
    measure.add_argument("study")
    measure.add_argument("--jobs", type=_positive, default=1, help="processes to measure in (default: 1)")
    measure.add_argument(
        "--again", action="store_true", help="try clips that could not be measured before once more"
    )

    for noun, what in (("votes", "pairwise choices"), ("scores", "scores of 1 to 5")):
        within = verbs.add_parser(
            noun, help=f"import or export {what}", description=f"Import or export {what}."
        )
        actions = within.add_subparsers(title="commands", metavar="import|export", required=True)
        for action in ("import", "export"):
            command = verb(action, f"{action}_{noun}", f"{action} a CSV file of {what}", actions)
            command.add_argument("study")
            command.add_argument("file", type=Path)

    compare = verb("compare", "compare", "what votes, scores and measurements say of the models")
    compare.add_argument("study")


def _plan_verb(verb: Verb) -> None:
    plan = verb(
        "plan",
        "plan",
        "how many prompts, takes and raters show a difference worth knowing, and at what price",
    )
    plan.add_argument("study", nargs="?", help="a study whose models, settings and votes are used")
    plan.add_argument(
        "--model", action="append", dest="models", help="a model's card (default: the study's); repeat"
    )
    plan.add_argument(
        "--difference", type=_amount, default=0.65, metavar="RATE",
        help="the win rate worth knowing, above 0.5 (default: 0.65, preferred in 65%% of votes)",
    )  # fmt: skip
    plan.add_argument(
        "--chance", type=_amount, default=0.8, help="how surely it is to be shown (default: 0.8)"
    )
    plan.add_argument("--prompts", type=_positive, help="say what that many prompts show instead")
    plan.add_argument(
        "--takes", type=_positive, action="append", help="clips a prompt and model; repeat (default: 1, 2)"
    )
    plan.add_argument("--raters", type=_positive, action="append", help="how many; repeat (default: 3, 5, 8)")
    plan.add_argument("--via", help="provider whose prices are used (default: the first on each card)")
    plan.add_argument(
        "--set", nargs=2, action="append", default=[], metavar=("SETTING", "VALUE"), dest="settings",
        help="a setting such as duration, mode or audio (default: the study's)",
    )  # fmt: skip
    plan.add_argument("--cards", type=Path, action="append", default=[], help="folder with cards of your own")


def _other_verbs(verb: Verb) -> None:
    rate = verb("rate", "rate", "a page in the browser on which people rate pairs blind; no notebook needed")
    rate.add_argument("study")
    rate.add_argument(
        "--rater", action="append", dest="raters", required=True, metavar="NAME",
        help="who will rate; each gets a personal link; repeat for more",
    )  # fmt: skip
    rate.add_argument(
        "--dimension",
        action="append",
        dest="dimensions",
        help="ask only for this one (default: the rubric's)",
    )
    rate.add_argument("--scores", action="store_true", help="ask for scores of 1 to 5 as well")
    rate.add_argument(
        "--no-checks", action="store_false", dest="checks", help="do not ask about the prompts' checks"
    )
    rate.add_argument(
        "--reveal", choices=["never", "own", "study"], default="never",
        help="what a rater may see at the end: nothing, which model was which, or all votes so far (default: never)",
    )  # fmt: skip
    rate.add_argument("--port", type=_port, default=8788, help="port, 0 for any (default: 8788)")
    rate.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1, this machine only)"
    )
    rate.add_argument(
        "--allow-remote", action="store_true", help="let other machines in, with --host 0.0.0.0 or a name"
    )

    models = verb("models", "models", "what models can do and cost, with the certainty of each fact")
    models.add_argument(
        "models", nargs="*", metavar="MODEL", help="models to compare (default: a list of all)"
    )
    models.add_argument(
        "--cards", type=Path, action="append", default=[], help="folder with cards of your own"
    )

    sandbox = verb(
        "sandbox", "sandbox", "a server on this machine that speaks the providers' protocols and films here"
    )
    sandbox.add_argument(
        "--port", type=_port, default=8787, help="port on 127.0.0.1, 0 for any (default: 8787)"
    )
    sandbox.add_argument("--speed", type=float, default=1.0, help="how many times faster than its schedule")
    sandbox.add_argument(
        "--faults", type=Path, help="JSON file with faults to show; see kit.sandbox_server.faults"
    )

    doctor = verb("doctor", "doctor", "what is installed, which keys are there, what to do about each fault")
    doctor.add_argument("study", nargs="?", help="a study to look at as well")


def _export_verb(verb: Verb) -> None:
    export = verb("export", "export", "votes, scores and measurements as files for other programs")
    export.add_argument("study")
    export.add_argument("folder", type=Path, help="folder for the files; made where there is none")
    export.add_argument(
        "--format", default="csv", metavar="FORMAT",
        help="csv, parquet, label-studio (tasks.json, config.xml) or labelbox (data rows, ontology, labels); default: csv",
    )  # fmt: skip
    export.add_argument(
        "--media", default="", metavar="URL",
        help="what stands before the path of a clip, for labelling tools: where the study's folder of clips is served "
        "(labelbox: an https address; label-studio: its local files unless given)",
    )  # fmt: skip
    export.add_argument(
        "--spreadsheet", action="store_true",
        help="put an apostrophe before texts in CSV that a spreadsheet would take for a formula; not for importing",
    )  # fmt: skip


def _report_verb(verb: Verb) -> None:
    report = verb(
        "report",
        "report",
        "run the report notebook and write NAME.html, NAME.ipynb, NAME.json",
        add_help=False,
    )
    # Its help lists the parameters of the notebook, so it is written by the command (see `kit.report_command`).
    report.add_argument(
        "-h", "--help", action="store_true", help="show this help, and the notebook's parameters"
    )
    report.add_argument("study", nargs="?")
    report.add_argument("--out", default="reports", help="folder for the report (default: reports)")
    report.add_argument("--name", help="name of the files (default: the study's)")
    report.add_argument("--title", help="title of the page (default: the study's)")
    report.add_argument(
        "--author",
        action="append",
        default=[],
        dest="authors",
        metavar="NAME",
        help="who made it; repeat for more",
    )
    report.add_argument(
        "--sections", action="append", default=[], metavar="ID,ID", help="show these sections only"
    )
    report.add_argument(
        "--without", action="append", default=[], metavar="ID,ID", help="leave these sections out"
    )
    report.add_argument(
        "--until", metavar="DAY", help="show the study as it was at the end of a day such as 2026-11-01 (UTC)"
    )
    report.add_argument("--beside", metavar="STUDY", help="lay another study beside this one")
    report.add_argument(
        "--beside-until",
        metavar="DAY",
        help="the study beside as it was; without --beside, this one as it was",
    )
    report.add_argument(
        "--assets", choices=["link", "embed"], default="link", help="media beside the page or in it"
    )
    report.add_argument("--notebook", type=Path, help="a notebook of your own in place of the kit's")
    report.add_argument(
        "-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"), dest="parameters",
        help="a parameter of the notebook; repeat for more",
    )  # fmt: skip
    report.add_argument(
        "--watch", action="store_true", help="build again whenever the study has changed, until Ctrl-C"
    )
    report.add_argument(
        "--every", type=_amount, default=5.0, metavar="SECONDS",
        help="with --watch: how often the study is looked at, at least 1 (default: 5)",
    )  # fmt: skip
    report.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of NAME.json, and build nothing"
    )


def _later(name: str) -> Callable[[argparse.Namespace], Result]:
    """The command of that name, imported only when it runs, so that `kit --help` answers at once."""

    def run(options: argparse.Namespace) -> Result:
        from kit import commands

        function: Callable[[argparse.Namespace], Result] = getattr(commands, name)
        return function(options)

    return run


def _positive(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found {text!r}")
    return value


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number such as 5 or 2.50, found {text!r}")
    return value


def _port(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, found {text!r}")
    return value
