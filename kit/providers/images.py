"""A local image on its way into a request: read whole, known by its bytes, as base64 or as a data URI."""

import base64
import io
from pathlib import Path
from typing import NamedTuple

from kit.cards.images import read_facts
from kit.cells import show
from kit.errors import BadParameter

IMAGE_LIMIT = 10_000_000


class Image(NamedTuple):
    """`type` as in a media type (png, jpeg, webp), `suffix` as in a file's name, without the dot."""

    data: bytes
    type: str
    suffix: str


def read_image(path: Path) -> Image:
    """The image; raises BadParameter if it cannot be read, is none by its bytes, or has more than 10 MB."""
    name = show(path.name)
    try:
        with path.open("rb") as stream:
            data = stream.read(IMAGE_LIMIT + 1)
        facts = read_facts(io.BytesIO(data))
    except OSError as bad:
        raise BadParameter(
            f"{name} cannot be read ({bad.strerror or type(bad).__name__}); check the path"
        ) from None
    except ValueError as bad:
        raise BadParameter(f"{name} is no image: {bad}") from None
    if len(data) > IMAGE_LIMIT:
        raise BadParameter(
            f"{name} has more than {IMAGE_LIMIT / 1e6:g} MB, which no provider takes; make it smaller"
        )
    return Image(data, facts.type, "jpg" if facts.type == "jpeg" else facts.type)


def bare_base64(path: Path) -> str:
    """The image in base64 without any prefix, as Kling's own API wants it. Raises as `read_image`."""
    return base64.b64encode(read_image(path).data).decode()


def data_uri(path: Path) -> str:
    """The image as a data URI (RFC 2397). Raises as `read_image`."""
    image = read_image(path)
    return f"data:image/{image.type};base64,{base64.b64encode(image.data).decode()}"
