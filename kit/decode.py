"""Opening a clip: what its container says, and its frames in one pass.

Everything goes through PyAV, whose wheels carry FFmpeg, so no program needs to be installed.
"""

import itertools
import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from kit.errors import ClipUnreadable
from kit.limits import MOST_FRAMES, MOST_SECONDS, NO_SIZE, TOO_LONG, TOO_MANY_FRAMES
from kit.opening import opened, real_container, reason
from kit.pixels import Shrink, chroma_planes, luma_plane

if TYPE_CHECKING:
    from av.packet import Packet

# Codecs that Chromium, Firefox and Safari play, with the containers in which they do.
_PLAYABLE = {
    "h264": {"mp4", "mov", "matroska"},
    "vp8": {"webm", "matroska"},
    "vp9": {"webm", "matroska", "mp4"},
    "av1": {"webm", "matroska", "mp4"},
}


@dataclass(frozen=True)
class ClipFacts:
    """What a clip's container and stream say, and what counting its packets shows.

    `width` and `height` are in pixels as shown (rotation applied; `sample_aspect`, the width of a pixel over its
    height, is not applied). `rotation` is the turn in degrees clockwise that a player applies: 0, 90, 180 or 270.
    `fps` is the average rate of frames; `variable_rate` says that their distances differ. `frames` is counted by
    demuxing; `expected_frames` adds those that the container promises but that are missing from a cut-off file.
    `seconds` comes from the container, else from the stream, else from the frames' times. `bit_rate` is in bits
    per second, of the whole file. `sandbox` says that the kit's own renderer made the clip. `suffix` is what the
    file should be called by its real container. `browser_plays` says that a usual browser can show it.
    """

    container: str
    codec: str
    pix_fmt: str
    width: int
    height: int
    fps: float
    frames: int | None
    seconds: float | None
    has_audio: bool
    bit_rate: int | None
    rotation: int
    sandbox: bool
    suffix: str
    variable_rate: bool
    sample_aspect: float
    expected_frames: int
    browser_plays: bool


def probe(path: str | os.PathLike[str]) -> ClipFacts:
    """Facts about one clip: opens it, decodes the first frame, demuxes the rest (about 30 ms for 5 s of 1080p).

    Raises ClipUnreadable with a sentence that names the file, what was seen and what to do.
    """
    file = Path(path)
    # One picture is not worth starting threads for.
    with opened(file, threads=1) as (container, stream):
        first: VideoFrame | None = None
        trouble = ""
        times: list[tuple[int, int]] = []
        discarded = 0
        try:
            for packet in container.demux(stream):
                if first is None:
                    try:
                        first = next((picture for picture in packet.decode() if not picture.is_corrupt), None)
                    except av.error.FFmpegError as error:
                        trouble = f" ({reason(error)})"
                if packet.is_discard:
                    discarded += 1
                elif packet.size:
                    times.append(_when(packet, times))
                if len(times) + discarded > MOST_FRAMES:
                    break
        except av.error.FFmpegError as error:
            # What came before a read error is still of use.
            trouble = f" ({reason(error)})"
        if not times:
            raise ClipUnreadable(f"{file.name} holds a video stream without a frame. Export the clip again.")
        if first is None and not stream.codec_context.width:
            raise ClipUnreadable(f"{file.name}: {NO_SIZE}. Export the clip again.")
        if first is None:
            raise ClipUnreadable(
                f"{file.name}: none of its {len(times)} frames can be decoded{trouble}. "
                "Download or export the clip again."
            )
        return _facts(file, container, stream, first=first, times=times, discarded=discarded)


def _when(packet: "Packet[VideoStream]", before: list[tuple[int, int]]) -> tuple[int, int]:
    """Time and duration of a packet in ticks; a container without times gets them one after the other."""
    length = packet.duration or 0
    if packet.pts is not None:
        return packet.pts, length
    return (before[-1][0] + (before[-1][1] or 1) if before else 0), length


