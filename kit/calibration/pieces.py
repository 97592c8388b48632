"""A short piece of a clip as arrays, and back into a file, so that it can be damaged on purpose."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kit.errors import ClipUnreadable
from kit.opening import opened

Plane = NDArray[np.uint8]

_LEAST = 16
_LOSSLESS = {"qp": "0", "preset": "ultrafast", "threads": "1"}


class Picture(NamedTuple):
    """One frame in 4:2:0: brightness (h, w) from 16 to 235, and Cb and Cr (h/2, w/2), uint8, read-only by custom."""

    y: Plane
    u: Plane
    v: Plane


@dataclass(frozen=True, eq=False)
class Piece:
    """Some seconds of a clip, decoded. `name` is the clip's, `fps` its frames a second."""

    name: str
    fps: Fraction
    pictures: tuple[Picture, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.pictures[0].y.shape
        return height, width

    def showing(self, pictures: Iterable[Picture]) -> "Piece":
        """The same piece with other pictures."""
        return replace(self, pictures=tuple(pictures))


def cut_out(
    path: str | os.PathLike[str], *, width: int = 640, height: int = 360, seconds: float = 2.0
) -> Piece:
    """The middle of a clip's pictures at their own size, at most `width` x `height`, from its first picture on.

    Black pictures at the start are passed over. Cropped and not scaled, since scaling would change what the metrics
    read at a clip's own size. At least 16 pictures, of however many seconds; a shorter clip gives all it has.
    Raises ClipUnreadable.
    """
    pictures: list[Picture] = []
    with opened(path) as (container, stream):
        fps = Fraction(stream.average_rate or stream.guessed_rate or 24)
        for frame in container.decode(stream):
            picture = _picture(frame, width, height)
            if not pictures and np.percentile(picture.y, 98) < 40:
                continue
            pictures.append(picture)
            if len(pictures) >= max(_LEAST, round(seconds * fps)):
                break
    if not pictures:
        raise ClipUnreadable(f"{Path(path).name}: there is no picture in it that is not black.")
    return Piece(Path(path).stem, fps, tuple(pictures))


def _picture(frame: av.VideoFrame, width: int, height: int) -> Picture:
    full_h, full_w = frame.height // 2 * 2, frame.width // 2 * 2
    frame = frame.reformat(full_w, full_h, format="yuv420p", dst_color_range=ColorRange.MPEG)
    planes = _planes(np.asarray(frame.to_ndarray(), dtype=np.uint8), full_h, full_w)
    tall, wide = min(full_h, height // 2 * 2), min(full_w, width // 2 * 2)
    # Corners on multiples of 16 keep a codec's grid where it was.
    top, left = (full_h - tall) // 2 // 16 * 16, (full_w - wide) // 2 // 16 * 16
    return Picture(
        np.ascontiguousarray(planes[0][top : top + tall, left : left + wide]),
        *(
            np.ascontiguousarray(p[top // 2 : (top + tall) // 2, left // 2 : (left + wide) // 2])
            for p in planes[1:]
        ),
    )


def _planes(data: Plane, height: int, width: int) -> tuple[Plane, Plane, Plane]:
    flat = data.reshape(-1)
    area, part = height * width, (height // 2) * (width // 2)
    small = (height // 2, width // 2)
    return (
        flat[:area].reshape(height, width),
        flat[area : area + part].reshape(small),
        flat[area + part : area + 2 * part].reshape(small),
    )


def write(piece: Piece, path: Path, *, codec: str = "libx264", options: dict[str, str] | None = None) -> Path:
    """The piece as a file, by default as lossless H.264; other codecs and options where they are the point."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=piece.fps)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = piece.size
        stream.pix_fmt = "yuv420p"
        stream.options = dict(_LOSSLESS if options is None else options)
        stream.codec_context.thread_count = 1
        for index, picture in enumerate(piece.pictures):
            container.mux(stream.encode(_frame(picture, index, piece.fps)))
        container.mux(stream.encode(None))
    return path


def _frame(picture: Picture, index: int, fps: Fraction) -> av.VideoFrame:
    height, width = picture.y.shape
    data = np.concatenate([plane.reshape(-1) for plane in picture]).reshape(height * 3 // 2, width)
    frame = av.VideoFrame.from_ndarray(data, format="yuv420p")
    frame.pts, frame.time_base = index, 1 / fps
    frame.color_range = ColorRange.MPEG
    return frame


_DECODERS = {"libx264": "h264", "libvpx-vp9": "vp9"}


def through(piece: Piece, *, codec: str = "libx264", options: dict[str, str]) -> Piece:
    """The piece after a lossy codec (`libx264` or `libvpx-vp9`): encoded and decoded again, frame for frame."""
    encoder = av.CodecContext.create(codec, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = piece.size
    encoder.pix_fmt, encoder.time_base, encoder.framerate = "yuv420p", 1 / piece.fps, piece.fps
    encoder.thread_count = 1
    encoder.options = options
    packets = [
        packet
        for index, picture in enumerate(piece.pictures)
        for packet in encoder.encode(_frame(picture, index, piece.fps))
    ]
    packets += encoder.encode(None)
    decoder = av.CodecContext.create(_DECODERS[codec], "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.extradata = encoder.extradata
    frames = [frame for packet in [*packets, None] for frame in decoder.decode(packet)]
    height, width = piece.size
    return piece.showing(_picture(frame, width, height) for frame in frames)
