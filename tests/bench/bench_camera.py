"""The camera metric on synthetic moves over pictures that its thresholds were set on, and over held-out ones.

    pytest tests/bench/bench_camera.py -s --override-ini python_files='bench_*.py' --override-ini python_functions='bench_*'

KIT_EVERY=n films each n-th move only (6 by default, about 2,900 clips and half an hour; 1 films them all).
"""

import itertools
import os
import time
from pathlib import Path

import pandas as pd
import pytest

from kit.calibration import moves
from kit.calibration.stills import calibration_pictures
from kit.camera.estimate import fit
from kit.decode import frames
from kit.metrics.flow import flow, pyramid

EVERY = int(os.environ.get("KIT_EVERY", "6"))


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned", "held out"])
def bench_synthetic_moves(held_out: bool, clips_dir: Path, tmp_path: Path) -> None:
    """Prints accuracy per condition, the confusion matrix, and what went wrong."""
    pictures = calibration_pictures(clips_dir, held_out=held_out)
    found = moves.results(pictures, tmp_path, every=EVERY)
    with pd.option_context("display.width", 250, "display.max_columns", 20, "display.max_colwidth", 150):
        print(f"\n{'held out' if held_out else 'tuned'}: {len(pictures)} pictures")
        print(moves.accuracy(found).to_string(index=False))
        print(moves.confusion(found).to_string())
        wrong = found[~found["right"]]
        print(wrong[["condition", "picture", "truth", "rate", "text"]].to_string(index=False))


def bench_pair(clips_dir: Path) -> None:
    """Prints milliseconds a pair of the flow and of the fit, on a 1080p clip."""
    levels = [pyramid(frame.gray) for frame in frames(clips_dir / "showdown_t2v/hummingbird__kling_1_6.mp4")]
    pairs = list(itertools.pairwise(levels))
    began = time.perf_counter()
    flows = [flow(one, other) for one, other in pairs]
    between = time.perf_counter()
    for found in flows:
        fit(found)
    ended = time.perf_counter()
    print(
        f"\nflow {(between - began) / len(pairs) * 1e3:.2f} ms, fit {(ended - between) / len(pairs) * 1e3:.2f} ms a pair"
    )
