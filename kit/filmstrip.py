"""A clip as one narrow picture: small frames side by side, evenly spaced in time."""

import os
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from kit.decode import frames, probe
from kit.errors import ClipUnreadable
from kit.posters import jpeg

HEIGHT = 45
MOST_BYTES = 25_000
# All frames together are about as wide as the time line above which they are shown.
_WIDTH = 1080
_FEWEST, _MOST = 8, 32


@dataclass(frozen=True, slots=True)
class FilmStrip:
    """`jpeg` holds `frames` pictures from left to right, each `width` x `height` pixels.

    Picture i of n shows the clip at (i + 0.5) / n of its length.
    """

    jpeg: bytes
    frames: int
    width: int
    height: int


def film_strip(path: str | os.PathLike[str]) -> FilmStrip:
    """The strip of a clip, from one decoding pass: 8 to 32 frames of 45 pixels in height, at most 25 kB.

    Frames that a cut-off file lacks stay black. The same file gives the same bytes. Raises ClipUnreadable when the
    file can't be opened or no frame can be decoded.
    """
    facts = probe(path)
    aspect = facts.width / facts.height * (1 if facts.rotation in {90, 270} else facts.sample_aspect)
    # Even, since a JPEG stores the colours of two columns at once.
    width = max(2, 2 * round(min(HEIGHT * aspect, _WIDTH / _FEWEST) / 2))
    count = int(np.clip(_WIDTH // width, _FEWEST, _MOST))
    seconds = facts.seconds or facts.expected_frames / facts.fps
    wanted = [(i + 0.5) / count * seconds for i in range(count)]
    strip = np.zeros((HEIGHT, count * width, 3), np.uint8)
    done = 0
    current: NDArray[np.uint8] | None = None
    end = 0.0
    # Twice the size wanted: enough for a smooth picture, whatever its shape.
    reader = frames(path, long_edge=2 * max(width, HEIGHT), rgb=True)
    for frame in reader:
        # What a moment shows is the last frame that began before it.
        while current is not None and done < count and wanted[done] < frame.seconds:
            _put(strip, done, width, current)
            done += 1
        current, end = frame.rgb, frame.seconds + 1 / facts.fps
    if current is None:
        raise ClipUnreadable(
            f"{os.fspath(path)}: no frame can be decoded. Download or export the clip again."
        )
    # A whole clip holds its last frame as long as its sound goes on; of a cut-off one nothing is known there.
    whole = reader.decoded >= facts.expected_frames
    while done < count and (whole or done == 0 or wanted[done] < end):
        _put(strip, done, width, current)
        done += 1
    return FilmStrip(jpeg(strip, most=MOST_BYTES), count, width, HEIGHT)


def _put(strip: NDArray[np.uint8], place: int, width: int, picture: NDArray[np.uint8]) -> None:
    strip[:, place * width : (place + 1) * width] = _resized(picture, HEIGHT, width)


def _resized(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The picture, (h, w, 3), at another size."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    return np.asarray(frame.reformat(width, height, interpolation="AREA").to_ndarray(), np.uint8)
