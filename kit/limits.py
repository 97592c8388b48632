"""How much of a clip the kit reads at most, and how long and in how much memory: a file may say anything of itself.

Each limit is far above what a clip of a text-to-video model needs, and each has a sentence that says so when a file
comes up against it. The first group holds wherever a clip is opened; the second where it is measured in a process
apart (`kit.apart`), as `kit measure` and `kit import` do.
"""

import contextlib
import os
from dataclasses import dataclass

# Pixels of a picture: H.264's highest level (6.2, 139,264 blocks of 16 x 16), which is 8192 x 4352.
MOST_PIXELS = 139_264 * 256
# Of a longer clip the beginning is read, and the fault says so. Half an hour at 60 frames a second.
MOST_FRAMES = 108_000
MOST_SECONDS = 1800.0
# What FFmpeg reads ahead to find out what a file holds: bytes, packets, and streams in a file.
READ_AHEAD = {"probesize": "5000000", "max_probe_packets": "2500", "max_streams": "100"}
# Frames that are decoded in search of a poster picture.
MOST_POSTER_FRAMES = 900

TOO_MANY_FRAMES = f"the kit reads at most {MOST_FRAMES} frames of a clip"
TOO_LONG = f"the kit reads at most {MOST_SECONDS / 60:.0f} minutes of a clip"


# FFmpeg forgets a size that is above the limit, and knows none where the header is damaged.
NO_SIZE = "no size of its pictures can be read, or none of at most 8192 x 4352 pixels"


def too_large(width: int, height: int) -> str | None:
    """A sentence about a picture with more pixels than the kit reads, None for any other."""
    if width * height <= MOST_PIXELS:
        return None
    return f"its pictures are {width} x {height}, and the kit reads at most 8192 x 4352 pixels"


@dataclass(frozen=True)
class Limits:
    """What one clip may take in a process apart.

    `patience` are seconds for a clip of no length; each frame adds `per_frame` and each million pixels of it
    `per_megapixel`; `longest` is the most for any clip. Measuring takes about a twentieth of that on a slow machine,
    so that only a clip that hangs comes up against it. `memory` are bytes beyond what the process holds when it
    starts, where the system has such a limit (Linux); None takes `fair_memory`.
    """

    patience: float = 60.0
    per_frame: float = 0.1
    per_megapixel: float = 0.3
    longest: float = 3600.0
    memory: int | None = None

    def seconds(self, frames: int, width: int, height: int) -> float:
        """How long measuring a clip of this length and size may take."""
        a_frame = self.per_frame + self.per_megapixel * width * height / 1e6
        return min(self.longest, self.patience + frames * a_frame)


def fair_memory(processes: int) -> int:
    """Bytes for each of so many processes: together three quarters of the machine's memory, 4 GiB each at most."""
    most = 4 << 30
    with contextlib.suppress(AttributeError, ValueError, OSError):
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return max(256 << 20, min(most, whole * 3 // 4 // max(1, processes)))
    return most
