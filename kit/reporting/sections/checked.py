"""What programs and raters checked of the prompts, in a sentence each: the camera, the settings, the prompts' checks."""

import math

from kit.comparison import RATER_KINDS, choose_kind
from kit.reporting.material import Material
from kit.reporting.sections import camera
from kit.reporting.sections.phrases import listed, plural
from kit.stats.bootstrap import mean_interval
from kit.wording import interval, percent

MOST_MODELS = 4  # whose camera is in one sentence


def checked(material: Material) -> list[str]:
    """All of it; nothing for what was not checked."""
    return [*_camera(material), *_settings(material), *answers(material)]


def _camera(material: Material) -> list[str]:
    found = camera.finding(material)
    clips = [clip for prompt in (found or {"prompts": ()})["prompts"] for clip in prompt["clips"]]
    shares = [
        (model, share)
        for model in material.models
        if (share := camera.share_of([c for c in clips if c["model"] == model], model))["n"]
    ]
    if not shares or len(shares) > MOST_MODELS:
        return []
    parts = [
        f"{round(float(share['value'] or 0) * share['n'])} of {plural(share['n'], 'clip')} of {model} (95% interval {share['interval']})"
        for model, share in shares
    ]
    return [f"The camera, read by a program, did what was asked in {listed(parts)}; clip by clip below."]


def _settings(material: Material) -> list[str]:
    told = [one.met for rows in material.delivered.values() for one in rows if one.met is not None]
    wrong = sum(not met for met in told)
    if not wrong:
        return []
    return [f"{wrong} of {plural(len(told), 'setting')} asked for did not come as asked, as listed below."]


def answers(material: Material) -> list[str]:
    """The answers to the prompts' checks by model: a share averaged over prompts, its interval over prompts."""
    given = material.checks
    kind = choose_kind(given, given, material.comparison.rater_kind)
    if given.empty or not (given["rater_kind"] == kind).any():
        return []
    own = given[(given["rater_kind"] == kind) & given["model"].isin(list(material.models))]
    told = own[own["answer"] != "cant_tell"]
    parts = []
    for model in material.models:
        part = told[told["model"] == model]
        if part.empty:
            continue
        shares = (part["answer"] == "yes").groupby(part["prompt_id"]).mean()
        ends = mean_interval(shares, bounds=(0, 1), draws=material.options.draws, seed=material.options.seed)
        text = (
            f"95% interval {interval(max(0.0, ends.low), min(1.0, ends.high))}"
            if math.isfinite(ends.low)
            else "no interval from a single prompt"
        )
        yes = int((part["answer"] == "yes").sum())
        parts.append(
            f"{model} {percent(float(shares.mean()))} ({text}; {yes} of {plural(len(part), 'answer')} on "
            f"{plural(len(shares), 'prompt')})"
        )
    if not parts:
        return []
    left = len(own) - len(told)
    more = f" Left out: {plural(left, 'answer')} that it cannot be told." if left else ""
    return [f"What the prompts' checks ask for is there, by {RATER_KINDS[str(kind)]}: {listed(parts)}.{more}"]