def _facts(
    file: Path,
    container: InputContainer,
    stream: VideoStream,
    *,
    first: VideoFrame,
    times: list[tuple[int, int]],
    discarded: int,
) -> ClipFacts:
    name, suffix = real_container(file, container)
    codec = stream.codec_context.codec.canonical_name
    pix_fmt = stream.codec_context.pix_fmt or first.format.name
    rotation = clockwise(first)
    width, height = (first.height, first.width) if rotation in {90, 270} else (first.width, first.height)
    fps, variable = _rate(stream, times)
    seconds = _seconds(container, stream, times, fps)
    aspect = stream.sample_aspect_ratio
    missing = max(0, stream.frames - len(times) - discarded)
    comment = next((v for k, v in container.metadata.items() if k.lower() == "comment"), "")
    playable = name in _PLAYABLE.get(codec, ()) and (codec != "h264" or pix_fmt in {"yuv420p", "yuvj420p"})
    rate = container.bit_rate or (round(container.size * 8 / seconds) if seconds else None)
    return ClipFacts(
        container=name,
        codec=codec,
        pix_fmt=pix_fmt,
        width=width,
        height=height,
        fps=fps,
        frames=len(times),
        seconds=seconds,
        has_audio=bool(container.streams.audio),
        bit_rate=rate,
        rotation=rotation,
        sandbox=comment.startswith("kit-sandbox"),
        suffix=suffix,
        variable_rate=variable,
        sample_aspect=float(aspect) if aspect else 1.0,
        expected_frames=len(times) + missing,
        browser_plays=playable,
    )


def clockwise(frame: VideoFrame) -> int:
    """The turn in degrees clockwise that a player applies before showing the frame: 0, 90, 180 or 270.

    The display matrix gives the angle counter-clockwise; other angles than quarter turns are not applied.
    """
    turn = -frame.rotation % 360
    return turn if turn in {90, 180, 270} else 0


def _rate(stream: VideoStream, times: list[tuple[int, int]]) -> tuple[float, bool]:
    """Average frames a second, and whether the distances between frames vary.

    The container's own rate is preferred, since Matroska rounds times to milliseconds; it is not believed where
    the frames' times say otherwise by more than 2 %.
    """
    base = stream.time_base
    stated = float(stream.average_rate or stream.guessed_rate or 0)
    shown = sorted(pts for pts, _ in times)
    gaps = [b - a for a, b in itertools.pairwise(shown)]
    if not gaps or base is None or shown[-1] == shown[0]:
        return (round(stated, 6) or 1.0), False
    usual = statistics.median(gaps)
    variable = any(abs(gap - usual) > max(1.01, 0.1 * usual) for gap in gaps)
    counted = len(gaps) / float((shown[-1] - shown[0]) * base)
    if variable or not stated or abs(stated - counted) > 0.02 * counted:
        return round(counted, 6), variable
    return round(stated, 6), variable


