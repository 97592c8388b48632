"""How a clip's bytes come to the browser: a link, the bytes themselves, or a smaller copy.

The browser tries a link first, where it finds the Jupyter server that it came from and that server gives the very
file (`static/linking.js`). Else it asks for the clip: up to the budget its bytes are sent, above it a proxy is made
and sent. What was chosen is said in words, and a proxy is marked.
"""

import hashlib
import math
import os
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kit.errors import BadParameter, ClipUnreadable
from kit.guarded import guarded
from kit.player import codec_name
from kit.transcode import make_proxy
from kit.widgets.shown import ShownClip

# Longer edge and quantiser of the proxies that are tried, until one fits the budget.
_PROXIES = ((854, 28), (640, 32), (426, 36))


@dataclass(frozen=True)
class Sent:
    """A clip for the browser: its bytes, and whether they are those of a proxy. `note` says why, for the user."""

    data: bytes
    mime: str
    proxy: bool
    note: str


def budget_bytes(budget_mb: float) -> int:
    """Raises BadParameter where it is no number above 0."""
    if isinstance(budget_mb, bool) or not isinstance(budget_mb, int | float) or not math.isfinite(budget_mb) or budget_mb <= 0:  # fmt: skip
        raise BadParameter(f"budget_mb is {budget_mb!r}; it must be a number above 0, in megabytes a clip")
    return round(budget_mb * 1e6)


def link(clip: ShownClip) -> dict[str, Any] | None:
    """What the browser needs to find the file on its Jupyter server; None for a clip that lies elsewhere.

    The browser gets paths only. It never uses an address that does not give a file of this very length.
    """
    if clip.path is None:
        return None
    # The server's root may be known by a name that leads elsewhere, so both are told.
    paths = dict.fromkeys([str(clip.path), os.path.realpath(clip.path)])
    # The notebook's own place on this machine, as Jupyter Server tells its kernels; it shows where the root is.
    return {
        "paths": list(paths),
        "home": str(Path.home()),
        "session": os.environ.get("JPY_SESSION_NAME", ""),
        "bytes": clip.bytes,
    }


def send(clip: ShownClip, budget: int, *, proxy: bool) -> Sent:
    """The clip itself where it fits the budget and no proxy was asked for, else the first proxy that fits.

    Raises ClipMissing, ClipUnreadable, or BadParameter where no proxy fits.
    """
    with clip.open() as path:
        size = path.stat().st_size
        if not proxy and size <= budget:
            return Sent(path.read_bytes(), clip.mime, proxy=False, note="")
        why = (
            f"the original is {codec_name(clip.codec)}, {size / 1e6:.1f} MB, and stays as it is"
            if proxy
            else f"the original has {size / 1e6:.1f} MB, more than the {budget / 1e6:g} MB a clip that this player "
            f"may send; PairPlayer(..., budget_mb={math.ceil(size / 1e6)}) sends it whole"
        )
        for long_edge, crf in _PROXIES:
            data = _proxy(path, clip, long_edge, crf)
            if len(data) <= budget:
                edge = min(long_edge, max(clip.width, clip.height))
                return Sent(data, "video/mp4", proxy=True, note=f"Proxy, longer edge {edge} pixels: {why}.")
    raise BadParameter(
        f"{clip.name}: even its smallest proxy has {len(data) / 1e6:.1f} MB, more than the {budget / 1e6:g} MB a clip "
        f"that this player may send; raise budget_mb to {math.ceil(len(data) / 1e6)}"
    )


_one_at_a_time = threading.Lock()


def _proxy(path: Path, clip: ShownClip, long_edge: int, crf: int) -> bytes:
    """A proxy, from the cache where it was made before; proxies of all players are made one after the other."""
    stamp = path.stat()
    what = clip.clip or f"{path}|{stamp.st_size}|{stamp.st_mtime_ns}"
    kept = Path(_folder().name) / f"{hashlib.sha256(f'{what}|{long_edge}|{crf}'.encode()).hexdigest()}.mp4"
    with _one_at_a_time:
        if not kept.is_file():
            try:
                guarded(make_proxy, path, kept, long_edge=long_edge, crf=crf)
            except OSError as error:
                raise ClipUnreadable(
                    f"{clip.name}: no proxy could be written to {kept.parent} ({error.strerror or error})"
                ) from error
        return kept.read_bytes()


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Where proxies are kept until the kernel ends."""
    return tempfile.TemporaryDirectory(prefix="kit-proxies-", ignore_cleanup_errors=True)
