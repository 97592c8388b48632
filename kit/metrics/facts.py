"""What the container and the stream say: no picture is looked at."""

import math
from collections.abc import Callable
from typing import Literal

from kit.decode import ClipFacts
from kit.metrics.base import Metric, Reading

_SOURCE = "The file's container and stream as FFmpeg reads them."


def _fact(
    name: str,
    unit: str,
    label: str,
    *,
    meaning: str,
    not_meaning: str,
    read: Callable[[ClipFacts], Reading],
    dimension: Literal["prompt_adherence", "video_resolution", "facts"] = "facts",
) -> Metric:
    return Metric(
        name=name,
        version=1,
        unit=unit,
        dimension=dimension,
        better=None,
        label=label,
        meaning=meaning,
        not_meaning=not_meaning,
        source=_SOURCE,
        facts=read,
    )


def _number(value: float | None) -> Reading:
    return Reading(math.nan, "the container does not say") if value is None else Reading(float(value))


def _codec(facts: ClipFacts) -> Reading:
    note = "" if facts.browser_plays else ", may not play in a browser"
    return Reading(math.nan, f"{facts.codec} {facts.pix_fmt} in {facts.container}{note}")


def _rate(facts: ClipFacts) -> Reading:
    return Reading(facts.fps, "variable" if facts.variable_rate else "constant")


def _width(facts: ClipFacts) -> Reading:
    shape = f"pixels {facts.sample_aspect:.4g} times as wide as high" if facts.sample_aspect != 1 else None
    return Reading(float(facts.width), shape)


def _size(facts: ClipFacts) -> Reading:
    return Reading(float(min(facts.width, facts.height)), f"{facts.width} x {facts.height}")


def _aspect(facts: ClipFacts) -> Reading:
    ratio = facts.width * facts.sample_aspect / facts.height
    name = aspect_name(ratio)
    return Reading(ratio, name or f"{ratio:.3g}:1")


def aspect_name(ratio: float) -> str | None:
    """The usual name of a shape within 2 % of `ratio` (width over height), such as '16:9'."""
    for wide, high in (
        (1, 1),
        (16, 9),
        (9, 16),
        (4, 3),
        (3, 4),
        (3, 2),
        (2, 3),
        (21, 9),
        (9, 21),
        (5, 4),
        (4, 5),
    ):
        if abs(ratio * high / wide - 1) <= 0.02:
            return f"{wide}:{high}"
    return None


def _bits_per_pixel(facts: ClipFacts) -> Reading:
    if facts.bit_rate is None or facts.fps <= 0:
        return Reading(math.nan, "the container does not say")
    return Reading(facts.bit_rate / (facts.width * facts.height * facts.fps), facts.codec)


FACTS = (
    _fact(
        "aspect_ratio",
        "width/height",
        "Aspect ratio",
        meaning="Width over height as shown (a stored rotation and the shape of the pixels are applied).",
        not_meaning="Not a quality: read it against what was asked for.",
        read=_aspect,
        dimension="prompt_adherence",
    ),
    _fact(
        "nominal_size",
        "px of the short side",
        "Nominal size",
        meaning="Short side in pixels, as shown: the size that the file states.",
        not_meaning="Not how much detail there is: see effective resolution.",
        read=_size,
        dimension="video_resolution",
    ),
    _fact(
        "bits_per_pixel",
        "bit/px",
        "Bits per pixel",
        meaning="Bit rate over pixels a second, sound included.",
        not_meaning=(
            "Not a quality: it depends on the codec, its settings and how much moves. Only far below others of the same "
            "codec and prompt is it a sign that the file was squeezed."
        ),
        read=_bits_per_pixel,
        dimension="video_resolution",
    ),
    _fact(
        "codec",
        "",
        "Codec",
        meaning="How the pictures are coded, their pixel format and the container.",
        not_meaning="Not a quality: but a strong codec setting of a provider can hide or add artifacts of the model.",
        read=_codec,
    ),
    _fact(
        "width",
        "px",
        "Width",
        meaning="Pixels across, as shown (a stored rotation is applied).",
        not_meaning="Not how much detail there is: a clip can be enlarged from a smaller one.",
        read=_width,
    ),
    _fact(
        "height",
        "px",
        "Height",
        meaning="Pixels down, as shown (a stored rotation is applied).",
        not_meaning="Not how much detail there is: a clip can be enlarged from a smaller one.",
        read=lambda facts: _number(facts.height),
    ),
    _fact(
        "frame_rate",
        "frames/s",
        "Frame rate",
        meaning="Frames a second, on average over the clip.",
        not_meaning="Not smoothness: frames may repeat (see duplicate frames).",
        read=_rate,
    ),
    _fact(
        "frame_count",
        "frames",
        "Frames",
        meaning="Frames in the file, counted.",
        not_meaning="Not the number of different pictures: frames may repeat.",
        read=lambda facts: _number(facts.frames),
    ),
    _fact(
        "duration",
        "s",
        "Duration",
        meaning="Length of the clip as the container states it, else by its frames' times.",
        not_meaning="Not the time that it took to make.",
        read=lambda facts: _number(facts.seconds),
    ),
    _fact(
        "bit_rate",
        "bit/s",
        "Bit rate",
        meaning="Size of the file over its duration, sound included.",
        not_meaning="Not a quality: it depends on codec, settings and how much moves.",
        read=lambda facts: _number(facts.bit_rate),
        dimension="video_resolution",
    ),
    _fact(
        "audio",
        "",
        "Audio",
        meaning="1 where the file has a sound track, else 0.",
        not_meaning="Not that anything can be heard: the track may be silent.",
        read=lambda facts: Reading(float(facts.has_audio), "yes" if facts.has_audio else "no"),
    ),
)
