"""Exposure, contrast, clipping and colour of the picture: context for whoever compares clips, no faults."""

import math

import numpy as np

from kit.decode import ClipFacts
from kit.metrics.base import Look, Metric, Reading, SampleWatcher, TileWatcher

_LOW, _HIGH = 2, 253  # grey levels from 0 to 255 that count as clipped
_STRIDE = 4
_NO_QUALITY = "Not a quality: about no agreement with people's ratings was found. Context only."


def _exposure(look: Look) -> float:
    return float(look.frame.gray.mean(dtype=np.float64)) / 255


def _contrast(look: Look) -> float:
    return float(look.frame.gray.std(dtype=np.float64)) / 255


def _clipping(look: Look) -> float:
    tiles = look.tiles
    low, high = (0, 255) if look.frame.full_range else (16, 235)
    scale = (high - low) / 255
    outside = np.count_nonzero(tiles <= low + _LOW * scale) + np.count_nonzero(tiles >= low + _HIGH * scale)
    return outside / tiles.size


def colourfulness(look: Look) -> float | None:
    """Hasler and Süsstrunk's M3 of a frame, from its colour planes; None for pictures without colour planes.

    Their opponent colours R - G and (R + G) / 2 - B hold no brightness, so the two colour planes are enough:
    with Cb and Cr in grey levels, R = Y + r Cr, B = Y + b Cb and G = Y - g Cb - h Cr.
    """
    planes = look.frame.chroma
    if planes is None:
        return None
    scale = 1.0 if look.frame.full_range else 255 / 224
    blue, red = ((plane[::_STRIDE, ::_STRIDE].astype(np.float64) - 128) * scale for plane in planes)
    # Broadcast video's weights of red and blue: BT.709 for larger pictures, BT.601 below, as players guess.
    kr, kb = (0.2126, 0.0722) if look.frame.luma.shape[0] >= 720 else (0.299, 0.114)
    r, b = 2 * (1 - kr), 2 * (1 - kb)
    g, h = kb * b / (1 - kr - kb), kr * r / (1 - kr - kb)
    red_green = (r + h) * red + g * blue
    yellow_blue = 0.5 * (r - h) * red - (0.5 * g + b) * blue
    spread = math.hypot(float(red_green.std()), float(yellow_blue.std()))
    return spread + 0.3 * math.hypot(float(red_green.mean()), float(yellow_blue.mean()))


EXPOSURE = Metric(
    name="exposure",
    version=1,
    unit="share of the range",
    dimension="video_realism",
    better=None,
    label="Exposure",
    meaning="Mean brightness from 0 (black) to 1 (white), mean over up to four frames a second.",
    not_meaning=_NO_QUALITY + " Night is dark.",
    source="Mean of the brightness plane, as FFmpeg's signalstats YAVG.",
    watcher=lambda facts: SampleWatcher(_exposure),  # noqa: ARG005
)

CONTRAST = Metric(
    name="contrast",
    version=1,
    unit="share of the range",
    dimension="video_realism",
    better=None,
    label="Contrast",
    meaning="Standard deviation of the brightness as a share of its range, mean over up to four frames a second.",
    not_meaning=_NO_QUALITY + " Fog has none.",
    source="Root-mean-square contrast (Peli, J. Opt. Soc. Am. A 7(10), 1990), on gray pictures of 320 pixels.",
    watcher=lambda facts: SampleWatcher(_contrast),  # noqa: ARG005
)

CLIPPING = Metric(
    name="clipping",
    version=2,
    unit="share of pixels",
    dimension="video_realism",
    better=None,
    label="Clipping",
    meaning=(
        "Share of the pixels within two grey levels of black or white, where detail is lost, at full size on up to "
        "240 tiles of 32 x 32, mean over up to two frames a second."
    ),
    not_meaning="Not always a fault: letterbox bars, lamps and black backgrounds count. " + _NO_QUALITY,
    source="The kit's own.",
    watcher=lambda facts: TileWatcher(_clipping),  # noqa: ARG005
)


def _watch_colour(facts: ClipFacts) -> SampleWatcher:  # noqa: ARG001
    return SampleWatcher(colourfulness, nothing=Reading(math.nan, "the picture has no colour planes"))


COLOURFULNESS = Metric(
    name="colourfulness",
    version=1,
    unit="M3",
    dimension="video_realism",
    better=None,
    label="Colourfulness",
    meaning=(
        "Spread of the opponent colours plus 0.3 times their mean, mean over up to four frames a second: 0 is gray, "
        "about 15 slightly, 45 averagely, 82 highly colourful."
    ),
    not_meaning=_NO_QUALITY + " Made for photographs; neon is no better than fog.",
    source="Hasler and Süsstrunk, SPIE 5007, 2003, M3; from every fourth pixel of the colour planes.",
    watcher=_watch_colour,
)
