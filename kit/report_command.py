"""What `kit report` does: its flags become parameters of the notebook, and its help lists all that the notebook has."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from kit.reporting import Parameter, from_text, notebook_parameters, schema, watch
from kit.reporting import report as build
from kit.reporting.watch import state_of

Result = tuple[dict[str, Any], str]
Say = Callable[[str], None]


def run(options: argparse.Namespace, *, say: Say, status: Say, result: Callable[[Any], Result]) -> Result:
    """Build a report, or watch a study and build whenever it changed, or print the help or the schema.

    `say` and `status` write to standard error, `result` puts the files of a report into words.
    """
    if options.help:
        return _help(options)
    if options.schema:
        import json

        made = schema()
        return made, json.dumps(made, indent=1, ensure_ascii=False)
    if options.study is None:
        options.parser.error("the following arguments are required: study")
    given = _parameters(options)

    def make() -> Any:
        return build(
            options.study,
            out=options.out,
            name=options.name,
            title=options.title,
            assets=options.assets,
            notebook=options.notebook,
            parameters=given,
            progress=status,
        )

    if not options.watch:
        return result(make())

    def make_and_tell() -> None:
        say(f"built {make().html}")

    places = [options.study, *([given["beside"]] if given.get("beside") else [])]
    say(f"looking at the study every {options.every:g} s; Ctrl-C ends it")
    done = watch(lambda: state_of(places), make_and_tell, every=options.every, say=say)
    pages = f"built {done.built} page{'' if done.built == 1 else 's'}"
    return done._asdict(), pages + (f", {done.failed} more failed" if done.failed else "")


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    """The notebook's parameters from `-p` and from the flags that have names of their own; a flag comes last."""
    known = notebook_parameters(options.notebook)
    found = from_text(known, dict(options.parameters))
    flags = {
        "authors": options.authors,
        "sections": _split(options.sections),
        "without": _split(options.without),
        "until": options.until,
        "beside": options.beside,
        "beside_until": options.beside_until,
    }
    return found | {name: value for name, value in flags.items() if value}


def _split(texts: list[str]) -> list[str]:
    return [one.strip() for text in texts for one in text.split(",") if one.strip()]


def _help(options: argparse.Namespace) -> Result:
    known = notebook_parameters(options.notebook)
    text = f"{options.parser.format_help()}\n{_listed(known, options.notebook)}"
    return {"parameters": {name: p._asdict() for name, p in known.items()}}, text


def _listed(known: Mapping[str, Parameter], notebook: Any) -> str:
    lines = [f"parameters of {notebook or 'the report notebook'}, set with -p NAME VALUE:"]
    for name, parameter in known.items():
        kind = f" ({parameter.annotation})" if parameter.annotation else ""
        lines.append(f"  {name}{kind}, default {parameter.default}")
        lines += [f"      {parameter.help}"] if parameter.help else []
    lines.append('A list is written like \'["one", "two"]\'. The notebook\'s first cell says the same.')
    return "\n".join(lines)
