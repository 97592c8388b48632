"""A small slice of the calibration, and the arithmetic of its tables; the whole is the notebook's."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest

from kit.calibration import report, sources
from kit.calibration.matrix import MEANT, correlations, damaged, effects, invariance, matrix, variants
from kit.calibration.run import calibrate
from kit.errors import BadParameter
from kit.metrics import registry
from kit.metrics.findings import FILE, MOVES, finding

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "calibration.ipynb"


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    """Two rendered clips of a second."""
    scratch = tmp_path_factory.mktemp("pieces")
    return list(sources.pieces(scratch, rendered=2, width=320, height=192, seconds=1))


@pytest.fixture(scope="module")
def rows(pieces):
    """They, undamaged and at the upper three strengths of each damage."""
    return damaged(pieces, strengths=(3, 4, 5))


@pytest.mark.parametrize(
    ("kind", "metric"), [(kind, name) for kind, names in MEANT.items() for name in names]
)
def test_each_metric_follows_what_it_is_meant_for(rows, kind, metric):
    """On the slice too, the rank correlation is high, whichever its sign: of four strengths, one pair may be tied."""
    table = correlations(rows).set_index(["metric", "kind"])
    assert abs(table.loc[(metric, kind), "mean"]) >= 0.94
    assert table.loc[(metric, kind), "meant"]


def test_cross_talk_is_in_plain_sight(rows):
    """Every metric that looks at pictures has a row, every damage a column, and a correlation or a reason for none."""
    wide = matrix(correlations(rows))
    assert list(wide.columns) == list(MEANT)
    assert set(wide.index) == {name for name, metric in registry().items() if metric.watcher}
    assert wide.loc["duplicate_frames", "blur"] == 0
    assert ((wide.abs() <= 1.0 + 1e-9) | wide.isna()).all().all()


def tables(values):
    """Rows of one metric and one kind from {clip: values by strength}."""
    return pd.DataFrame(
        [
            (clip, "blur", strength, "sharpness", float(value))
            for clip, own in values.items()
            for strength, value in enumerate(own)
        ],
        columns=["clip", "kind", "strength", "metric", "value"],
    )


def test_correlations_are_taken_within_clips():
    """Two clips far apart that both fall have -1, which pooling them would not give; one that never changes has 0."""
    table = correlations(tables({"a": [9, 8, 7, 6], "b": [1009, 1008, 1007, 1006], "c": [5, 5, 5, 5]}))
    assert (table["mean"].item(), table["lowest"].item(), table["highest"].item()) == (
        pytest.approx(-2 / 3),
        pytest.approx(-1),
        0,
    )


def test_effects_are_in_spreads_of_the_clips():
    """Undamaged 10, 20, 30 have quarters at 15 and 25; a fall by 8 everywhere is 8 / (5 x 1.4826) spreads."""
    table = effects(tables({"a": [10, 2], "b": [20, 12], "c": [30, 22]}))
    assert table["change"].item() == -8
    assert table["effect"].item() == pytest.approx(-8 / (5 * 1.4826))


def test_invariance_by_hand():
    """Three clips that gain 1 between versions and keep their order; their quarters lie 10 apart."""
    values = {"a": (10, 11), "b": (20, 21), "c": (30, 31)}
    rows = pd.DataFrame(
        [
            (c, "codec", version, "noise", v)
            for c, vs in values.items()
            for version, v in zip("xy", vs, strict=True)
        ],
        columns=["clip", "change", "version", "metric", "value"],
    )
    (row,) = invariance(rows).to_dict("records")
    assert (row["difference"], row["agreement"], row["clips"]) == (1, pytest.approx(1), 3)
    assert row["shift"] == pytest.approx(1 / (5 * 1.4826))


def test_variants_measure_the_same_clip_in_two_versions(pieces):
    """Codec, bit rate, frame rate and size each have two versions of each clip; half the size is half the pixels."""
    found = variants(pieces[:1])
    assert found.groupby("change")["version"].nunique().to_dict() == {
        "codec": 2, "bit rate": 2, "frame rate": 2, "size": 2,
    }  # fmt: skip
    wide = found.pivot_table(index="metric", columns=["change", "version"], values="value")
    assert wide.loc["exposure", ("codec", "VP9")] == pytest.approx(
        wide.loc["exposure", ("codec", "H.264")], abs=0.01
    )


def test_sentences_say_what_was_found(rows):
    """What a metric is meant for comes first; one that reacts to nothing says so."""
    texts = report.sentences(rows, pd.DataFrame(columns=["clip", "change", "version", "metric", "value"]))
    assert texts["noise"].startswith("Follows noise (rank correlation +1.00")
    assert texts["black_frames"].startswith("Reacts to none of the six kinds")
    assert all(text.endswith(".") for text in texts.values())


def test_findings_are_kept_with_their_version_date_and_command(rows, tmp_path):
    """The file holds what is needed to make it again."""
    texts = report.sentences(rows, pd.DataFrame(columns=["clip", "change", "version", "metric", "value"]))
    report.write_findings(tmp_path / FILE, texts, date="2026-11-28", command="python -m x", clips=2)
    data = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert (data["date"], data["command"], data["clips"]) == ("2026-11-28", "python -m x", 2)
    assert data["metrics"]["noise"]["version"] == registry()["noise"].version


def test_the_kept_findings_are_of_these_versions():
    """Each of the kit's own metrics that looks at pictures says what its present version's calibration found."""
    for name, metric in registry().items():
        if metric.watcher is not None:
            assert metric.calibration, name
            assert "Not calibrated" not in metric.calibration, name
            assert re.search(r"\(Calibration of 20\d\d-\d\d-\d\d on \d+ clips\.\)$", metric.calibration)
    assert finding("sharpness", 999) == "Not calibrated in its version 999."
    assert finding("no such metric", 1) == ""


def test_real_clips_are_taken_from_each_folder_in_turn(tmp_path):
    """The first of each subfolder comes before the second of any; other files are passed over."""
    for name in ("a/1.mp4", "a/2.mp4", "b/1.webm", "b/notes.txt", "c/1.mkv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    chosen = [str(path.relative_to(tmp_path)) for path in sources.chosen(tmp_path, 4)]
    assert chosen == ["a/1.mp4", "b/1.webm", "c/1.mkv", "a/2.mp4"]


def test_the_notebook_runs(tmp_path):
    """By papermill, in its quick mode, it writes the tables and the page; the kept notebook holds no output."""
    source = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") and not cell.get("execution_count") for cell in source.cells)
    papermill.execute_notebook(
        NOTEBOOK,
        tmp_path / "out.ipynb",
        parameters={"quick": True, "out": str(tmp_path / "out")},
        progress_bar=False,
        log_output=False,
        cwd=tmp_path,
    )
    table = pd.read_csv(tmp_path / "out" / "correlations.csv")
    assert np.isfinite(table.loc[table["meant"], "mean"]).all()
    page = (tmp_path / "out" / "calibration.html").read_text(encoding="utf-8")
    assert "Calibration on 2 clips" in page
    assert "Rank correlation" in page
    camera = pd.read_csv(tmp_path / "out" / "camera.csv")
    assert 5 <= len(camera) <= 20
    assert "Camera, true against measured" in page


@pytest.mark.parametrize(
    ("folder", "rendered", "words"),
    [
        ("nosuch", 1, "there is no folder"),
        ("", 0, "no clip to calibrate with"),
        ("empty", 0, "no clip to cal"),
    ],
)
def test_without_a_clip_it_says_what_is_missing(tmp_path, folder, rendered, words):
    """A folder that is not there, or holds no clip, is named before anything is rendered or measured."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadParameter, match=words):
        calibrate(str(tmp_path / folder) if folder else None, rendered=rendered)


