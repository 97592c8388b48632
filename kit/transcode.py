"""Copies of a clip: smaller ones that every browser plays, ones without a trace of their maker, and worse ones.

Everything is written to a temporary name beside the target and renamed when it is whole. Copies carry no metadata,
and the same file gives the same bytes with the same version of PyAV.
"""

import itertools
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from kit.decode import ClipFacts, clockwise, probe
from kit.errors import ClipUnreadable
from kit.opening import opened, reason

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.packet import Packet
    from av.stream import Stream

    AnyPacket = Packet[Any]

# A fixed thread count: x264 writes other bytes with another count, and the same bytes with the same one.
_THREADS = 2
# With this x264's macroblock tree the same frames (480x720, 854x472) gave other bytes in 6 of 10 runs, on one thread too.
_SAME_BYTES = "mbtree=0"
# Unit type 6 of H.264: text of the encoder and other remarks, none of which a decoder needs.
_NO_REMARKS = "filter_units=remove_types=6"
_TURNS = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}
# Codecs that browsers play, and the container that their packets are put into.
_REMUXED = {"h264": "mp4", "vp9": "mp4", "av1": "mp4", "vp8": "webm"}
_WORSE_CRF = 38
# Seconds; AAC starts with a packet or two that are decoded and thrown away.
_LEAD_IN = 0.1
_FLAGS = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"


@dataclass(frozen=True)
class _Recipe:
    """How a copy is encoded.

    `blur`: down to a quarter of the size and up again. `halting`: of four frames the last two show the second one's
    picture.
    """

    long_edge: int | None
    crf: int
    audio: bool
    blur: bool = False
    halting: bool = False


def make_proxy(source: Path, out: Path, *, long_edge: int = 854, crf: int = 28, audio: bool = True) -> None:
    """A smaller copy that every browser plays: H.264, yuv420p, MP4 with its index in front.

    The longer edge has at most `long_edge` pixels, never more than the source; both are even, pixels are square and
    a rotation is applied. Every frame keeps its time, counted from the first one. AAC sound is copied, other sound
    becomes AAC, unless `audio` is False. Raises ClipUnreadable when the source cannot be decoded.
    """
    _encode(source, out, _Recipe(long_edge, crf, audio))


def degraded_copy(source: Path, out: Path) -> str:
    """A copy that anybody sees to be worse, at the source's size: blurred, coarse and halting, without sound.

    Returns the suffix that fits its bytes, ".mp4". Raises ClipUnreadable when the source cannot be decoded.
    """
    _encode(source, out, _Recipe(None, _WORSE_CRF, audio=False, blur=True, halting=True))
    return ".mp4"


def strip_copy(source: Path, out: Path) -> str:
    """A copy with the same pictures but no sound and nothing that names its maker; returns the fitting suffix.

    The packets are copied as they are, into a container without metadata; of H.264 the encoder's remarks are left
    out. Where browsers do not play the codec, or the packets cannot be moved, the pictures are encoded anew at full
    size. `out` is written as given, whatever the suffix. Raises ClipUnreadable when the source cannot be decoded.
    """
    facts = probe(source)
    container = _REMUXED.get(facts.codec)
    plain = facts.codec != "h264" or facts.pix_fmt in {"yuv420p", "yuvj420p"}
    if container is not None and plain:
        with suppress(ClipUnreadable, av.error.FFmpegError, ValueError):
            _remux(source, out, container, facts)
            return f".{container}"
    _encode(source, out, _Recipe(None, crf=16, audio=False))
    return ".mp4"


def _packets(reader: InputContainer, streams: "Sequence[Stream]") -> "Iterator[AnyPacket]":
    """The packets in order, then an empty one a stream; of a file that ends too soon those that are there."""
    with suppress(av.error.FFmpegError):
        yield from reader.demux(*streams)


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A file to write to that takes the name `out` when the block ends well, and is gone when it does not."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".kit-", suffix=".part", dir=out.parent)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).chmod(0o644)
        Path(name).replace(out)
    finally:
        Path(name).unlink(missing_ok=True)


def _writer(path: Path, container: str = "mp4") -> OutputContainer:
    options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if container == "mp4" else {})
    return av.open(str(path), "w", format=container, options=options)


# Packets as they are


