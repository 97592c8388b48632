"""The camera metric's calibration in one call: synthetic moves over still pictures, and real clips with a label."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kit.calibration import moves, sources, stills
from kit.camera.check import check
from kit.camera.segments import parse
from kit.measure import measure_clip
from kit.suite import CAMERA_WORDS

LABELLED_COLUMNS = ["clip", "label", "verdict", "right", "measured", "text"]
_QUICK = 30  # each 30th move over one picture: some ten clips
_FRAMES = 6  # real pictures where the folder is not the one whose names are known


@dataclass(frozen=True, eq=False)
class CameraCalibration:
    """What was found: `found`, `accuracy` and `confusion` as in `kit.calibration.moves`, `labelled` as in `labelled_clips`."""

    pictures: int
    found: pd.DataFrame
    accuracy: pd.DataFrame
    confusion: pd.DataFrame
    labelled: pd.DataFrame

    @property
    def wrong(self) -> pd.DataFrame:
        """The synthetic clips whose words were not found, with all that was measured."""
        columns = ["condition", "picture", "truth", "rate", "text"]
        return self.found.loc[~self.found["right"], columns].reset_index(drop=True)

    def save(self, folder: Path) -> None:
        """Write the tables as CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        self.found.to_csv(folder / "camera.csv", index=False)
        self.accuracy.to_csv(folder / "camera_accuracy.csv", index=False)
        self.confusion.to_csv(folder / "camera_confusion.csv")
        self.labelled.to_csv(folder / "camera_labelled.csv", index=False)


def calibrate_camera(
    clips: str | Path | None,
    *,
    every: int = 6,
    held_out: bool = False,
    quick: bool = False,
    progress: Callable[[int], None] | None = None,
) -> CameraCalibration:
    """Film each `every`-th known move under each condition over each picture, and measure labelled clips of a folder.

    `held_out` takes the pictures that the metric's thresholds were not set on. With `every` 6 it is some 70 clips a
    picture, with 1 six times as many; above 40 there is next to nothing left. `quick` films some ten clips over one
    picture: to see that everything runs, not to learn anything.
    """
    folder = Path(clips).expanduser() if clips else None
    names = stills.RENDERED_HELD_OUT if held_out else stills.RENDERED
    pictures = stills.rendered(names[:1] if quick else names)
    if folder is not None and not quick:
        known = stills.REAL_HELD_OUT if held_out else stills.REAL
        there = [name for name in known if (folder / name).is_file()]
        others = [str(path.relative_to(folder)) for path in sources.chosen(folder, _FRAMES)]
        pictures |= stills.real(folder, there or others)
    with tempfile.TemporaryDirectory() as scratch:
        found = moves.results(
            pictures, Path(scratch), every=_QUICK if quick else max(1, every), progress=progress
        )
    return CameraCalibration(
        pictures=len(pictures),
        found=found,
        accuracy=moves.accuracy(found),
        confusion=moves.confusion(found),
        labelled=labelled_clips(folder),
    )


def labelled_clips(folder: Path | None) -> pd.DataFrame:
    """Measure each clip whose manifest says in the column `camera_motion` what its camera does.

    Columns: clip; label; verdict (`met` where it was found and nothing else, else what `kit.camera.check` says, joined
    with +); right; measured (the words, joined with +); text (the whole measurement). Empty without a folder.
    """
    rows = []
    for path, label in _labelled(folder) if folder is not None else ():
        (measured,) = measure_clip(path, ["camera_motion"]).measurements
        motion = parse(measured.text or "")
        verdicts = [outcome.verdict for outcome in check([label], motion)]
        rows.append(
            {
                "clip": path.name,
                "label": label,
                "verdict": "+".join(verdicts),
                "right": verdicts == ["met"],
                "measured": "+".join(motion.words),
                "text": measured.text,
            }
        )
    return pd.DataFrame(rows, columns=LABELLED_COLUMNS)


def _labelled(folder: Path) -> Iterator[tuple[Path, str]]:
    for manifest in sorted(folder.rglob("manifest.csv")):
        with manifest.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                label, path = row.get("camera_motion") or "", manifest.parent / (row.get("file") or "")
                if label in CAMERA_WORDS and path.is_file():
                    yield path, label
