"""Pairs with their votes as tasks that Label Studio imports.

What was confirmed, and where: a task file is a JSON list of objects with `data`, `annotations` (people) and
`predictions` (programs, with a `model_version`), each with a `result` list of {from_name, to_name, type, value}, and
annotations with `lead_time` in seconds (labelstud.io/guide/task_format, /guide/predictions); `<Video name value="$key">`
shows a clip, and `<Choices name toName>` and `<TextArea name toName>` may be about it (HumanSignal/label-studio,
docs/source/tags/video.md; labelstud.io/tags/choices); `<Pairwise>` knows left and right only and no tie
(labelstud.io/tags/pairwise, /templates/pairwise_comparison), so that choices are used in its place. Not confirmed by a
text of its makers: that a text result's value is {"text": [...]}, and the address of local files, which is the one in
public use. Nothing was imported into a running server.
"""

import json
import math
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from kit.exporting.pairs import CHOICES, RatedPair, clip_paths, note_of, rated_pairs

if TYPE_CHECKING:
    from kit.rubric import Rubric
    from kit.study import Study

# Label Studio's own address of files below LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT, here the folder of clips.
LOCAL_FILES = "/data/local-files/?d="


def tasks(study: "Study", *, media: str = "") -> tuple[dict[str, tuple[bytes, int]], list[str]]:
    """tasks.json, one task a pair, and config.xml, the labelling interface that shows them.

    Paste config.xml into the project's settings first, then import tasks.json. People's votes are annotations; those
    of judges and simulated raters are predictions, whose model_version says so, and never pass for people's. The
    rater's name and notes are text results, since annotators of the project are other people's accounts. Models and
    hashes are in `data` and not in the interface, so that a pair can be rated anew without names.
    """
    base, paths = media or LOCAL_FILES, clip_paths(study)
    pairs = rated_pairs(study)
    listed = [_task(pair, base, paths) for pair in pairs]
    content = json.dumps(listed, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    config = ET.tostring(_config(study.rubric), encoding="unicode") + "\n"
    notes = [] if pairs else ["the study has no pair of clips, so there is no task"]
    return {"tasks.json": (content.encode(), len(listed)), "config.xml": (config.encode(), 1)}, notes


def _task(pair: RatedPair, base: str, paths: Any) -> dict[str, Any]:
    data = {
        "prompt": pair.prompt,
        "video_a": base + paths[pair.clip_a],
        "video_b": base + paths[pair.clip_b],
        "pair": pair.key,
        "prompt_id": pair.prompt_id,
        "take": pair.take,
        "model_a": pair.model_a,
        "model_b": pair.model_b,
        "clip_a": pair.clip_a,
        "clip_b": pair.clip_b,
    }
    people, programs = [], []
    for (kind, rater), votes in sorted(pair.votes.items()):
        result = _result(rater, votes)
        if kind == "person":
            timed = [vote.seconds for vote in votes.values() if not math.isnan(vote.seconds)]
            entry: dict[str, Any] = {"result": result, "was_cancelled": False, "ground_truth": False}
            people.append(entry | ({"lead_time": round(sum(timed), 3)} if timed else {}))
        else:
            programs.append({"model_version": f"{kind}: {rater}", "result": result})
    return {"data": data, "annotations": people, "predictions": programs}


def _result(rater: str, votes: dict[str, Any]) -> list[dict[str, Any]]:
    found = [_one("rater", "textarea", {"text": [rater]})]
    for dimension, vote in sorted(votes.items()):
        found.append(_one(dimension, "choices", {"choices": [CHOICES[vote.choice]]}))
        if note_of(vote):
            found.append(_one(f"note_{dimension}", "textarea", {"text": [vote.note]}))
    return found


def _one(name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": "video_a", "type": kind, "value": value}


def _config(rubric: "Rubric") -> ET.Element:
    view = ET.Element("View")
    ET.SubElement(view, "Header", value="$prompt")
    both = ET.SubElement(view, "View", style="display: grid; grid-template-columns: 1fr 1fr; gap: 1em")
    for name, title in (("video_a", "First"), ("video_b", "Second")):
        side = ET.SubElement(both, "View")
        ET.SubElement(side, "Header", value=title)
        ET.SubElement(side, "Video", name=name, value=f"${name}")
    for dimension in rubric.dimensions:
        ET.SubElement(view, "Header", value=f"{dimension.title}: {dimension.question}")
        choices = ET.SubElement(
            view, "Choices", name=dimension.id, toName="video_a", choice="single", showInline="true"
        )
        for word in CHOICES.values():
            ET.SubElement(choices, "Choice", value=word)
        ET.SubElement(view, "TextArea", name=f"note_{dimension.id}", toName="video_a", placeholder="Note")
    ET.SubElement(view, "TextArea", name="rater", toName="video_a", placeholder="Rater")
    return view
