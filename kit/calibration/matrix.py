"""How each metric reacts to each damage, and to what should leave it alone, as pandas frames."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pandas as pd

from kit.calibration.damage import KINDS, STRENGTHS, damage
from kit.calibration.pieces import Picture, Piece, Plane, write
from kit.measure import measure_clip
from kit.metrics import registry
from kit.stats.ranks import spearman

# What each damage is for: the metrics that must follow it.
MEANT = {
    "blur": ("sharpness", "effective_resolution"),
    "noise": ("noise",),
    "compression": ("blockiness",),
    "flicker": ("flicker", "flicker_compensated"),
    "drops": ("freezes", "duplicate_frames"),
    "warping": ("warping",),
}
Progress = Callable[[str], None]

_COLUMNS = ["clip", "kind", "strength", "metric", "value"]
_VARIANTS = ["clip", "change", "version", "metric", "value"]
_H264 = {"crf": "18", "preset": "veryfast", "x264-params": "mbtree=0:threads=1"}


def measured_metrics() -> list[str]:
    """The metrics that look at pictures, in the registry's order: what the container says is not calibrated."""
    return [name for name, metric in registry().items() if metric.watcher is not None]


def damaged(
    pieces: Iterable[Piece],
    *,
    kinds: Sequence[str] = tuple(KINDS),
    strengths: Sequence[int] = STRENGTHS,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Measures every piece undamaged (strength 0) and with each damage: clip, kind, strength, metric, value.

    Every file is lossless, so that nothing but the damage differs. The row of strength 0 is repeated for each kind.
    """
    rows: list[tuple[str, str, int, str, float]] = []
    for piece in pieces:
        if progress:
            progress(f"{piece.name}: {len(piece.pictures)} pictures of {piece.size[1]} x {piece.size[0]}")
        whole = _measure(piece)
        for kind in kinds:
            rows += [(piece.name, kind, 0, metric, value) for metric, value in whole.items()]
            for strength in strengths:
                found = _measure(damage(piece, kind, strength))
                rows += [(piece.name, kind, strength, metric, value) for metric, value in found.items()]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _measure(
    piece: Piece, *, codec: str = "libx264", options: dict[str, str] | None = None, suffix: str = ".mkv"
) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = write(piece, Path(folder) / f"piece{suffix}", codec=codec, options=options)
        result = measure_clip(file, measured_metrics())
    return {one.metric: one.value for one in result.measurements}


def correlations(rows: pd.DataFrame) -> pd.DataFrame:
    """Spearman's rank correlation of each metric with the strength of each damage, within each clip.

    Columns: metric, kind, mean, lowest, highest (over the clips), clips, meant (whether the metric is there for this
    damage). A metric that doesn't change on a clip has 0 there; one that has no value is left out.
    """
    found = []
    for (metric, kind), part in rows.groupby(["metric", "kind"], sort=False):
        each = [spearman(own["strength"], own["value"]) for _, own in part.groupby("clip")]
        usable = [one for one in each if np.isfinite(one)]
        found.append(
            {
                "metric": metric,
                "kind": kind,
                "mean": float(np.mean(usable)) if usable else np.nan,
                "lowest": min(usable, default=np.nan),
                "highest": max(usable, default=np.nan),
                "clips": len(usable),
                "meant": metric in MEANT.get(str(kind), ()),
            }
        )
    return pd.DataFrame(found)


def effects(rows: pd.DataFrame) -> pd.DataFrame:
    """How far the strongest damage moves each metric, beside how far undamaged clips lie apart.

    Columns: metric, kind, change (median over clips of strongest minus undamaged, in the metric's unit), spread
    (half of the middle half of the undamaged clips, times 1.48: a standard deviation that outliers don't rule),
    effect (change over spread). A high rank correlation with a small effect is of no consequence.
    """
    whole = rows[rows["strength"] == 0].drop_duplicates(["clip", "metric"])
    by_metric = whole.groupby("metric")["value"]
    spreads = (by_metric.quantile(0.75) - by_metric.quantile(0.25)) / 2 * 1.4826
    worst = rows[rows["strength"] == rows["strength"].max()]
    both = worst.merge(whole[["clip", "metric", "value"]], on=["clip", "metric"], suffixes=("", "_whole"))
    both["change"] = both["value"] - both["value_whole"]
    out: pd.DataFrame = both.groupby(["metric", "kind"], sort=False)["change"].median().reset_index()
    out["spread"] = out["metric"].map(spreads)
    out["effect"] = np.where(
        out["spread"] > 0, out["change"] / out["spread"].where(out["spread"] > 0), np.nan
    )
    return out


def matrix(table: pd.DataFrame, values: str = "mean") -> pd.DataFrame:
    """Metrics down, kinds of damage across, in the registry's and the module's order."""
    wide = table.pivot_table(index="metric", columns="kind", values=values, dropna=False, observed=False)
    rows = [name for name in measured_metrics() if name in wide.index]
    chosen: pd.DataFrame = wide.loc[rows, [kind for kind in KINDS if kind in wide.columns]]
    return chosen


def variants(pieces: Iterable[Piece], *, progress: Progress | None = None) -> pd.DataFrame:
    """Measures every piece in two versions of what should change nothing: clip, change, version, metric, value.

    Changes: `codec` (H.264 and VP9), `bit rate` (0.2 and 0.06 bits a pixel), `frame rate` (all frames and every
    second one), `size` (as it is and half).
    """
    rows: list[tuple[str, str, str, str, float]] = []
    for piece in pieces:
        if progress:
            progress(f"{piece.name}: codecs, bit rates, frame rates, sizes")
        usual = _measure(piece, options=_H264)
        height, width = piece.size
        rates = {share: round(share * width * height * float(piece.fps)) for share in (0.2, 0.06)}
        vp9 = {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "threads": "1"}
        found = [
            ("codec", "H.264", usual),
            ("codec", "VP9", _measure(piece, codec="libvpx-vp9", options=vp9, suffix=".webm")),
            *(
                ("bit rate", f"{share} bit/px", _measure(piece, options=_at_rate(rate)))
                for share, rate in rates.items()
            ),
            ("frame rate", "all", usual),
            ("frame rate", "half", _measure(_half_rate(piece), options=_H264)),
            ("size", "full", usual),
            ("size", "half", _measure(_half_size(piece), options=_H264)),
        ]
        for change, version, values in found:
            rows += [(piece.name, change, version, metric, value) for metric, value in values.items()]
    return pd.DataFrame(rows, columns=_VARIANTS)


def _at_rate(rate: int) -> dict[str, str]:
    return {"b": str(rate), "preset": "veryfast", "x264-params": "mbtree=0:threads=1"}


def _half_rate(piece: Piece) -> Piece:
    return Piece(piece.name, Fraction(piece.fps, 2), piece.pictures[::2])


def _half_size(piece: Piece) -> Piece:
    height, width = (side // 4 * 2 for side in piece.size)
    return piece.showing(
        Picture(_shrunk(p.y, height, width), *(_shrunk(c, height // 2, width // 2) for c in p[1:]))
        for p in piece.pictures
    )


def _shrunk(plane: Plane, height: int, width: int) -> Plane:
    frame = av.VideoFrame.from_ndarray(plane, format="gray")
    small = frame.reformat(width, height, interpolation="AREA").to_ndarray()
    return np.asarray(small, dtype=np.uint8)


def invariance(rows: pd.DataFrame) -> pd.DataFrame:
    """How alike the two versions of each change read.

    Columns: metric, change, difference (median over clips of second minus first, in the metric's unit), shift
    (that over the spread of the clips, see `effects`), agreement (Spearman over the clips: whether clips keep their
    order), clips.
    """
    found = []
    for (metric, change), part in rows.groupby(["metric", "change"], sort=False):
        versions = list(dict.fromkeys(part["version"]))
        wide = part.pivot_table(index="clip", columns="version", values="value")
        if set(versions) - set(wide.columns):
            continue
        one, two = wide[versions[0]], wide[versions[1]]
        spread = float(one.quantile(0.75) - one.quantile(0.25)) / 2 * 1.4826
        difference = float((two - one).median())
        found.append(
            {
                "metric": metric,
                "change": change,
                "difference": difference,
                "shift": difference / spread if spread > 0 else np.nan,
                "agreement": spearman(one, two),
                "clips": int((one.notna() & two.notna()).sum()),
            }
        )
    return pd.DataFrame(found)