def _seconds(
    container: InputContainer, stream: VideoStream, times: list[tuple[int, int]], fps: float
) -> float | None:
    if container.duration is not None and container.duration > 0:
        return round(container.duration / av.time_base, 6)
    if stream.time_base is None:
        return None
    if stream.duration is not None and stream.duration > 0:
        return round(float(stream.duration * stream.time_base), 6)
    first = min(pts for pts, _ in times)
    last, length = max(times)
    return round(float((last - first) * stream.time_base) + (float(length * stream.time_base) or 1 / fps), 6)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One decoded frame, turned as a player would show it.

    `seconds` counts from the first frame. `luma` is the picture's own brightness plane at full size, (height, width)
    uint8, a read-only view of the decoder's memory where the format allows; 10 and 12 bit are cut to 8. Its codes run
    from 16 to 235 unless `full_range`. `gray` is (h, w) uint8 from 0 to 255, area averaged to a long edge of at
    most 320 (a smaller clip is not enlarged). `rgb` is (h, w, 3) uint8 of the same size as `gray`, when asked for.
    `picture` is what the decoder gave, not turned.
    """

    index: int
    seconds: float
    luma: NDArray[np.uint8]
    full_range: bool
    gray: NDArray[np.uint8]
    rgb: NDArray[np.uint8] | None
    picture: VideoFrame

    @property
    def chroma(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]] | None:
        """The colour planes Cb and Cr at their own size, not turned; None for a gray picture."""
        return chroma_planes(self.picture)


class FrameReader:
    """Iterates once over the frames of a clip in one decoding pass.

    Damaged packets are passed over; after the iteration `decoded` counts the frames given and `trouble` is None
    or says what stopped others from being decoded. `stopped` is None or says why the frames after these were not
    read: a limit of `kit.limits`, or a picture of another size. `untimely` counts frames whose time stamp was not
    above the one before; their times are made up. Raises ClipUnreadable when the file can't be opened.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, long_edge: int = 320, rgb: bool = False, threads: int = 0
    ) -> None:
        self._path = path
        self._long_edge = long_edge
        self._rgb = rgb
        self._threads = threads
        self.decoded = 0
        self.trouble: str | None = None
        self.stopped: str | None = None
        self.untimely = 0

    def __iter__(self) -> Iterator[Frame]:
        with opened(self._path, threads=self._threads) as (container, stream):
            gray = Shrink("gray", self._long_edge)
            rgb = Shrink("rgb24", self._long_edge)
            size: tuple[int, ...] | None = None
            seconds = self._seconds(stream)
            for picture in self._pictures(container, stream):
                turns = -clockwise(picture) // 90
                try:
                    luma, full_range = luma_plane(picture)
                    luma = np.rot90(luma, turns)
                    small = np.ascontiguousarray(np.rot90(gray(picture, stream), turns))
                    colour = (
                        np.ascontiguousarray(np.rot90(rgb(picture, stream), turns)) if self._rgb else None
                    )
                except (av.error.FFmpegError, ValueError) as error:
                    self.trouble = self.trouble or f"a picture can't be converted ({reason(error)})"
                    continue
                at = seconds(picture)
                size = size or luma.shape
                self.stopped = _stop(self.decoded, at, size, luma.shape)
                if self.stopped:
                    return
                self.decoded += 1
                yield Frame(
                    index=self.decoded - 1,
                    seconds=at,
                    luma=luma,
                    full_range=full_range,
                    gray=small,
                    rgb=colour,
                    picture=picture,
                )

    def _seconds(self, stream: VideoStream) -> Callable[[VideoFrame], float]:
        """Gives the time of one picture after the other, from the first; times only ever go up."""
        start: Fraction | None = None
        before: Fraction | None = None
        rate = stream.average_rate or stream.guessed_rate or Fraction(1)
        step = 1 / rate if rate > 0 else Fraction(1)

        def seconds(picture: VideoFrame) -> float:
            nonlocal start, before
            base = picture.time_base or stream.time_base
            at = picture.pts * base if picture.pts is not None and base is not None else None
            if at is not None and before is not None and at <= before:
                self.untimely += 1
                at = None
            if at is None:
                at = Fraction(0) if before is None else before + step
            start = at if start is None else start
            before = at
            return float(at - start)

        return seconds

    def _pictures(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        for packet in self._packets(container, stream):
            try:
                pictures = stream.decode(packet)
            except av.error.FFmpegError as error:
                self.trouble = self.trouble or reason(error)
                continue
            for picture in pictures:
                if picture.is_corrupt:
                    self.trouble = self.trouble or "damaged data"
                else:
                    yield picture

    def _packets(
        self, container: InputContainer, stream: VideoStream
    ) -> "Iterator[Packet[VideoStream] | None]":
        """The stream's packets, then None, which makes the decoder give what it still holds."""
        try:
            for packet in container.demux(stream):
                if packet.is_corrupt:
                    self.trouble = self.trouble or "the file is cut off"
                if packet.size:
                    yield packet
        except av.error.FFmpegError as error:
            self.trouble = self.trouble or reason(error)
        yield None


def _stop(count: int, at: float, first: tuple[int, ...], size: tuple[int, ...]) -> str | None:
    """Why reading ends before this frame, if it does: sizes are (height, width), of the first frame and of this one."""
    if count >= MOST_FRAMES:
        return TOO_MANY_FRAMES
    if at > MOST_SECONDS:
        return TOO_LONG
    if size != first:
        return f"at {at:.3f} s the picture changes from {first[1]} x {first[0]} to {size[1]} x {size[0]}"
    return None


def frames(
    path: str | os.PathLike[str], *, long_edge: int = 320, rgb: bool = False, threads: int = 0
) -> FrameReader:
    """The frames of a clip in order, each a `Frame`; one decoding pass, on all cores. See `FrameReader`."""
    return FrameReader(path, long_edge=long_edge, rgb=rgb, threads=threads)


def is_black(gray: NDArray[np.uint8]) -> bool:
    """Whether at least 98 % of the pixels lie below a tenth of the range (FFmpeg's blackdetect defaults)."""
    # Of whole numbers, those below 26 are those below 25.5; it takes half the time.
    return bool(np.count_nonzero(gray < 26) >= 0.98 * gray.size)