def test_the_sentence_on_moves_counts_films_and_stays_beside_the_others(tmp_path: Path) -> None:
    """38 of 40 and 27 of 30 right, one of three misses unsure; kept when damages are written again, and shown."""
    tuned = pd.DataFrame({"picture": ["a", "b"] * 20, "right": [False] * 2 + [True] * 38, "unsure": False})
    others = pd.DataFrame(
        {"picture": ["c", "d", "e"] * 10, "right": [False] * 3 + [True] * 27, "unsure": False}
    )
    others.loc[0, "unsure"] = True
    text = report.moves_sentence(tuned, others)
    # Every picture has the same share right, so resampling pictures changes nothing.
    assert "38 of 40 rightly (95.0%, 95% interval 95.0% to 95.0%, 2 pictures)" in text
    assert "27 of 30 rightly (90.0%, 95% interval 90.0% to 90.0%, 3 pictures)" in text
    assert "1 of those 3 misses is told as unsure" in text
    report.write_moves(tmp_path / FILE, text, date="2026-11-28", command="python -m x")
    report.write_findings(tmp_path / FILE, {"noise": "n."}, date="2026-11-28", command="python -m x", clips=2)
    data = json.loads((tmp_path / FILE).read_text("utf-8"))
    version = registry()["camera_motion"].version
    assert data[MOVES] == {"date": "2026-11-28", "command": "python -m x", "version": version, "text": text}
    assert list(data["metrics"]) == ["noise"]


def test_the_camera_has_a_sentence_for_its_version() -> None:
    """The kept calibration is of the version that measures now, and says how many films it named rightly."""
    assert "Of films with known moves it named" in finding(
        "camera_motion", registry()["camera_motion"].version
    )
