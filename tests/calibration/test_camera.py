"""The camera part of the calibration: labelled clips of a folder, and the confusion matrix as a figure."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from kit.calibration import page
from kit.calibration.camera import LABELLED_COLUMNS, CameraCalibration, labelled_clips
from kit.sandbox import render


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips that pan right, one labelled so and one labelled the other way, and rows that name no clip to measure."""
    place = tmp_path_factory.mktemp("clips") / "some"
    place.mkdir()
    truth = render(
        "A street in the rain.", model="sandbox-steady", camera=("pan_right",), out=place / "a.mp4", seconds=1.5,
        width=320, height=180,
    )  # fmt: skip
    assert [segment.word for segment in truth.camera] == ["pan_right"]
    (place / "b.mp4").write_bytes((place / "a.mp4").read_bytes())
    rows = [
        ("a.mp4", "pan_right"),
        ("b.mp4", "pan_left"),
        ("gone.mp4", "static"),
        ("a.mp4", ""),
        ("a.mp4", "whirl"),
    ]
    with (place / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "camera_motion"), *rows])
    return place.parent


def test_labelled_clips_are_held_against_their_labels(folder: Path) -> None:
    """Right where the label's move was found and nothing else; what has no file or no camera word is passed over."""
    found = labelled_clips(folder)
    assert list(found["clip"]) == ["a.mp4", "b.mp4"]
    assert list(found["verdict"]) == ["met", "reversed"]
    assert list(found["right"]) == [True, False]
    assert list(found["measured"]) == ["pan_right", "pan_right"]


def test_without_a_folder_there_are_no_labelled_clips() -> None:
    """The table is empty, with its columns."""
    assert list(labelled_clips(None).columns) == LABELLED_COLUMNS
    assert labelled_clips(None).empty


def test_confusion_shows_counts_and_shares_of_the_row() -> None:
    """Three of four pans right: the cell says 3 and is coloured as 0.75."""
    table = pd.DataFrame(
        {"pan_left": [3, 0], "unsure": [1, 0], "static": [0, 2]}, index=["pan_left", "static"]
    )
    (heat,) = page.confusion(table, "x").data
    assert heat["z"].tolist() == [[0.75, 0.25, 0], [0, 0, 1]]
    assert heat["text"].tolist() == [[3, 1, 0], [0, 0, 2]]


def test_wrong_clips_are_listed_with_all_that_was_measured(tmp_path: Path) -> None:
    """`wrong` holds those that are not right, and saving writes four tables."""
    found = pd.DataFrame(
        {"condition": ["c", "c"], "picture": ["p", "p"], "truth": ["pan_left", "static"], "rate": ["1", "0"],
         "text": ["pan_left", "unsure"], "right": [True, False]}
    )  # fmt: skip
    empty = pd.DataFrame(columns=LABELLED_COLUMNS)
    one = CameraCalibration(1, found, empty, empty, empty)
    assert one.wrong["truth"].tolist() == ["static"]
    one.save(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("camera*.csv"))) == 4
