"""Opening a clip's file safely, and saying in plain words why it can't be opened."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from kit.errors import ClipUnreadable
from kit.limits import MOST_PIXELS, READ_AHEAD, too_large

# FFmpeg's demuxer -> (our name of the container, file suffix). Everything else is refused: FFmpeg would also
# open playlists (which fetch other files), text drawn as a terminal screen, and still pictures.
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ("mp4", ".mp4"),
    "matroska,webm": ("matroska", ".mkv"),
    "avi": ("avi", ".avi"),
    "gif": ("gif", ".gif"),
    "mpegts": ("mpegts", ".ts"),
    "mpeg": ("mpeg", ".mpg"),
    "flv": ("flv", ".flv"),
    "ogg": ("ogg", ".ogv"),
    "asf": ("asf", ".wmv"),
}
_DEMUXERS = "mov,matroska,avi,gif,mpegts,mpeg,flv,ogg,asf,mp4,webm,m4a,3gp,3g2,mj2"

# Looks like something else: said in the error, since an expired download link gives a page, not a clip.
_LOOKS_LIKE = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"<!doctype", "a web page (HTML), perhaps of a download link that has expired"),
    (b"<html", "a web page (HTML), perhaps of a download link that has expired"),
    (b"<?xml", "an XML document"),
    (b"{", "JSON text, perhaps an error message of a server"),
    (b"#EXTM3U", "a playlist"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"ID3", "an audio file (MP3)"),
    (b"BM", "a BMP picture"),
    (b"<svg", "an SVG picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
)

_RIFF = {b"wave": "an audio file (WAV)", b"webp": "a WebP picture"}


@contextmanager
def opened(path: str | os.PathLike[str], *, threads: int = 0) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its video stream, ready for one pass. Raises ClipUnreadable.

    `threads` are the decoder's, 0 for one a core.
    """
    file = Path(path)
    try:
        folder, plain = file.is_dir(), file.is_file()
    except OSError as error:
        raise ClipUnreadable(f"{file.name} can't be looked at ({reason(error)}). Check the path.") from error
    if folder:
        raise ClipUnreadable(f"{file.name} is a folder; a video file was expected. Name the file in it.")
    if not plain:
        raise ClipUnreadable(f"{file.name} is not there or is not a plain file. Check the path.")
    if file.stat().st_size == 0:
        raise ClipUnreadable(f"{file.name} is empty (0 bytes). Download or export the clip again.")
    try:
        # An absolute path can't be taken for a URL; the two lists keep a hostile file from opening others.
        container = av.open(
            str(file.resolve()),
            options={
                "protocol_whitelist": "file",
                "format_whitelist": _DEMUXERS,
                "max_pixels": str(MOST_PIXELS),
                **READ_AHEAD,
            },
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise ClipUnreadable(_not_a_video(file, error)) from error
    with container:
        streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        if container.format.name not in _CONTAINERS or not streams:
            raise ClipUnreadable(_no_video(file, container))
        stream = streams[0]
        if stream.codec_context is None:
            raise ClipUnreadable(
                f"{file.name} holds video in a codec that this PyAV can't decode. Convert it to H.264 MP4."
            )
        if large := too_large(stream.codec_context.width, stream.codec_context.height):
            raise ClipUnreadable(f"{file.name}: {large}. Export it smaller.")
        stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        stream.thread_type = "AUTO"
        stream.thread_count = threads
        yield container, stream


def _not_a_video(file: Path, error: Exception) -> str:
    with file.open("rb") as handle:
        data = handle.read(64)
    head = data.lstrip().lower()
    seen = next((what for mark, what in _LOOKS_LIKE if head.startswith(mark.lower())), None)
    if seen is None and head[4:8] == b"ftyp":
        seen = "an MP4 file without a readable index; it may have been cut off while it was written"
    if seen is None and head.startswith(b"riff") and head[8:12] in _RIFF:
        seen = _RIFF[head[8:12]]
    if seen is None and data.decode("ascii", errors="replace").replace("\n", "").isprintable():
        seen = "text"
    if seen is None and isinstance(error, av.error.EOFError):
        seen = "a video file that ends before its first frame"
    if seen is None and getattr(error, "errno", None) == errno.EINVAL:
        seen = "a file of another kind"
    why = f"it looks like {seen}" if seen else f"FFmpeg says: {reason(error)}"
    return (
        f"{file.name} can't be opened as a video ({why}). Expected an MP4, WebM, Matroska, MOV, AVI or GIF file; "
        "download or export the clip again."
    )


def _no_video(file: Path, container: InputContainer) -> str:
    if container.streams.audio:
        return f"{file.name} holds sound but no video. Give the file that holds the pictures."
    return f"{file.name} (FFmpeg reads it as {container.format.long_name}) holds no video. Give an MP4, WebM, Matroska, MOV, AVI or GIF file."


def reason(error: Exception) -> str:
    """FFmpeg's words without the path, which would tell a reader about somebody's disk."""
    if getattr(error, "errno", None) == errno.EINVAL:
        return "a header that can't be right, or pictures of more than 8192 x 4352 pixels"
    text = getattr(error, "strerror", None)
    return str(text) if text else type(error).__name__


def real_container(file: Path, container: InputContainer) -> tuple[str, str]:
    """The container by its bytes: FFmpeg has one demuxer for MP4 and MOV, and one for Matroska and WebM."""
    name, suffix = _CONTAINERS[container.format.name]
    if name == "mp4" and container.metadata.get("major_brand", "").strip() == "qt":
        return "mov", ".mov"
    if name == "matroska":
        with file.open("rb") as handle:
            # The EBML header names the document type within its first few dozen bytes (RFC 8794).
            if b"\x42\x82\x84webm" in handle.read(256):
                return "webm", ".webm"
    return name, suffix