def _remux(source: Path, out: Path, container: str, facts: ClipFacts) -> None:
    """Raises ValueError where the copy would not show the same: another count of frames, turn or size."""
    with _whole(out) as path:
        with opened(source) as (reader, stream), _writer(path, container) as writer:
            # Opaque: no encoder of that codec is looked for.
            copy = writer.add_stream_from_template(stream, opaque=True)
            copy.metadata.clear()
            keep = BitStreamFilterContext(_NO_REMARKS, stream, copy) if facts.codec == "h264" else None
            length = _frame_length(stream, facts)
            for packet in reader.demux(stream):
                if packet.size:
                    packet.duration = packet.duration or length
                    _put(writer, copy, [packet] if keep is None else keep.filter(packet))
            if keep is not None:
                _put(writer, copy, keep.filter(None))
        made = probe(path)
        if _shown(made) != _shown(facts):
            raise ValueError("the copied packets do not show what the source shows")


def _put(writer: OutputContainer, stream: VideoStream | AudioStream, packets: "Iterable[AnyPacket]") -> None:
    for packet in packets:
        packet.stream = stream
        writer.mux(packet)


def _frame_length(stream: VideoStream, facts: ClipFacts) -> int:
    base = stream.time_base or Fraction(1, 1000)
    return max(1, round(1 / (facts.fps * base)))


def _shown(facts: ClipFacts) -> tuple[object, ...]:
    return facts.frames, facts.rotation, facts.width, facts.height, round(facts.sample_aspect, 3)


# Encoding anew


def _encode(source: Path, out: Path, recipe: _Recipe) -> None:
    try:
        with (
            _whole(out) as path,
            opened(source) as (reader, stream),
            _writer(path) as writer,
        ):
            _Encoding(reader, stream, writer, recipe).run(source.name)
    except av.error.FFmpegError as error:
        raise ClipUnreadable(f"{source.name} could not be converted ({reason(error)})") from error


class _Encoding:
    """One pass over a clip: its frames through the filters into the encoder, its sound beside them."""

    def __init__(
        self, reader: InputContainer, stream: VideoStream, writer: OutputContainer, recipe: _Recipe
    ) -> None:
        self._reader, self._stream, self._writer, self._recipe = reader, stream, writer, recipe
        self._rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self._base = stream.time_base or 1 / self._rate
        self._graph: av.filter.Graph | None = None
        self._graph_of: tuple[int, int, str] | None = None
        self._size: tuple[int, int] | None = None
        self._out: VideoStream | None = None
        self._keep: BitStreamFilterContext | None = None
        self._start: int | None = None
        self._last = -1
        self._count = 0
        self._picture: VideoFrame | None = None
        self._sound = _Sound(reader, writer) if recipe.audio and reader.streams.audio else None

    def run(self, name: str) -> None:
        sound = self._sound.source if self._sound else None
        streams = [self._stream, sound] if sound else [self._stream]
        # Sound that comes before the first picture waits for it: the muxer wants every stream before any packet.
        early: list[AnyPacket] = []
        for packet in _packets(self._reader, streams):
            if sound is not None and packet.stream is sound:
                early.append(packet)
            else:
                self._decode(packet)
            if self._out is not None and self._sound is not None:
                for one in early:
                    self._sound.put(one, self._offset)
                early.clear()
        if self._out is None:
            raise ClipUnreadable(f"{name}: no frame can be decoded. Download or export the clip again.")
        self._write(None)
        if self._sound is not None:
            self._sound.end()

    @property
    def _offset(self) -> Fraction:
        """The time of the first picture, in seconds: it becomes 0, for the sound as well."""
        return (self._start or 0) * self._base

    def _decode(self, packet: "AnyPacket") -> None:
        try:
            pictures = packet.decode()
        except av.error.FFmpegError:
            return  # a damaged packet is passed over, as everywhere in the kit
        for picture in pictures:
            if isinstance(picture, VideoFrame) and not picture.is_corrupt:
                self._add(picture)

    def _add(self, picture: VideoFrame) -> None:
        pts = picture.pts if picture.pts is not None else round(self._count / (self._rate * self._base))
        self._start = pts if self._start is None else self._start
        self._count += 1
        if pts - self._start <= self._last:
            return
        duration = picture.duration
        # Left in place, the source's key frames would be forced upon the encoder.
        picture.pict_type = PictureType.NONE
        if self._recipe.halting and self._count % 4 in {3, 0} and self._picture is not None:
            shown = self._picture
        else:
            shown = self._picture = self._filtered(picture)
        shown.pts = self._last = pts - self._start
        shown.time_base = self._base
        shown.duration = duration
        self._write(shown)

    def _filtered(self, picture: VideoFrame) -> VideoFrame:
        key = (picture.width, picture.height, picture.format.name)
        if self._graph is None or key != self._graph_of:
            # The first frame's size holds for the whole clip, whatever a later frame's size is.
            self._size = self._size or self._fitting(picture)
            self._graph, self._graph_of = self._build(picture, self._size), key
        self._graph.push(picture)
        made = self._graph.pull()
        assert isinstance(made, VideoFrame)
        return made

    def _fitting(self, picture: VideoFrame) -> tuple[int, int]:
        aspect = float(self._stream.sample_aspect_ratio or 1)
        # Square pixels, by widening rather than by throwing lines away.
        width, height = picture.width * max(1, aspect), picture.height * max(1, 1 / aspect)
        if clockwise(picture) in {90, 270}:
            width, height = height, width
        scale = min(1.0, (self._recipe.long_edge or max(width, height)) / max(width, height))
        return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))

    def _build(self, picture: VideoFrame, size: tuple[int, int]) -> av.filter.Graph:
        width, height = size
        steps = [_TURNS[turn] for turn in [clockwise(picture)] if turn]
        if self._recipe.blur:
            steps.append(f"scale={max(2, width // 4)}:{max(2, height // 4)}:{_FLAGS}")
        steps.append(f"scale={width}:{height}:{_FLAGS}:out_range=tv")
        steps += ["setsar=1", "format=yuv420p"]
        graph = av.filter.Graph()
        graph.threads = 1
        chain = [graph.add_buffer(template=self._stream, width=picture.width, height=picture.height, format=picture.format, time_base=self._base)]  # fmt: skip
        for step in ",".join(steps).split(","):
            name, _, arguments = step.partition("=")
            chain.append(graph.add(name, arguments or None))
        chain.append(graph.add("buffersink"))
        for one, following in itertools.pairwise(chain):
            one.link_to(following)
        graph.configure()
        return graph

    def _write(self, picture: VideoFrame | None) -> None:
        if self._out is None:
            assert picture is not None
            self._out = self._make_stream(picture)
            # The filter copies the stream's facts when it is made, and the encoder states them when it starts.
            self._writer.start_encoding()
            self._keep = BitStreamFilterContext(_NO_REMARKS, self._out)
        assert self._keep is not None
        for packet in self._out.encode(picture):
            _put(self._writer, self._out, self._keep.filter(packet))
        if picture is None:
            _put(self._writer, self._out, self._keep.filter(None))

    def _make_stream(self, picture: VideoFrame) -> VideoStream:
        stream = self._writer.add_stream("libx264", rate=self._rate)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        assert isinstance(context, VideoCodecContext)
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        stream.time_base = context.time_base = self._base
        context.thread_count = _THREADS
        source = self._stream.codec_context
        context.colorspace, context.color_range = source.colorspace, 1
        context.color_primaries, context.color_trc = source.color_primaries, source.color_trc
        # Two seconds between key frames: a jump decodes at most that much.
        context.gop_size = max(1, round(2 * self._rate))
        context.options = {
            "crf": str(self._recipe.crf),
            "preset": "veryfast",
            "flags": "+bitexact",
            "x264-params": _SAME_BYTES,
        }
        if self._sound is not None:
            self._sound.open()
        return stream


