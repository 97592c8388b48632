"""One prompt to one clip with its truth beside it."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from kit.errors import BadParameter
from kit.sandbox.camera import WORDS, read_words
from kit.sandbox.canvas import Frame
from kit.sandbox.encode import write_clip
from kit.sandbox.faults import choose_camera, choose_faults, frozen_time, spoil
from kit.sandbox.glyphs import ROWS, line
from kit.sandbox.models import MODELS
from kit.sandbox.plan import Plan
from kit.sandbox.scenes.catalogue import SPECS, Spec
from kit.sandbox.scenes.words import article_scene
from kit.sandbox.shapes import Array, Mask
from kit.sandbox.truth import Truth

WATERMARK = "SANDBOX"


def render(
    prompt: str,
    *,
    model: str,
    take: int = 1,
    out: Path,
    prompt_id: str | None = None,
    camera: Sequence[str] | None = None,
    checks: Sequence[str] = (),
    seconds: float = 5.0,
    width: int = 1280,
    height: int = 720,
    fps: int = 24,
    crf: float | None = None,
) -> Truth:
    """Render a prompt into the H.264 file `out` (MP4) and write the truth about it to `out` with suffix `.truth.json`.

    prompt     any text; the four of the suite `article-four` have scenes of their own, known by `prompt_id` or by their words
    model      a name in `kit.sandbox.MODELS`
    take       repeat number from 1; other takes differ in layout, timing, colours and faults
    camera     wanted camera words (see kit.sandbox.camera); read from the prompt when None
    checks     claims of the prompt to answer in the truth; those of an article-four scene are filled in when none are given
    seconds    0.2 to 30; width, height: even, 64 to 3840 and 64 to 2160 pixels; fps: 1 to 60
    crf        x264's quality, lower is better; chosen from the height when None

    The same arguments give the same bytes in the same environment. The picture carries the word SANDBOX and no model name.
    Raises BadParameter.
    """
    _check(
        prompt,
        model=model,
        take=take,
        out=out,
        camera=camera,
        seconds=seconds,
        width=width,
        height=height,
        fps=fps,
        crf=crf,
    )
    spec = _scene_for(prompt, prompt_id)
    wanted = _wanted(prompt, spec, camera)
    count = max(1, round(seconds * fps))
    segments, wrong = choose_camera(spec, wanted, prompt, model, take, seconds)
    faults = wrong + choose_faults(
        spec, prompt, model, take, seconds=seconds, fps=fps, height=height, camera_wrong=bool(wrong)
    )
    dropped = frozenset(f.target for f in faults if f.kind == "action")
    plan = Plan(prompt, model, take, seconds, width, height, fps, segments, dropped, tuple(faults))
    comment = f"kit-sandbox; model={model}; take={take}"
    quality = (
        crf if crf is not None else float(np.clip(30.5 - 8.0 * (height - 180) / 540, 20, 31)) + spec.coarser
    )
    preset = "medium" if width * height <= 640 * 360 else "superfast" if spec.coarser else "veryfast"
    write_clip(
        _frames(plan, spec, count),
        out,
        width=width,
        height=height,
        fps=fps,
        comment=comment,
        crf=quality,
        preset=preset,
    )
    truth = Truth(
        prompt_id=prompt_id, prompt=prompt, model=model, take=take, scene=spec.name, seconds=seconds, fps=fps, frames=count,
        width=width, height=height, camera=segments, wanted_camera=wanted, faults=tuple(faults),
        checks=_answers(spec, checks, plan, camera_wrong=bool(wrong)),
    )  # fmt: skip
    truth.write(out.with_suffix(".truth.json"))
    return truth


def _frames(plan: Plan, spec: Spec, count: int) -> Iterator[Array]:
    scene = spec.build(plan)
    frame = Frame(plan.width, plan.height)
    stamp = _stamp(plan)
    shown = -1.0
    picture = np.empty((3, plan.height, plan.width), np.uint8)
    for k in range(count):
        t = frozen_time(plan.faults, round(k / plan.fps, 6))
        if t != shown:
            scene.draw(frame, t)
            spoil(frame, plan.faults, t, spec.focus, plan.fps)
            for mask, colour, alpha in stamp:
                frame.put(mask, colour, alpha)
            np.minimum(frame.px, 255, out=frame.px)
            picture[...] = frame.px
            shown = t
        yield picture


def _stamp(plan: Plan) -> list[tuple[Mask, tuple[float, float, float], float]]:
    """The watermark: light letters on a dimmed strip, in the lower right corner."""
    k = min(plan.scale, plan.width / 200)
    cell_h, cell_w = max(ROWS, round(24 * k)), max(6, round(16 * k))
    cover = line(WATERMARK, cell_w, cell_h, 0.5)
    off = max(1, round(1.6 * k))
    y, x = plan.height - cell_h - max(1, round(9 * k)), plan.width - cover.shape[1] - max(3, round(16 * k))
    pad = max(2, round(5 * k))
    plate = np.ones((min(cell_h + pad, plan.height - y + pad), cover.shape[1] + 2 * pad), np.float32)
    return [
        (Mask(y - pad, x - pad, plate), (0.0, 0.0, 0.0), 0.32),
        (Mask(y + off, x + off, cover), (0.0, 0.0, 0.0), 0.5),
        (Mask(y, x, cover), (1.0, 1.0, 1.0), 0.86),
    ]


def _scene_for(prompt: str, prompt_id: str | None) -> Spec:
    if prompt_id in SPECS and prompt_id != "generic":
        return SPECS[prompt_id]
    return SPECS[article_scene(prompt) or "generic"]


def _wanted(prompt: str, spec: Spec, camera: Sequence[str] | None) -> tuple[str, ...]:
    if camera:
        return tuple(camera)
    read = read_words(prompt)
    return spec.camera if read == ("static",) else read


def _answers(spec: Spec, checks: Sequence[str], plan: Plan, *, camera_wrong: bool) -> dict[str, bool | None]:
    missing = plan.dropped | ({"camera"} if camera_wrong else set())
    known = {_plain(claim): need not in missing for claim, need in spec.claims.items()}
    return {claim: known.get(_plain(claim)) for claim in (checks or spec.claims)}


def _plain(claim: str) -> str:
    return " ".join(claim.lower().split()).rstrip(".")


def _check(prompt: str, *, model: str, take: int, out: Path, camera: Sequence[str] | None, seconds: float, width: int, height: int, fps: int,
           crf: float | None) -> None:  # fmt: skip
    if not prompt.strip():
        raise BadParameter("the prompt is empty: give a sentence that says what to film")
    if model not in MODELS:
        raise BadParameter(
            f"no sandbox model is called {model!r}{_nearest(model, list(MODELS))}; there are: {', '.join(MODELS)}"
        )
    for word in camera or ():
        if word not in WORDS:
            raise BadParameter(
                f"camera word {word!r} is not known{_nearest(word, list(WORDS))}; there are: {', '.join(WORDS)}"
            )
    if take < 1:
        raise BadParameter(f"take is {take}; takes count from 1")
    for name, value, most in (("width", width, 3840), ("height", height, 2160)):
        if value != int(value) or value % 2 or not 64 <= value <= most:
            raise BadParameter(f"{name} is {value}; expected an even number of pixels from 64 to {most}")
    if not 0.2 <= seconds <= 30:
        raise BadParameter(f"seconds is {seconds}; expected 0.2 to 30")
    if fps != int(fps) or not 1 <= fps <= 60:
        raise BadParameter(f"fps is {fps}; expected a whole number from 1 to 60")
    if crf is not None and not 0 <= crf <= 51:
        raise BadParameter(f"crf is {crf}; expected 0 to 51 (lower is better)")
    if out.suffix.lower() != ".mp4":
        raise BadParameter(f"out is {out.name!r}; expected a name ending in .mp4")


def _nearest(word: str, names: list[str]) -> str:
    near = difflib.get_close_matches(word, names, 1, 0.4)
    return f" (did you mean {near[0]!r}?)" if near else ""
