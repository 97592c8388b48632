"""What each prompt asks of the camera, and what was measured: clip by clip, counted by model, and in sentences."""

import math
from collections import Counter
from typing import Any

from kit.camera.reading import wanted
from kit.camera.segments import Segment, parse
from kit.reporting.material import Group, Material
from kit.reporting.numbers import NARROW, NONE, TIMES, Number, number
from kit.reporting.sections.phrases import listed, plural
from kit.reporting.tables import Cell, Table, column, table
from kit.stats.exact import wilson

METRIC = "camera_motion"
WORDS = {
    "static": "camera still",
    "pan_left": "pan left",
    "pan_right": "pan right",
    "tilt_up": "tilt up",
    "tilt_down": "tilt down",
    "zoom_in": "zoom in",
    "zoom_out": "zoom out",
    "roll_cw": "roll clockwise",
    "roll_ccw": "roll counter-clockwise",
    "orbit": "orbit",
    "track": "track",
    "unsure": "cannot be told",
}
# What a clip is called of whose moves these are the verdicts: the first that is among them.
_GRAVEST = ("reversed", "missing", "extra", "unsure", "met")
_SIGNS = {"met": "✓", "reversed": "⇄", "missing": "○", "extra": "+", "unsure": "?", "not measured": NONE}
_MOST_NAMED = 3  # clips in a sentence
_MOST_MODELS = 4  # with a sentence each

_HOW = (
    "A program reads the camera from the picture's motion; nobody rated it. Asked for is what the suite names, or else "
    "what the prompt's text says of the camera. Times are seconds from the clip's first frame."
)
_CLASSES = (
    "A clip is as asked where every move was found and no other. Otherwise it counts once: as reversed where a move "
    "went the opposite way, else as missing where one was not found, else as extra where the camera also did what "
    "nobody asked for. Unsure clips, in which the picture cannot tell, count neither for nor against a model."
)
_TAKES = "Several takes of a prompt count as clips of their own, so that the intervals are narrower than they should be."


def clip_checks(material: Material, group: Group) -> list[dict[str, Any]]:
    """The camera check of each clip of a group; none where its prompt asks nothing of the camera."""
    words = _asked(material, group.prompt_id)
    return [_clip(material, group, row, words) for row in group.rows] if words else []


def finding(material: Material) -> dict[str, Any] | None:
    """The camera check of all clips: sentences, counts by model, the clips by prompt. None where nothing is asked."""
    prompts: dict[str, dict[str, Any]] = {}
    for group in material.groups:
        checks = clip_checks(material, group)
        if checks:
            named = prompts.setdefault(group.prompt_id, _prompt(material, group.prompt_id))
            named["clips"] += checks
    clips = [clip for prompt in prompts.values() for clip in prompt["clips"]]
    if not clips:
        return None
    by_model = {model: [clip for clip in clips if clip["model"] == model] for model in material.models}
    by_model = {model: own for model, own in by_model.items() if own}
    repeated = Counter((clip["prompt"], clip["model"]) for clip in clips)
    counted = any(clip["verdict"] in _GRAVEST for clip in clips)
    return {
        "title": "The camera: asked and measured",
        "sentences": _sentences(by_model),
        "counts": _counts(by_model) if counted else None,
        "caption": "Every clip whose prompt asks something of the camera: what it asks, and what was measured",
        "prompts": list(prompts.values()),
        "notes": [_HOW, *([_CLASSES] if counted else []), *([_TAKES] if max(repeated.values()) > 1 else [])],
    }


def noticed(material: Material) -> list[str]:
    """A sentence for each model whose camera went the opposite way or did not do what was asked."""
    found = finding(material)
    if found is None:
        return []
    clips = [clip for prompt in found["prompts"] for clip in prompt["clips"]]
    lines = []
    for model in material.models:
        own = [clip for clip in clips if clip["model"] == model]
        parts = [
            f"{words} in {number(len(bad), 'count')['text']} of {plural(len(own), 'clip')} ({_examples(bad)})"
            for verdict, words in (("reversed", "the opposite way"), ("missing", "not as asked"))
            if (bad := [clip for clip in own if clip["verdict"] == verdict])
        ]
        if parts:
            lines.append(f"Camera of {model}: {listed(parts)}.")
    return lines


def _asked(material: Material, prompt_id: str) -> tuple[str, ...]:
    row = material.prompt[prompt_id]
    return wanted(str(row.text or ""), row.camera)


