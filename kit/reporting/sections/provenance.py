"""Where every number comes from, and how to build the page again."""

from collections.abc import Sequence
from typing import Any

from kit.reporting.material import Material, rows_of
from kit.reporting.numbers import NARROW, NONE, TIMES, number
from kit.reporting.sections.missing import shell
from kit.reporting.sections.phrases import days, plural
from kit.reporting.tables import Cell, column, table


def section(
    material: Material, *, name: str, assets: str, title: str, kit_version: str, asked: Sequence[str] = ()
) -> dict[str, Any]:
    """The data of the section; `asked` are words that the command has at its end."""
    versions = sorted(
        {(str(row.metric), int(row.version)) for row in rows_of(material.measurements[["metric", "version"]])}
    )
    facts = [
        {"label": "Study", "text": material.title, "code": False},
        {"label": "Fingerprint", "text": material.fingerprint, "code": True},
        {
            "label": "Rubric",
            "text": f"{material.rubric.name}, version {material.rubric.version}",
            "code": False,
        },
        {"label": "Kit", "text": f"t2v-eval-kit {kit_version}", "code": False},
        {
            "label": "Bootstrap",
            "text": f"{plural(material.comparison.draws, 'draw')}, seed {material.comparison.seed}",
            "code": False,
        },
    ]
    for label, frame in (
        ("Clips stored", material.clips),
        ("Votes given", material.votes),
        ("Scores given", material.scores),
    ):
        when = days(list(frame["created_at"]))
        if when:
            facts.append({"label": label, "text": f"{when} (UTC)", "code": False})
    return {
        "id": "provenance",
        "template": "provenance",
        "heading": "Provenance",
        "facts": facts,
        "rebuild": (
            "The same study gives the same page and the same numbers, byte for byte. "
            f"With the study's folder in place of STUDY{' and the other in place of OTHER' if 'OTHER' in asked else ''}, run:"
        ),
        "command": " ".join([command(material, name=name, assets=assets, title=title), *asked]),
        "clips": _clips(material),
        "metrics": table(
            "Metrics as stored with the study",
            [column("metric", "Metric", "code"), column("version", "Version", "number")],
            [[metric, number(version, "count")] for metric, version in versions],
        )
        if versions
        else None,
    }


def command(material: Material, *, name: str, assets: str, title: str) -> str:
    """The command that builds this page again."""
    parts = ["kit", "report", "STUDY", "--name", shell(name)]
    if title:
        parts += ["--title", shell(title)]
    if assets != "link":
        parts += ["--assets", assets]
    options = material.options
    for key, value, default in (
        ("rater_kind", options.rater_kind, ""), ("draws", options.draws, 5000), ("seed", options.seed, 0),
    ):  # fmt: skip
        if value != default:
            parts += ["-p", key, shell(str(value))]
    return " ".join(parts)


def _clips(material: Material) -> Any:
    made = {
        row.clip: (group.prompt_id, row.model, row.take) for group in material.groups for row in group.rows
    }
    place = {p: i for i, p in enumerate(material.prompts["prompt_id"])}
    order = {m: i for i, m in enumerate(material.models)}
    listed = sorted(
        material.refs, key=lambda r: (place[made[r.clip][0]], made[r.clip][2], order[made[r.clip][1]], r.clip)
    )
    rows: list[list[Cell]] = []
    for ref in listed:
        facts = material.clip[ref.clip]
        prompt_id, model, take = made[ref.clip]
        rows.append(
            [
                ref.clip,
                prompt_id,
                model,
                number(take, "count"),
                number(ref.bytes, "bytes"),
                f"{facts.codec} {facts.pix_fmt or ''}".strip() + f" in {facts.container}",
                f"{facts.width}{NARROW}{TIMES}{NARROW}{facts.height}",
                number(facts.frames, "count"),
                "yes" if facts.sandbox else "no",
                material.faults[ref.clip][1] if ref.clip in material.faults else NONE,
            ]
        )
    columns = [
        column("clip", "SHA-256", "code"), column("prompt", "Prompt"), column("model", "Model"),
        column("take", "Take", "number"), column("bytes", "Size", "number"), column("codec", "Coding"),
        column("size", "Picture"), column("frames", "Frames", "number"), column("sandbox", "Sandbox"),
        column("fault", "Fault"),
    ]  # fmt: skip
    return table("Every clip on this page, by the hash of its bytes", columns, rows, row_heads=False)
