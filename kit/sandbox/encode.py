"""Frames to an H.264 file that browsers play: yuv420p, BT.709, faststart, one file moved into place when whole."""

import os
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from kit.sandbox.shapes import Array

# A fixed thread count: x264 writes other bytes with another count, and the same bytes with the same one.
THREADS = 2
# Its macroblock tree reads memory that nobody has set where a side is no multiple of 16: other bytes on every other run.
STEADY = "mbtree=0"


def write_clip(
    frames: Iterable[Array],
    out: Path,
    *,
    width: int,
    height: int,
    fps: int,
    comment: str,
    crf: float,
    preset: str,
) -> None:
    """Encode planar RGB frames, each (3, height, width) uint8, into the MP4 file `out`.

    The file appears whole or not at all. `comment` goes into the container's metadata.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".mp4", dir=out.parent)
    os.close(handle)
    try:
        with av.open(
            name, "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        ) as box:
            box.metadata["comment"] = comment
            stream = box.add_stream("libx264", rate=Fraction(fps))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = Fraction(1, fps)
            context = stream.codec_context
            context.thread_count = THREADS
            context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
            context.color_range = 1  # limited
            context.gop_size = fps * 2
            stream.options = {
                "crf": f"{crf:g}",
                "preset": preset,
                "flags": "+bitexact",
                "x264-params": STEADY,
            }
            for k, picture in enumerate(frames):
                frame = _frame(picture, width, height)
                frame.pts = k
                frame.time_base = Fraction(1, fps)
                box.mux(stream.encode(frame))
            box.mux(stream.encode(None))
        Path(name).chmod(0o644)
        Path(name).replace(out)
    finally:
        Path(name).unlink(missing_ok=True)


def _frame(picture: Array, width: int, height: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "gbrp")
    for plane, channel in zip(frame.planes, (1, 2, 0), strict=True):
        np.frombuffer(memoryview(plane), np.uint8).reshape(height, plane.line_size)[:, :width] = picture[
            channel
        ]
    return frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", threads=1)