def _prompt(material: Material, prompt_id: str) -> dict[str, Any]:
    given = bool(material.prompt[prompt_id].camera)
    return {
        "title": material.prompt_titles[prompt_id],
        "anchor": material.prompt_anchors[prompt_id],
        "asked": [WORDS[word] for word in _asked(material, prompt_id)],
        "source": "by the suite" if given else "read from the prompt's text",
        "clips": [],
    }


def _clip(material: Material, group: Group, row: Any, words: tuple[str, ...]) -> dict[str, Any]:
    found = material.camera.get((group.prompt_id, row.clip), [])
    measured = material.measured.get((row.clip, METRIC))
    source = f"{METRIC}@{measured.version} {row.clip[:12]}" if measured is not None else METRIC
    moves = [_move(outcome, source) for outcome in found]
    if not moves:
        reason = measured.text if measured is not None and measured.text else "not measured"
        moves = [_row(WORDS[word], "not measured", measured=str(reason)) for word in words]
    verdicts = {move["verdict"] for move in moves}
    verdict = next((v for v in _GRAVEST if v in verdicts), "not measured")
    return {
        "clip": row.clip,
        "model": row.model,
        "take": int(row.take),
        "label": f"{row.model}, take {int(row.take)}" if row.take != 1 else row.model,
        "prompt": material.prompt_titles[group.prompt_id],
        "player": material.players[group.prompt_id, row.clip],
        "read_from_text": not material.prompt[group.prompt_id].camera,
        "verdict": verdict,
        "sign": _SIGNS[verdict],
        "moves": moves,
        "more": _unsaid(measured, moves, source) if found else [],
    }


