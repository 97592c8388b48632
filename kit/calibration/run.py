"""A whole calibration in one call, as the notebook and the command make it."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kit.calibration import matrix, sources
from kit.calibration.report import sentences
from kit.errors import BadParameter


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was measured, and the tables made of it; see `kit.calibration.matrix` for their columns."""

    clips: int
    damaged: pd.DataFrame
    correlations: pd.DataFrame
    effects: pd.DataFrame
    variants: pd.DataFrame
    invariance: pd.DataFrame
    sentences: Mapping[str, str]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        names = ("damaged", "correlations", "effects", "variants", "invariance")
        return {name: getattr(self, name) for name in names}

    def save(self, folder: Path) -> None:
        """Write the tables as CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables().items():
            table.to_csv(folder / f"{name}.csv", index=False)


def calibrate(
    clips: str | Path | None,
    *,
    rendered: int = 5,
    real: int = 9,
    quick: bool = False,
    progress: matrix.Progress | None = None,
) -> Calibration:
    """Damage rendered clips, and real ones of a folder, in every way, and see what the metrics make of it.

    Takes about ten minutes on two cores. `quick` takes two small rendered clips of a second and strengths 2 and 5
    only: to see that everything runs, not to learn anything. Raises BadParameter where there is no clip to damage.
    """
    folder = Path(clips).expanduser() if clips else None
    if folder is not None and not folder.is_dir():
        raise BadParameter(
            f"there is no folder {folder}; leave the folder out to calibrate with rendered clips only"
        )
    with tempfile.TemporaryDirectory() as scratch:
        if quick:
            found = sources.pieces(Path(scratch), rendered=2, width=192, height=128, seconds=0.7)
        else:
            found = sources.pieces(Path(scratch), clips=folder, rendered=rendered, real=real)
        pieces = list(found)
    if not pieces:
        raise BadParameter(
            "there is no clip to calibrate with: ask for rendered ones, or name a folder that holds some"
        )
    rows = matrix.damaged(pieces, strengths=(2, 5) if quick else (1, 2, 3, 4, 5), progress=progress)
    versions = matrix.variants(pieces, progress=progress)
    return Calibration(
        clips=len(pieces),
        damaged=rows,
        correlations=matrix.correlations(rows),
        effects=matrix.effects(rows),
        variants=versions,
        invariance=matrix.invariance(versions),
        sentences=sentences(rows, versions),
    )
