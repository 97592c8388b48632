"""A picture that stands for a clip until it plays, as a JPEG."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from kit.decode import Frame, frames, is_black
from kit.errors import ClipUnreadable
from kit.limits import MOST_POSTER_FRAMES


def poster(path: str | os.PathLike[str], *, long_edge: int = 640, most: int = 150_000) -> bytes:
    """A JPEG of an early frame that is not black: the first one from half a second on, within ten seconds.

    A clip that is shorter gives its last frame that is not black, a black clip its first frame. At most about
    `most` bytes. Raises ClipUnreadable when no frame can be decoded.
    """
    reader = frames(path, long_edge=long_edge, rgb=True)
    chosen: Frame | None = None
    for frame in reader:
        if chosen is None or not is_black(frame.gray):
            chosen = frame
        if (
            frame.index >= MOST_POSTER_FRAMES
            or frame.seconds >= 10
            or (frame.seconds >= 0.5 and not is_black(frame.gray))
        ):
            break
    if chosen is None or chosen.rgb is None:
        raise ClipUnreadable(
            f"{Path(path).name}: no frame can be decoded. Download or export the clip again."
        )
    return jpeg(chosen.rgb, most=most)


def jpeg(rgb: NDArray[np.uint8], *, most: int) -> bytes:
    """A picture, (h, w, 3) uint8, as a JPEG of at most `most` bytes where that can be had, else as small as it gets.

    A finer quantiser first; a coarser one when the picture is so busy that the file would be large. The same picture
    gives the same bytes.
    """
    picture = VideoFrame.from_ndarray(rgb, format="rgb24")
    sizes = (_jpeg(picture, quantiser) for quantiser in (4, 8, 16))
    return next((data for data in sizes if len(data) <= most), None) or _jpeg(picture, 31)


def _jpeg(picture: VideoFrame, quantiser: int) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    encoder.qmin = encoder.qmax = quantiser
    encoder.flags |= Flags.bitexact
    image = picture.reformat(format="yuvj420p", dst_color_range=ColorRange.JPEG)
    return b"".join(bytes(packet) for packet in [*encoder.encode(image), *encoder.encode(None)])
