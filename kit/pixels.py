"""From a decoded frame to arrays: its brightness plane at full size, and a small copy of the picture."""

import itertools
from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

# Formats whose brightness is a plane of bytes from 16 to 235 unless the picture says otherwise.
_BROADCAST = ("yuv420p", "yuv422p", "yuv444p", "nv12")
# What FFmpeg's scaler makes of them as gray: 16 becomes 0 and 235 becomes 255.
_STRETCHED = np.clip(np.rint((np.arange(256) - 16) * (255 / 219)), 0, 255).astype(np.uint8)


class Shrink:
    """Area averaging in FFmpeg's own filter graph, which is faster here than numpy or reformat()."""

    def __init__(self, pix_fmt: str, long_edge: int) -> None:
        self._pix_fmt = pix_fmt
        self._long_edge = long_edge
        self._graph: av.filter.Graph | None = None
        self._key: tuple[int, int, str] | None = None
        self._size: tuple[int, int] | None = None

    def __call__(self, frame: VideoFrame, stream: VideoStream) -> NDArray[np.uint8]:
        """The picture, (h, w) or (h, w, 3) uint8; a view that is good until the next call."""
        if self._plain(frame):
            return np.take(_STRETCHED, _plane(frame, 0))
        key = (frame.width, frame.height, frame.format.name)
        if self._graph is None or key != self._key:
            self._key = key
            # The first frame's size holds for the whole clip, whatever a later frame's size is.
            self._size = self._size or self._fit(frame)
            self._graph = self._build(frame, stream, self._size)
        self._graph.push(frame)
        small = self._graph.pull()
        assert isinstance(small, VideoFrame)
        plane = small.planes[0]
        channels = 3 if self._pix_fmt == "rgb24" else 1
        rows: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8).reshape(
            small.height, plane.line_size
        )
        picture = rows[:, : small.width * channels]
        return picture.reshape(small.height, small.width, 3) if channels == 3 else picture

    def _plain(self, frame: VideoFrame) -> bool:
        """Whether gray is wanted of a picture that is small already: a table gives the same faster than the graph."""
        return (
            self._pix_fmt == "gray"
            and self._graph is None
            and max(frame.width, frame.height) <= self._long_edge
            and frame.format.name in _BROADCAST
            and frame.color_range != ColorRange.JPEG
        )

    def _fit(self, frame: VideoFrame) -> tuple[int, int]:
        scale = min(1.0, self._long_edge / max(frame.width, frame.height))
        return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))

    def _build(self, frame: VideoFrame, stream: VideoStream, size: tuple[int, int]) -> av.filter.Graph:
        graph = av.filter.Graph()
        # Its own threads would cost more than they bring: the decoder's and the metrics' keep all cores at work.
        graph.threads = 1
        # FFmpeg works gray out with BT.601's weights, and from a BT.709 picture by way of its colours: a saturated
        # one then comes out up to 7 levels off. Called BT.601 on both sides, brightness stays as it is.
        same = ":in_color_matrix=bt601:out_color_matrix=bt601" if self._pix_fmt == "gray" else ""
        chain = [
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=stream.time_base or Fraction(1, 1000),
            ),
            graph.add("scale", f"{size[0]}:{size[1]}:flags=area+accurate_rnd+bitexact{same}"),
            graph.add("format", self._pix_fmt),
            graph.add("buffersink"),
        ]
        for one, following in itertools.pairwise(chain):
            one.link_to(following)
        graph.configure()
        return graph


def luma_plane(frame: VideoFrame) -> tuple[NDArray[np.uint8], bool]:
    """The brightness plane and whether its codes use the full range from 0 to 255."""
    pix_fmt = frame.format
    name = pix_fmt.name
    part = pix_fmt.components[0]
    # Brightness is a plane of its own in planar YUV and in plain gray; anything else is converted.
    alone = pix_fmt.is_planar or (name.startswith("gray") and len(pix_fmt.components) == 1)
    full = name.startswith(("yuvj", "gray")) or frame.color_range == ColorRange.JPEG
    if (
        not alone
        or pix_fmt.is_rgb
        or pix_fmt.is_big_endian
        or part.plane != 0
        or name.endswith(("f16le", "f32le"))
    ):
        gray = frame.reformat(format="gray", dst_color_range=ColorRange.JPEG)
        return np.asarray(gray.to_ndarray(), dtype=np.uint8), True
    return _plane(frame, 0), full


def chroma_planes(frame: VideoFrame) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
    """The colour planes Cb and Cr, 128 where there is no colour; None for a gray picture."""
    pix_fmt = frame.format
    if len(pix_fmt.components) == 1 and pix_fmt.name.startswith(("gray", "mono")):
        return None
    parts = pix_fmt.components
    if (
        not pix_fmt.is_planar
        or pix_fmt.is_rgb
        or pix_fmt.is_big_endian
        or [part.plane for part in parts[:3]] != [0, 1, 2]
        or pix_fmt.name.endswith(("f16le", "f32le"))
    ):
        frame = frame.reformat(format="yuv420p")
    return _plane(frame, 1), _plane(frame, 2)


def _plane(frame: VideoFrame, index: int) -> NDArray[np.uint8]:
    """One plane of a planar picture, cut to 8 bits."""
    plane, bits = frame.planes[index], frame.format.components[index].bits
    wide = plane.line_size if bits == 8 else plane.line_size // 2
    rows = np.frombuffer(memoryview(plane), np.uint8 if bits == 8 else "<u2").reshape(plane.height, wide)
    rows = rows[:, : plane.width]
    if bits == 8:
        return np.asarray(rows, dtype=np.uint8)
    return np.asarray(rows >> _shift(frame.format.name, bits), dtype=np.uint8)


def _shift(name: str, bits: int) -> int:
    # P010 and its kin keep the value in the high bits of each word, the planar formats in the low bits.
    return 8 if name.startswith(("p0", "p2", "p4")) else bits - 8