def _unsaid(measured: Any, moves: list[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    """The whole measured sequence, where the rows of the check do not show all of it."""
    segments = parse(measured.text).segments
    if len(segments) <= len({move["span"] + move["measured"] for move in moves if move["span"]}):
        return []
    return [_row("", "met", measured=_did(one), segment=one, source=source) for one in segments]


def _move(outcome: Any, source: str) -> dict[str, Any]:
    segment = _segment(outcome.measured)
    # A clip that should stand still and does not: the check names the rest that it has, if any.
    restless = outcome.wanted == "static" and outcome.verdict == "missing"
    none = "it moves all the time" if restless else "none of it"
    return _row(
        WORDS.get(outcome.wanted, outcome.wanted) if outcome.wanted else "nothing more",
        outcome.verdict,
        measured=("still only" if restless else _did(segment)) if segment else none,
        segment=segment,
        source=source,
    )


def _row(
    asked: str, verdict: str, *, measured: str, segment: Segment | None = None, source: str = ""
) -> dict[str, Any]:
    start, end, sure = (segment.start, segment.end, segment.confidence) if segment else (None, None, None)
    return {
        "wanted": asked,
        "verdict": verdict,
        "sign": _SIGNS[verdict],
        "measured": measured,
        "amount": _amount(segment, source) if segment else None,
        "start": number(start, "s", source=source),
        "end": number(end, "s", source=source),
        "sure": number(sure if segment and segment.word != "unsure" else None, "share", source=source),
        "span": "" if segment is None else f"{segment.start:.2f}\u2013{segment.end:.2f}{NARROW}s",
    }


def _segment(text: str) -> Segment | None:
    return parse(text).segments[0] if text else None


def _did(segment: Segment) -> str:
    way = f" {segment.direction}" if segment.direction else ""
    return WORDS.get(segment.word, segment.word) + way


def _amount(segment: Segment, source: str) -> Number | None:
    """How far the picture went, in words of the page; None for what has no amount."""
    if not segment.unit:
        return None
    if segment.unit == "x":
        found = number(segment.amount, source=source)
        found["text"] = f"{TIMES}{segment.amount:.2f}"
    elif segment.unit == "degrees":
        found = number(segment.amount, source=source)
        found["text"] = f"{segment.amount:.0f}°"
    else:
        found = number(segment.amount, "share", source=source)
        found["text"] = f"{100 * segment.amount:.0f}% of the {segment.unit.removesuffix('s')}"
    found["unit"] = segment.unit
    return found


def share_of(clips: list[dict[str, Any]], model: str) -> Number:
    """How many of a model's clips that could be read are as asked, with Wilson's 95% interval."""
    count = Counter(clip["verdict"] for clip in clips)
    told = sum(count[verdict] for verdict in _GRAVEST if verdict != "unsure")
    ends = wilson(count["met"], told)
    return number(
        count["met"] / told if told else math.nan, "rate", low=ends.low, high=ends.high, n=told,
        source=f"{METRIC}: clips of {model} that could be read, Wilson's interval",
    )  # fmt: skip


def _counts(by_model: dict[str, list[dict[str, Any]]]) -> Table:
    unmeasured = any(clip["verdict"] == "not measured" for own in by_model.values() for clip in own)
    kinds = [("met", "As asked"), ("reversed", "Reversed"), ("missing", "Missing"), ("extra", "Extra"), ("unsure", "Unsure")]  # fmt: skip
    if unmeasured:
        kinds.append(("not measured", "Not measured"))
    rows: list[list[Cell]] = []
    for model, own in by_model.items():
        count = Counter(clip["verdict"] for clip in own)
        rows.append(
            [
                model,
                share_of(own, model),
                *(number(count[kind], "count", n=len(own), source=METRIC) for kind, _ in kinds),
                number(len(own), "count"),
            ]
        )
    columns = [
        column("model", "Model"), column("share", "Share as asked", "number"),
        *(column(kind.replace(" ", "_"), label, "number") for kind, label in kinds),
        column("clips", "Clips", "number"),
    ]  # fmt: skip
    return table(
        "Camera check by model: clips by verdict, and the share as asked of those that could be read, with its 95% "
        "interval (Wilson)",
        columns,
        rows,
    )


def _sentences(by_model: dict[str, list[dict[str, Any]]]) -> list[str]:
    """One for each model; where there are many, one that gives the counts of all."""
    if len(by_model) <= _MOST_MODELS:
        return [_sentence(model, own) for model, own in by_model.items()]
    counts = [
        f"{model} {sum(clip['verdict'] == 'met' for clip in own)} of {share_of(own, model)['n']}"
        for model, own in by_model.items()
    ]
    return [f"The camera did what was asked, of the clips that could be read: {', '.join(counts)}."]


def _sentence(model: str, clips: list[dict[str, Any]]) -> str:
    share = share_of(clips, model)
    count = Counter(clip["verdict"] for clip in clips)
    if not share["n"]:
        text = f"Camera of {model}: none of {plural(len(clips), 'clip')} could be read."
    else:
        text = (
            f"The camera of {model} did what was asked in {count['met']} of {plural(share['n'], 'clip')} that could be "
            f"read: {share['text']} (95% interval {share['interval']})."
        )
    for verdict, words in (
        ("reversed", "It went the opposite way in"), ("missing", "A move is missing in"), ("extra", "It did more than asked in"),
    ):  # fmt: skip
        if count[verdict]:
            bad = [clip for clip in clips if clip["verdict"] == verdict]
            text += f" {words} {plural(len(bad), 'clip')}: {_examples(bad)}."
    if count["unsure"]:
        text += f" In {plural(count['unsure'], 'clip')} the picture cannot tell."
    if count["not measured"]:
        text += f" {plural(count['not measured'], 'clip was', 'clips were')} not measured."
    return text


def _examples(clips: list[dict[str, Any]]) -> str:
    shown = [_example(clip) for clip in clips[:_MOST_NAMED]]
    rest = len(clips) - len(shown)
    return "; ".join(shown) + (f"; and {rest} more" if rest else "")


def _example(clip: dict[str, Any]) -> str:
    move = next(move for move in clip["moves"] if move["verdict"] == clip["verdict"])
    # What a program read out of a sentence may be misread; the reader is told so.
    asked = f"{move['wanted']} asked for" + (", as its text was read" if clip["read_from_text"] else "")
    if move["verdict"] == "missing":
        found = "but it moves" if move["wanted"] == WORDS["static"] else "not found"
        return f"{clip['prompt']}{_take(clip)}: {asked}, {found}"
    when = f" at {move['span']}" if move["span"] else ""
    if move["verdict"] == "extra":
        return f"{clip['prompt']}{_take(clip)}: {move['measured']}{when}"
    return f"{clip['prompt']}{_take(clip)}: {asked}, {move['measured']} measured{when}"


def _take(clip: dict[str, Any]) -> str:
    return f", take {clip['take']}" if clip["take"] != 1 else ""
