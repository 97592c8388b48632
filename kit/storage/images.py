"""Images that requests begin with or refer to: files named by their SHA-256, whole or not there at all."""

import hashlib
import io
import os
import secrets
from pathlib import Path

from kit.cards.images import read_facts
from kit.errors import BadParameter, Fault, StudyError

IMAGE_LIMIT = 10 << 20
FOLDER = "images"
_SUFFIX = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


def add_image(folder: Path | None, data: bytes) -> str:
    """Keep an image; see `Study.add_image`. `folder` is the study's, None for one on a database server."""
    name = f"{hashlib.sha256(data).hexdigest()}{_SUFFIX[_type(data)]}"
    base = own_folder() if folder is None else folder
    target = base / FOLDER / name
    if not (target.is_file() and target.stat().st_size == len(data)):
        _write(target, data)
    return str(target.resolve()) if folder is None else f"{FOLDER}/{name}"


def own_folder() -> Path:
    """Where images lie for a study that has no folder: in the user's home."""
    return Path.home() / ".t2v-eval-kit"


def _type(data: bytes) -> str:
    if len(data) > IMAGE_LIMIT:
        problem = f"{len(data) / 1e6:.1f} MB; at most {IMAGE_LIMIT / 1e6:.1f} MB are kept: make it smaller, or give its address"
        raise BadParameter([Fault("image", problem)])
    try:
        return read_facts(io.BytesIO(data)).type
    except ValueError as bad:
        raise BadParameter([Fault("image", f"this is no image: {bad}; give a PNG, JPEG or WebP")]) from None


def _write(target: Path, data: bytes) -> None:
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StudyError(
            f"the image cannot be written to {target.parent} ({error.strerror or error}); make it writable first"
        ) from error