class _Sound:
    """The first audio track: AAC packets as they are, anything else through FFmpeg's AAC encoder."""

    def __init__(self, reader: InputContainer, writer: OutputContainer) -> None:
        self.source = reader.streams.audio[0]
        self._writer = writer
        self._copied = self.source.codec_context.name == "aac"
        self._out: AudioStream | None = None

    def open(self) -> None:
        if self._copied:
            self._out = self._writer.add_stream_from_template(self.source)
            self._out.metadata.clear()
            return
        self._out = self._writer.add_stream("aac", rate=self.source.codec_context.sample_rate, layout=self.source.layout)  # fmt: skip
        self._out.codec_context.options = {"flags": "+bitexact"}

    def put(self, packet: "AnyPacket", offset: Fraction) -> None:
        """`offset` in seconds is taken from every time; what then lies before 0 is left out, but for AAC's lead-in."""
        assert self._out is not None
        base = self.source.time_base or Fraction(1, 48_000)
        if self._copied:
            if not packet.size or packet.pts is None:
                return
            packet.pts -= round(offset / base)
            packet.dts = packet.pts
            if packet.pts * base > -_LEAD_IN:
                _put(self._writer, self._out, [packet])
            return
        with suppress(av.error.InvalidDataError):
            for frame in cast("list[AudioFrame]", packet.decode()):
                if frame.pts is not None:
                    frame.pts -= round(offset / (frame.time_base or base))
                if frame.pts is None or frame.pts >= 0:
                    self._writer.mux(self._out.encode(frame))

    def end(self) -> None:
        assert self._out is not None
        if not self._copied:
            self._writer.mux(self._out.encode(None))
