"""Clips whose every brightness value is known: FFV1 keeps the pictures as they are."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kit.measure import measure_clip
from kit.metrics import Measurement


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., dict[str, Measurement]]:
    """Writes gray pictures (h, w) uint8 without loss, measures the clip and returns its measurements by name.

    `at` gives the frames' times in milliseconds where they are not evenly spaced.
    """

    def measured(
        pictures: Sequence[np.ndarray],
        *,
        fps: int = 24,
        at: Sequence[int] | None = None,
        metrics: Sequence[str] | None = None,
    ) -> dict[str, Measurement]:
        path = tmp_path / "film.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=fps)
            stream.height, stream.width = pictures[0].shape
            stream.pix_fmt = "gray"
            if at is not None:
                stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            for index, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
                frame.pts = index if at is None else at[index]
                frame.time_base = Fraction(1, fps) if at is None else Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        result = measure_clip(path, metrics)
        assert result.fault is None
        return {measurement.metric: measurement for measurement in result.measurements}

    return measured


@pytest.fixture
def texture() -> Callable[..., np.ndarray]:
    """A smooth picture without repeats: `texture(h, w, seed, dx, dy)` shows it with its content moved by (dx, dy)."""

    def picture(
        height: int, width: int, *, seed: int = 0, dx: float = 0.0, dy: float = 0.0, zoom: float = 1.0
    ) -> np.ndarray:
        random = np.random.default_rng(seed)
        y, x = np.mgrid[0:height, 0:width].astype(float)
        x, y = (x - width / 2) / zoom - dx, (y - height / 2) / zoom - dy
        waves = np.zeros((height, width))
        for _ in range(40):
            length, turn, phase = (
                random.uniform(9, 90),
                random.uniform(0, np.pi),
                random.uniform(0, 2 * np.pi),
            )
            waves += np.sqrt(length) * np.sin(
                2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / length + phase
            )
        return np.clip(128 + 30 * waves / waves.std(), 0, 255).astype(np.uint8)

    return picture
