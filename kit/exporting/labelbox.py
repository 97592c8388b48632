"""Pairs with their votes as data rows and labels that Labelbox imports.

What was confirmed, and where: a video's data row is an object with `row_data` (an https address of an MP4 with H.264
or H.265), `global_key`, `media_type` "VIDEO" and `attachments` of {type, value}, one of whose types is VIDEO
(docs.labelbox.com/reference/import-video-data, /reference/attachments); labels come as newline-delimited JSON, as
ground truth or as pre-labels, with classifications for the whole video (docs.labelbox.com/reference/import-video-
annotations); a radio or text answer is {"name", "answer": {"name"} or a text, "dataRow": {"globalKey"}, "uuid"} (the
test data of Labelbox/labelbox-python, tests/data/assets/ndjson/classification_import_name_only.json and
classification_import_global_key.json). Not confirmed: the form of ontology.json, which is the one that Labelbox's own
OntologyBuilder is known to give, and an import into an account.
"""

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

from kit.errors import BadParameter
from kit.exporting.pairs import CHOICES, RatedPair, clip_paths, note_of, rated_pairs

if TYPE_CHECKING:
    from kit.rubric import Rubric
    from kit.study import Study

_NAMES = uuid.UUID("8d0c4a58-6d0e-4d3c-9a43-5f5bb2f3c0aa")  # of the kit's own; makes the ids of labels


def records(study: "Study", *, media: str = "") -> tuple[dict[str, tuple[bytes, int]], list[str]]:
    """data-rows.json, ontology.json, and labels/NAME.ndjson for people, prelabels/NAME.ndjson for programs.

    A data row holds one video, so the first clip of a pair is the row and the second its attachment. One import gives
    a row one label: there is a file a rater, each to be imported by itself, and votes of judges and simulated raters
    lie apart, to be imported as pre-labels or as a model run, so that they never pass for people's. `media` is the
    https address under which the study's folder of clips is served. Raises BadParameter where it is none.
    """
    if not re.fullmatch(r"https://[^\s#<>|]+", media):
        raise BadParameter(
            "Labelbox fetches clips from an https address; say where the study's folder of clips is served, "
            "for example --media https://bucket.example/clips/"
        )
    base = media if media.endswith(("/", "=")) else f"{media}/"
    paths, pairs = clip_paths(study), rated_pairs(study)
    rows = [_row(pair, base, paths) for pair in pairs]
    files = {
        "data-rows.json": (_json(rows), len(rows)),
        "ontology.json": (_json(_ontology(study.rubric)), len(study.rubric.dimensions)),
    }
    raters = sorted({rater for pair in pairs for rater in pair.votes})
    for number, rater in enumerate(raters, start=1):
        lines = [line for pair in pairs for line in _labels(pair, rater)]
        folder = "labels" if rater[0] == "person" else "prelabels"
        # Raters' names come from outside; what is left of one says whose file it is, and the number keeps two apart.
        plain = re.sub(r"[^A-Za-z0-9]+", "-", rater[1]).strip("-")[:40]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        files[f"{folder}/{number:03d}-{plain or 'rater'}.ndjson"] = (text.encode(), len(lines))
    other = sorted({str(suffix) for suffix in study.clips["suffix"]} - {".mp4"})
    notes = [f"Labelbox takes MP4 only, and the study has clips in {', '.join(other)}"] if other else []
    return files, notes


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _row(pair: RatedPair, base: str, paths: Any) -> dict[str, Any]:
    return {
        "row_data": base + paths[pair.clip_a],
        "global_key": pair.key,
        "media_type": "VIDEO",
        "attachments": [
            {"type": "VIDEO", "value": base + paths[pair.clip_b]},
            {"type": "RAW_TEXT", "value": pair.prompt or pair.prompt_id},
        ],
    }


def _labels(pair: RatedPair, rater: tuple[str, str]) -> list[dict[str, Any]]:
    found = []
    for dimension, vote in sorted(pair.votes.get(rater, {}).items()):
        answers: list[tuple[str, Any]] = [(dimension, {"name": CHOICES[vote.choice]})]
        if note_of(vote):
            answers.append((f"note_{dimension}", vote.note))
        found += [
            {
                "name": name,
                "answer": answer,
                "dataRow": {"globalKey": pair.key},
                "uuid": str(uuid.uuid5(_NAMES, json.dumps([pair.key, *rater, name]))),
            }
            for name, answer in answers
        ]
    return found


def _ontology(rubric: "Rubric") -> dict[str, Any]:
    """The questions as Labelbox's `client.create_ontology(name, normalized)` takes them."""
    found: list[dict[str, Any]] = []
    for dimension in rubric.dimensions:
        options = [{"label": word, "value": word} for word in CHOICES.values()]
        found += [
            {
                "type": "radio", "name": dimension.id, "instructions": dimension.id, "scope": "global", "required": False,
                "options": options,
            },
            {
                "type": "text", "name": f"note_{dimension.id}", "instructions": f"note_{dimension.id}", "scope": "global",
                "required": False, "options": [],
            },
        ]  # fmt: skip
    return {"tools": [], "classifications": found}
