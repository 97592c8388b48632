"""Parts of a large page in little room: compressed text that the page's own script unpacks when a reader opens it.

A page of hundreds of prompts has megabytes of tables and curves that nobody looks at all of. Packed together they take
a twentieth, and the browser neither reads nor lays them out until they are wanted. Without scripts they are not to be
seen, so only what NAME.json holds too is packed, and the page says so in its place.
"""

import base64
import gzip
import json

MANY_CLIPS = 100  # from more than so many clips on, a page is packed
CHUNK = (
    400_000  # characters that are packed together: a browser unpacks them in a few thousandths of a second
)


def packed(text: str) -> str:
    """The text, in UTF-8, gzipped and in base64: letters, digits, `+`, `/` and `=` only, the same for the same text."""
    # A time of 0 and no name: the bytes tell nothing of when and where they were made.
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def unpacked(text: str) -> str:
    """The text that `packed` was given."""
    return gzip.decompress(base64.b64decode(text)).decode()


class Stow:
    """Takes texts one by one and packs many together: what they have in common takes room only once."""

    def __init__(self, name: str) -> None:
        """`name` tells one stow of a page from another: letters and digits."""
        self.name = name
        self._chunks: list[list[str]] = []
        self._room = 0

    def put(self, text: str) -> str:
        """Keep a text; returns the address by which the page's script finds it: name, chunk and place in it."""
        if self._room < len(text) or not self._chunks:
            self._chunks.append([])
            self._room = CHUNK
        self._room -= len(text)
        self._chunks[-1].append(text)
        return f"{self.name}-{len(self._chunks) - 1}-{len(self._chunks[-1]) - 1}"

    def packed(self) -> list[tuple[str, str]]:
        """The id of the element of each chunk, and its packed text: a JSON list of texts."""
        return [
            (f"stow-{self.name}-{i}", packed(json.dumps(chunk, ensure_ascii=False)))
            for i, chunk in enumerate(self._chunks)
        ]
