"""Image headers: the size of real files, and no harm from broken or hostile ones."""

import io
import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from kit.cards.images import ImageFacts, read_facts


def encoded(codec, pix_fmt, width, height):
    """An image that a real encoder made."""
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = width, height, pix_fmt
    context.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.zeros((height, width, 3), np.uint8), "rgb24").reformat(
        format=pix_fmt
    )
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def facts(data):
    return read_facts(io.BytesIO(data))


def riff(kind, payload):
    return (
        b"RIFF"
        + struct.pack("<I", 12 + len(payload))
        + b"WEBP"
        + kind
        + struct.pack("<I", len(payload))
        + payload
    )


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "kind"),
    [("png", "rgb24", "png"), ("mjpeg", "yuvj420p", "jpeg"), ("libwebp", "yuv420p", "webp")],
)
def test_real_files(codec, pix_fmt, kind):
    """As FFmpeg's encoders write them."""
    try:
        data = encoded(codec, pix_fmt, 322, 486)
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this build of FFmpeg has no {codec}")
    assert facts(data) == ImageFacts(kind, 322, 486)


def test_jpeg_with_metadata_before_its_size():
    """EXIF, fill bytes and tables stand before the frame header; a thumbnail inside EXIF does not count."""
    thumbnail = b"\xff\xd8\xff\xc0\x00\x11\x08" + struct.pack(">HH", 1, 1)
    exif = b"\xff\xe1" + struct.pack(">H", 2 + 60_000) + thumbnail.ljust(60_000, b"\0")
    tables = b"\xff\xff\xff\xc4\x00\x04\x00\x00"
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", 720, 1280) + bytes(10)
    assert facts(b"\xff\xd8" + exif + tables + frame) == ImageFacts("jpeg", 1280, 720)


def test_webp_forms():
    """Lossless and extended headers, by hand from RFC 9649."""
    lossless = b"\x2f" + struct.pack("<I", (1280 - 1) | (720 - 1) << 14) + bytes(8)
    assert facts(riff(b"VP8L", lossless)) == ImageFacts("webp", 1280, 720)
    extended = bytes(4) + struct.pack("<I", 1279)[:3] + struct.pack("<I", 719)[:3]
    assert facts(riff(b"VP8X", extended)) == ImageFacts("webp", 1280, 720)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(20),
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + bytes(20),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x00" + bytes(40),
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 100_000,
        b"\xff\xd8" + b"\xff" * 100_000,
        b"\xff\xd8\xff\xda\x00\x02" + bytes(40),
        b"\xff\xd8\xff\xe0\xff\xff",
        riff(b"VP8 ", bytes(10)),
        riff(b"VP8L", b"\x2f"),
        riff(b"ALPH", bytes(20)),
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 0, 5),
    ],
)
def test_broken_files_are_refused(data):
    """Always with a reason, never with another error and never for ever."""
    with pytest.raises(ValueError, match=r"file|first bytes|broken"):
        facts(data)


def test_a_hostile_size_is_only_a_number():
    """A header may claim four thousand million pixels a side; nothing is made of that size."""
    huge = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 2**32 - 1, 2**32 - 1)
    assert facts(huge) == ImageFacts("png", 2**32 - 1, 2**32 - 1)
