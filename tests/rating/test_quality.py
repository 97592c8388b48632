"""What is said of a rater, against cases worked out by hand."""

import math

import pandas as pd
import pytest

from kit.rating import quality
from kit.study import Study

COLUMNS = [
    "id", "rater", "rater_kind", "position", "step", "dimension", "side", "choice", "seconds", "through", "undoes",
    "kind", "of_position",
]  # fmt: skip


class Log:
    """A log written a line at a time, as `study.judgements` would give it."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, rater="mira", **values) -> int:
        row = (
            dict.fromkeys(COLUMNS)
            | {"id": len(self.rows) + 1, "rater": rater, "rater_kind": "person"}
            | values
        )
        self.rows.append(row)
        return int(row["id"])

    def vote(
        self, position, choice, *, side=None, kind="pair", dimension="artifacts", of=None, **more
    ) -> int:
        side = side or {"a": "left", "b": "right"}.get(choice, choice)
        return self.add(
            position=position, step="vote", dimension=dimension, side=side, choice=choice, kind=kind,
            of_position=of, **({"seconds": 4.0, "through": True} | more),
        )  # fmt: skip

    def quality(self):
        frame = pd.DataFrame(self.rows, columns=COLUMNS, dtype=object)
        whole = dict.fromkeys(("position", "undoes", "of_position"), "Int64")
        frame = frame.astype({"id": "int64", "seconds": "float64", "through": "boolean"} | whole)
        return quality(frame)


def test_repeats_agree_after_unswapping():
    """Same model on the other side agrees; same side does not; ties agree with the same tie only. 2 of 4."""
    log = Log()
    log.vote(0, "a", side="left")
    log.vote(1, "a", side="left")
    log.vote(2, "both_good")
    log.vote(3, "both_good")
    log.vote(4, "b")
    log.vote(10, "a", side="right", kind="repeat", of=0)
    log.vote(11, "b", side="left", kind="repeat", of=1)
    log.vote(12, "both_good", kind="repeat", of=2)
    log.vote(13, "both_bad", kind="repeat", of=3)
    # Another dimension than its original was voted on: there is nothing to hold it against.
    log.vote(14, "b", kind="repeat", of=4, dimension="video_realism")
    row = log.quality().iloc[0]
    assert (row["repeats_same"], row["repeats_of"]) == (2, 4)
    # Wilson for 2 of 4 with z = 1.959964, z^2 = 3.841459: centre .5, half width
    # 1.959964 * sqrt(2 * 2 / 4 + 3.841459 / 4) / (4 + 3.841459) = 1.959964 * 1.400130 / 7.841459 = .349962.
    assert row["repeats_low"] == pytest.approx(0.150038, abs=1e-5)
    assert row["repeats_high"] == pytest.approx(0.849962, abs=1e-5)
    assert (row["pairs"], row["votes"]) == (5, 5)


def test_known_answers():
    """Right where the whole clip was preferred somewhere and its degraded copy nowhere. 1 of 3; ties are not right."""
    log = Log()
    log.vote(0, "a", kind="known")
    log.vote(0, "both_good", kind="known", dimension="video_realism")
    log.vote(1, "a", kind="known")
    log.vote(1, "b", kind="known", dimension="video_realism")
    log.vote(2, "both_bad", kind="known")
    row = log.quality().iloc[0]
    assert (row["known_right"], row["known_of"]) == (1, 3)
    assert (row["pairs"], row["votes"], row["repeats_of"], row["left_of"]) == (0, 0, 0, 0)
    assert math.isnan(row["repeats_low"])
    assert math.isnan(row["left_low"])


def test_the_left_share_has_an_exact_interval():
    """Three of three for the left: from the cube root of .025 to 1; ties and known answers do not count."""
    log = Log()
    log.vote(0, "a", side="left")
    log.vote(1, "b", side="left")
    log.vote(2, "a", side="left", kind="repeat", of=0)
    log.vote(3, "both_good")
    log.vote(4, "a", side="right", kind="known")
    row = log.quality().iloc[0]
    assert (row["left"], row["left_of"]) == (3, 3)
    assert row["left_low"] == pytest.approx(0.025 ** (1 / 3), abs=1e-6)
    assert row["left_high"] == 1


def test_only_what_stands_counts():
    """A vote taken back is gone; a changed one counts as it is now; a pair skipped and voted on is not skipped."""
    log = Log()
    log.vote(0, "a", seconds=100.0)
    log.vote(0, "b", seconds=2.0)
    gone = log.vote(1, "a", seconds=50.0)
    log.add(step="undo", position=1, undoes=gone, kind="pair")
    log.add(step="skip", position=1, kind="pair")
    log.add(step="skip", position=2, kind="pair")
    log.vote(2, "b", seconds=8.0)
    row = log.quality().iloc[0]
    assert (row["votes"], row["pairs"], row["skipped"]) == (2, 2, 1)
    assert row["seconds_median"] == 5.0
    assert (row["left"], row["left_of"]) == (0, 2)


def test_played_through():
    """An item was seen whole where any of its answers says so: here 1 of 2."""
    log = Log()
    log.vote(0, "a", through=False)
    log.vote(0, "a", dimension="video_realism", through=True)
    log.vote(1, "a", through=False)
    row = log.quality().iloc[0]
    assert (row["through"], row["through_of"]) == (1, 2)


def test_votes_after_the_reveal_are_counted():
    """One before, two after, the second of which stands in the place of the one before."""
    log = Log()
    log.vote(0, "a")
    log.add(step="reveal")
    log.vote(0, "b")
    log.vote(1, "b")
    assert log.quality()["after_reveal"].tolist() == [2]


def test_raters_are_kept_apart():
    """One row a rater and kind, by name; a repeat is held against the same rater's original."""
    log = Log()
    log.vote(0, "a", rater="noor")
    log.vote(0, "b", rater="mira")
    log.vote(1, "a", kind="repeat", of=0, rater="mira")
    frame = log.quality()
    assert frame["rater"].tolist() == ["mira", "noor"]
    assert frame["repeats_same"].tolist() == [0, 0]
    assert frame["repeats_of"].tolist() == [1, 0]


def test_nobody_has_rated(tmp_path):
    """A study without judgements gives the columns and no rows."""
    with Study.create(tmp_path / "study") as study:
        assert quality(study.judgements).empty
        assert list(quality(study.judgements).columns[:3]) == ["rater", "rater_kind", "pairs"]
