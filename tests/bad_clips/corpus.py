"""Damaged files, made from a few small clips with a fixed seed: what a hostile or unlucky study may hold."""

import os
import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIZE = (64, 48)
FRAMES = 10

# name of the file: (container, codec, pixel format, options of the container)
SOURCES = {
    "h264.mp4": ("mp4", "libx264", "yuv420p", {"movflags": "faststart"}),
    "h264_late.mp4": ("mp4", "libx264", "yuv420p", {}),
    "h264_parts.mp4": ("mp4", "libx264", "yuv420p", {"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mp4": ("mp4", "libx265", "yuv420p", {}),
    "mpeg4.mov": ("mov", "mpeg4", "yuv420p", {}),
    "prores.mov": ("mov", "prores_ks", "yuv422p10le", {}),
    "vp9.webm": ("webm", "libvpx-vp9", "yuv420p", {}),
    "vp8.webm": ("webm", "libvpx", "yuv420p", {}),
    "ffv1.mkv": ("matroska", "ffv1", "yuv420p", {}),
    "mjpeg.mkv": ("matroska", "mjpeg", "yuvj420p", {}),
    "mpeg4.avi": ("avi", "mpeg4", "yuv420p", {}),
    "raw.avi": ("avi", "rawvideo", "bgr24", {}),
    "h264.ts": ("mpegts", "libx264", "yuv420p", {}),
    "mpeg2.mpg": ("mpeg", "mpeg2video", "yuv420p", {}),
    "flv1.flv": ("flv", "flv", "yuv420p", {}),
    "wmv2.wmv": ("asf", "wmv2", "yuv420p", {}),
    "anim.gif": ("gif", "gif", "rgb8", {}),
}
QUIET = {"log-level": "none", "x265-params": "log-level=none"}


def picture(index: int, size: tuple[int, int], seed: int = 0) -> np.ndarray:
    """Blocks of colour that move by two pixels a frame, (h, w, 3) uint8."""
    width, height = size
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    whole = np.kron(blocks, np.ones((8, 8, 1), np.uint8))[:height, :width]
    return np.ascontiguousarray(np.roll(whole, 2 * index, axis=1))


def write(
    path: Path,
    form: str | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    *,
    size: tuple[int, int] = SIZE,
    frames: int = FRAMES,
    rate: Fraction | int = 25,
    at: list[int] | None = None,
    turn: int = 0,
) -> Path:
    """A clip; `at` gives the frames' times in milliseconds."""
    with av.open(str(path), "w", format=form, container_options=options or {}) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.options = (
            {"threads": "1"} | ({"g": "5"} if codec != "ffv1" else {}) | (QUIET if codec == "libx265" else {})
        )
        if turn:
            stream.set_display_rotation(turn)
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(index, size), "rgb24")
            frame.pts = index
            packets = stream.encode(frame)
            container.mux(packets if at is None else [_timed(packet, at) for packet in packets])
        packets = stream.encode()
        container.mux(packets if at is None else [_timed(packet, at) for packet in packets])
    return path


def _timed(packet: av.Packet, at: list[int]) -> av.Packet:
    index = packet.pts
    packet.time_base = Fraction(1, 1000)
    packet.pts = packet.dts = at[index]
    packet.duration = 0
    return packet


def sources(folder: Path) -> list[Path]:
    """The undamaged clips."""
    return [write(folder / name, *what) for name, what in SOURCES.items()]


Damage = Callable[[bytearray, np.random.Generator], bytes]


def cut(data: bytearray, random: np.random.Generator) -> bytes:
    """The file ends early."""
    return bytes(data[: random.integers(8, len(data))])


def flip(data: bytearray, random: np.random.Generator) -> bytes:
    """From one bit to one in five hundred are turned."""
    count = int(len(data) * 8 * 10 ** random.uniform(-5, -2.7)) + 1
    for at in random.integers(0, len(data) * 8, count):
        data[at // 8] ^= 1 << (at % 8)
    return bytes(data)


def overwrite(data: bytearray, random: np.random.Generator) -> bytes:
    """A stretch is zeros, ones or noise."""
    length = int(random.integers(4, max(5, len(data) // 4)))
    at = int(random.integers(0, len(data) - length))
    fill = random.integers(0, 256, length, dtype=np.uint8).tobytes()
    data[at : at + length] = (bytes(length), b"\xff" * length, fill)[random.integers(3)]
    return bytes(data)


def behead(data: bytearray, random: np.random.Generator) -> bytes:
    """Bytes of the header have other values, extremes more often than not."""
    for at in random.integers(0, min(len(data), 512), random.integers(1, 12)):
        data[at] = random.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF, random.integers(256)])
    return bytes(data)


def lose(data: bytearray, random: np.random.Generator) -> bytes:
    """A stretch is missing, or there twice."""
    length = int(random.integers(1, max(2, len(data) // 4)))
    at = int(random.integers(0, len(data) - length))
    if random.integers(2):
        del data[at : at + length]
    else:
        data[at:at] = data[at : at + length]
    return bytes(data)


DAMAGES: dict[str, tuple[Damage, int]] = {
    "cut": (cut, 5),
    "flip": (flip, 5),
    "overwrite": (overwrite, 3),
    "behead": (behead, 3),
    "lose": (lose, 2),
}


def damaged(folder: Path, clean: list[Path], *, seed: int = 5) -> Iterator[Path]:
    """Each clip in each kind of damage several times, and each with the head of another format."""
    for index, source in enumerate(clean):
        data = source.read_bytes()
        for kind, (damage, times) in DAMAGES.items():
            for time in range(times):
                random = np.random.default_rng([seed, index, sorted(DAMAGES).index(kind), time])
                path = folder / f"{kind}_{time}_{source.name}"
                path.write_bytes(damage(bytearray(data), random))
                yield path
        other = clean[(index + 5) % len(clean)].read_bytes()
        path = folder / f"head_of_another_{source.name}"
        path.write_bytes(other[:200] + data[200:])
        yield path


def patched(data: bytes, name: bytes, offset: int, form: str, *values: int) -> bytes:
    """A file with other values in one box, `offset` bytes behind the end of a box's name of four letters."""
    at = data.index(name) + 4 + offset
    return data[:at] + struct.pack(form, *values) + data[at + struct.calcsize(form) :]


def lying(folder: Path) -> Iterator[tuple[Path, str]]:
    """MP4 files whose header says what isn't so, each with words that the reason must hold ('' for any or none)."""
    data = write(folder / "honest.mp4", "mp4", options={"movflags": "faststart"}).read_bytes()
    sizes = patched(
        patched(data, b"avc1", 24, ">HH", 16384, 16384), b"tkhd", 76, ">II", 16384 << 16, 16384 << 16
    )
    one = patched(data, b"stsz", 4, ">II", 1, 80_000_000)
    one = patched(one, b"stts", 8, ">II", 80_000_000, 512)
    one = patched(one, b"stsc", 12, ">I", 80_000_000)
    cases = {
        "huge": (sizes, ""),
        "no_size": (patched(data, b"avc1", 24, ">HH", 0, 0), ""),
        "a_billion_frames": (patched(data, b"stsz", 8, ">I", 1_000_000_000), ""),
        "a_bomb_of_frames": (one, ""),
        "frames_of_a_gigabyte": (patched(data, b"stsz", 12, ">I", 1 << 30), ""),
        "no_time": (patched(data, b"stts", 12, ">I", 0), ""),
        "endless_frames": (patched(data, b"stts", 12, ">I", 0x7FFFFFFF), ""),
        "ticks_of_nothing": (patched(data, b"mdhd", 12, ">I", 0xFFFFFFFF), ""),
        "ticks_of_eternity": (patched(data, b"mdhd", 12, ">I", 1), ""),
        "no_ticks": (patched(data, b"mdhd", 12, ">I", 0), ""),
        "frames_elsewhere": (patched(data, b"stco", 8, ">I", 0xFFFFFF00), ""),
        "no_matrix": (patched(data, b"tkhd", 36, ">9i", *[0] * 9), ""),
        "matrix_of_extremes": (patched(data, b"tkhd", 36, ">9i", *[0x7FFFFFFF, -0x80000000, -1] * 3), ""),
        "tilted": (patched(data, b"tkhd", 36, ">9i", 46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30), ""),
        "a_box_of_everything": (patched(data, b"moov", -8, ">I", 0xFFFFFFFF), ""),
        "a_box_of_nothing": (patched(data, b"trak", -8, ">I", 0), ""),
        "boxes_in_boxes": (
            data[:32] + b"".join(struct.pack(">I4s", 80_000 - 8 * i, b"moov") for i in range(9000)),
            "",
        ),
    }
    (folder / "honest.mp4").unlink()
    for name, (content, words) in cases.items():
        path = folder / f"{name}.mp4"
        path.write_bytes(content)
        yield path, words


def odd(folder: Path) -> Iterator[tuple[Path, str]]:
    """Clips that are what they say, and say what no model's clip does."""
    yield write(folder / "one_pixel.mkv", None, "ffv1", "gray", size=(1, 1)), ""
    yield write(folder / "wide.mkv", None, "ffv1", "yuv420p", size=(16384, 16), frames=3), ""
    yield write(folder / "high.mkv", None, "ffv1", "yuv420p", size=(16, 9000), frames=3), ""
    yield (
        write(folder / "too_wide.mkv", None, "ffv1", "gray", size=(16400, 2200), frames=1),
        "at most 8192 x 4352",
    )
    yield write(folder / "one_frame.mp4", frames=1), ""
    yield write(folder / "turned.mp4", turn=90), ""
    yield write(folder / "fast.mp4", rate=90_000), ""
    yield write(folder / "slow.mp4", rate=Fraction(1, 500)), "30 minutes"
    yield (
        write(folder / "same_time.mkv", None, "ffv1", at=[0, 40, 40, 40, 80, 80, 120, 160, 160, 200]),
        "repeat",
    )
    twice = write(folder / "twice.ts", None, "mpeg2video")
    twice.write_bytes(twice.read_bytes() * 2)
    yield twice, "go back"
    hours = write(folder / "ten_hours.mkv", None, "ffv1")
    data = hours.read_bytes()
    at = data.index(b"\x44\x89\x88") + 3  # the element Duration, in milliseconds
    hours.write_bytes(data[:at] + struct.pack(">d", 36e6) + data[at + 8 :])
    for name, what in (("huge.avi", SOURCES["mpeg4.avi"]), ("huge_raw.avi", SOURCES["raw.avi"])):
        huge = write(folder / name, *what)
        huge.write_bytes(patched(huge.read_bytes(), b"strf", 8, "<ii", 20_000, 20_000))
        yield huge, ""
    huge = write(folder / "huge.webm", *SOURCES["vp8.webm"])
    huge.write_bytes(patched(huge.read_bytes(), b"\x9d\x01\x2a", -1, "<HH", 16_383, 16_383))
    yield huge, "pictures of more than 8192 x 4352 pixels"
    yield hours, "it says that it lasts 36000 s, but its frames end after 0.4 s"
    yield write(folder / "negative.mp4", at=[40 * i - 200 for i in range(FRAMES)], codec="mpeg4"), ""
    yield write(folder / "jump.mkv", None, "ffv1", at=[*range(0, 320, 40), 10**9, 10**9 + 40]), "30 minutes"
    yield write(folder / "far_away.mkv", None, "ffv1", at=[10**11 + 40 * i for i in range(FRAMES)]), ""
    yield _two_sizes(folder / "two_sizes.webm", "libvpx"), "changes from 64 x 48 to 96 x 64"
    yield _two_sizes(folder / "two_sizes.ts", "mpeg2video"), "changes from 64 x 48 to 96 x 64"
    yield _nothing(folder / "no_frame.mkv"), ""
    yield _sound(folder / "sound.mp4", "aac"), "sound but no video"
    yield _sound(folder / "sound.wav", "pcm_s16le"), ""
    yield _still(folder / "still.png", "png"), "PNG"
    yield _still(folder / "still.jpg", "mjpeg"), "JPEG"
    yield _still(folder / "still.bmp", "bmp"), ""


def _two_sizes(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for part, size in enumerate([SIZE, (96, 64)]):
            encoder = av.CodecContext.create(codec, "w")
            encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
            encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
            encoder.thread_count = 1
            for index in range(5):
                frame = av.VideoFrame.from_ndarray(picture(index, size), "rgb24").reformat(format="yuv420p")
                frame.pts = 5 * part + index
                _mux(container, stream, encoder.encode(frame))
            _mux(container, stream, encoder.encode(None))
    return path


def _mux(container: av.container.OutputContainer, stream: av.VideoStream, packets: list[av.Packet]) -> None:
    for packet in packets:
        packet.stream = stream
        packet.time_base = Fraction(1, 25)
        container.mux(packet)


def _nothing(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        container.start_encoding()
    return path


def _sound(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48000)
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
        tone.sample_rate = 48000
        container.mux(stream.encode(tone))
        container.mux(stream.encode())
    return path


def _still(path: Path, codec: str) -> Path:
    encoder = av.CodecContext.create(codec, "w")
    encoder.width, encoder.height = SIZE
    encoder.pix_fmt = {"png": "rgb24", "mjpeg": "yuvj420p", "bmp": "bgr24"}[codec]
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(picture(0, SIZE), "rgb24").reformat(format=encoder.pix_fmt)
    path.write_bytes(b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)]))
    return path


def no_clips(folder: Path) -> Iterator[tuple[Path, str]]:
    """What isn't a video at all, or not even a file."""
    texts = {
        "notes.txt": ("a line of text\n" * 200, "text"),
        "expired.mp4": ("<!DOCTYPE html><html><body>This link has expired.</body></html>", "web page"),
        "error.mp4": ('{"error": {"code": 404}}', "JSON"),
        "list.m3u8": ("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nh264.ts\n#EXT-X-ENDLIST\n", "playlist"),
        "list.mp4": ("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "playlist"),
        "concat.mp4": ("ffconcat version 1.0\nfile 'h264.mp4'\n", ""),
        "feed.xml": ("<?xml version='1.0'?><MPD><Period><BaseURL>h264.mp4</BaseURL></Period></MPD>", "XML"),
        "words.srt": ("1\n00:00:00,000 --> 00:00:01,000\nhello\n", ""),
        "picture.svg": ("<svg xmlns='http://www.w3.org/2000/svg'/>", ""),
        "empty.mp4": ("", "empty"),
    }
    for name, (text, words) in texts.items():
        (folder / name).write_text(text)
        yield folder / name, words
    with zipfile.ZipFile(folder / "clips.mp4", "w") as archive:
        archive.writestr("a.mp4", b"no clip")
    yield folder / "clips.mp4", "ZIP"
    contents = {
        "zeros.mp4": bytes(100_000),
        "ones.mp4": b"\xff" * 5000,
        "noise.mp4": np.random.default_rng(1).bytes(50_000),
        "music.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(500),
        "paper.pdf": b"%PDF-1.7\n" + bytes(500),
        "program.mp4": b"\x7fELF\x02\x01\x01" + bytes(500),
        "packed.mp4": b"\x1f\x8b\x08\x00" + bytes(500),
        "mp4_without_index.mp4": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(500),
        "matroska_without_end.mkv": bytes.fromhex("1a45dfa3 01ffffffffffffff 18538067 01ffffffffffffff")
        + bytes(64),
        "huge.gif": b"GIF89a\xff\xff\xff\xff\xf0\x00\x00"
        + bytes(6)
        + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0;",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield folder / name, ""
    (folder / "folder.mp4").mkdir()
    yield folder / "folder.mp4", "folder"
    (folder / "round.mp4").symlink_to("and_round.mp4")
    (folder / "and_round.mp4").symlink_to("round.mp4")
    yield folder / "round.mp4", "not there"
    (folder / "dangling.mp4").symlink_to("nowhere.mp4")
    yield folder / "dangling.mp4", "not there"
    (folder / "endless.mp4").symlink_to("/dev/zero")
    yield folder / "endless.mp4", "plain file"
    os.mkfifo(folder / "pipe.mp4")
    yield folder / "pipe.mp4", "plain file"
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(folder)  # the name of a socket must be short
        listener.bind("socket.mp4")
        os.chdir(before)
    yield folder / "socket.mp4", "plain file"
    yield folder / ("long" * 70 + ".mp4"), ""


def corpus(folder: Path) -> dict[Path, str]:
    """All of them: the file, and words that the reason must hold where it is known what is wrong."""
    (folder / "clean").mkdir()
    clean = sources(folder / "clean")
    files = dict.fromkeys(damaged(folder, clean), "")
    return files | dict(lying(folder)) | dict(odd(folder)) | dict(no_clips(folder))
