"""What an image file is, from its first bytes: type and size, without decoding a pixel.

PNG (ISO/IEC 15948): IHDR. JPEG (ITU-T T.81): the first frame header, whatever stands before it. WebP (RFC 9649): the
VP8, VP8L or VP8X chunk. A file may claim any size: nothing here is as large as what it claims.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kit.cards.card import ImageLimits
from kit.cells import show

SEGMENT_LIMIT = 2_000
# Frame headers are C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class ImageFacts:
    """`type` is png, jpeg or webp; width and height in pixels as stored."""

    type: str
    width: int
    height: int


def read_facts(stream: BinaryIO) -> ImageFacts:
    """Type and size of an image; raises ValueError if it is none, or cut off before its size."""
    head = stream.read(30)
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            facts = _png(head)
        elif head.startswith(b"\xff\xd8\xff"):
            stream.seek(2)
            facts = _jpeg(stream)
        elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            facts = _webp(head)
        else:
            raise ValueError("neither PNG, JPEG nor WebP by its first bytes")
    except (struct.error, IndexError):
        raise ValueError("it ends before its size is stated; the file is cut off") from None
    if not facts.width or not facts.height:
        raise ValueError("it says that it has no pixels; the file is broken")
    return facts


def _png(head: bytes) -> ImageFacts:
    if head[12:16] != b"IHDR":
        raise ValueError("a PNG without its header; the file is broken")
    return ImageFacts("png", *struct.unpack(">II", head[16:24]))


def _jpeg(stream: BinaryIO) -> ImageFacts:
    for _ in range(SEGMENT_LIMIT):
        byte = stream.read(1)
        if byte != b"\xff":
            raise ValueError("a JPEG without a size; the file is broken or cut off")
        while byte == b"\xff":
            byte = stream.read(1)
        marker = byte[0]
        if marker in _ALONE:
            continue
        (length,) = struct.unpack(">H", stream.read(2))
        if marker in _FRAMES:
            _, height, width = struct.unpack(">BHH", stream.read(5))
            return ImageFacts("jpeg", width, height)
        if length < 2 or marker in {0xD9, 0xDA}:
            break
        stream.seek(length - 2, 1)
    raise ValueError("a JPEG without a size; the file is broken")


def _webp(head: bytes) -> ImageFacts:
    kind = head[12:16]
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return ImageFacts("webp", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L" and head[20] == 0x2F:
        (bits,) = struct.unpack("<I", head[21:25])
        return ImageFacts("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        sides = struct.unpack("<HBHB", head[24:30])
        return ImageFacts("webp", (sides[0] | sides[1] << 16) + 1, (sides[2] | sides[3] << 16) + 1)
    raise ValueError("a WebP without a size; the file is broken or cut off")


def image_problems(path: Path, limits: ImageLimits) -> list[str]:
    """Everything about a local image that a card does not allow, in words; empty if it will do."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return [f"{show(str(path))} is no file"]
        with path.open("rb") as stream:
            facts = read_facts(stream)
    except OSError as bad:
        return [f"{show(str(path))} cannot be read ({bad.strerror or type(bad).__name__}); check the path"]
    except ValueError as bad:
        return [f"{show(str(path))} is no image: {bad}; allowed: {', '.join(limits.types)}"]
    name, problems = show(path.name), []
    if facts.type not in limits.types:
        problems.append(f"{name} is {facts.type}; allowed: {', '.join(limits.types)}")
    if limits.max_bytes is not None and size > limits.max_bytes:
        problems.append(f"{name} has {size / 1e6:.1f} MB; at most {limits.max_bytes / 1e6:g} MB are allowed")
    short, long = sorted((facts.width, facts.height))
    pixels = f"{facts.width} x {facts.height} pixels"
    if limits.min_side is not None and short < limits.min_side:
        problems.append(f"{name} has {pixels}; each side must have at least {limits.min_side}")
    if limits.max_ratio is not None and long > short * limits.max_ratio:
        problems.append(f"{name} has {pixels}; the sides may differ by at most 1:{limits.max_ratio:g}")
    return problems
