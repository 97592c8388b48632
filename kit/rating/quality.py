"""How reliably a rater answered: shown to the rater and recorded, and never a reason to drop anybody silently."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from kit.rating.answers import STEPS
from kit.stats.counts import frame
from kit.stats.exact import clopper_pearson, wilson

if TYPE_CHECKING:
    from kit.study import Study

QUALITY_COLUMNS = {
    "rater": "str",
    "rater_kind": "str",
    "pairs": "int64",
    "votes": "int64",
    "skipped": "int64",
    "repeats_same": "int64",
    "repeats_of": "int64",
    "repeats_low": "float64",
    "repeats_high": "float64",
    "known_right": "int64",
    "known_of": "int64",
    "known_low": "float64",
    "known_high": "float64",
    "through": "int64",
    "through_of": "int64",
    "seconds_median": "float64",
    "left": "int64",
    "left_of": "int64",
    "left_low": "float64",
    "left_high": "float64",
    "after_reveal": "int64",
}


def rater_quality(study: "Study") -> pd.DataFrame:
    """One row a rater who has answered anything; the columns are those of `quality`."""
    return quality(study.judgements)


def quality(judgements: pd.DataFrame) -> pd.DataFrame:
    """Return one row a rater from a log with the columns of `Study.judgements`; answers taken back do not count.

    - pairs: pairs with at least one vote; votes: votes on pairs; skipped: pairs skipped and not voted on.
    - repeats_same of repeats_of: votes on a repeat that name the same model, or the same tie, as the votes on the same
      dimension of its original; repeats_low, repeats_high: 95% interval of that share (Wilson). Votes on one repeat
      lean on each other, so the interval is narrower than it should be.
    - known_right of known_of: known answers on which the whole clip was preferred to its degraded copy on at least one
      dimension and the copy on none; known_low, known_high as above.
    - through of through_of: items answered, and those of them where both clips were played to the end before an answer.
    - seconds_median: of all votes, NaN without any.
    - left of left_of: votes on pairs and repeats that prefer one clip, and those of them for the left one; left_low,
      left_high: exact 95% interval (Clopper and Pearson).
    - after_reveal: votes given after the rater was shown which model is which.

    Counts are whole numbers, shares and their intervals 0..1, an interval NaN where there is nothing to take it of.
    """
    rows = []
    if len(judgements):
        for (rater, kind), log in judgements.groupby(["rater", "rater_kind"], sort=True):
            rows.append({"rater": rater, "rater_kind": kind} | _of_one(log))
    return frame(rows, QUALITY_COLUMNS)


def _of_one(log: pd.DataFrame) -> dict[str, Any]:
    stands = log[log["step"].isin(STEPS) & ~log["id"].isin(log["undoes"].dropna())]
    votes = stands[stands["step"] == "vote"].drop_duplicates(["position", "dimension"], keep="last")
    own = votes[votes["kind"] == "pair"]
    skipped = stands[(stands["step"] == "skip") & ~stands["position"].isin(votes["position"])]
    same, repeats = _repeats(votes, own)
    right, known = _known(votes[votes["kind"] == "known"])
    seen = stands[stands["position"].isin(votes["position"])].groupby("position")["through"].any()
    shown = votes[votes["kind"] != "known"]
    left = int((shown["side"] == "left").sum())
    decided = left + int((shown["side"] == "right").sum())
    revealed = log.loc[log["step"] == "reveal", "id"].min()
    of_repeats, of_known, of_left = (
        wilson(same, repeats),
        wilson(right, known),
        clopper_pearson(left, decided),
    )
    return {
        "pairs": own["position"].nunique(),
        "votes": len(own),
        "skipped": skipped["position"].nunique(),
        "repeats_same": same,
        "repeats_of": repeats,
        "repeats_low": of_repeats.low,
        "repeats_high": of_repeats.high,
        "known_right": right,
        "known_of": known,
        "known_low": of_known.low,
        "known_high": of_known.high,
        "through": int(seen.sum()),
        "through_of": len(seen),
        "seconds_median": float(votes["seconds"].median()) if len(votes) else math.nan,
        "left": left,
        "left_of": decided,
        "left_low": of_left.low,
        "left_high": of_left.high,
        "after_reveal": int((votes["id"] > revealed).sum()) if pd.notna(revealed) else 0,
    }


def _repeats(votes: pd.DataFrame, own: pd.DataFrame) -> tuple[int, int]:
    """Votes on repeats that agree with those on their originals, and how many there are of both."""
    again = votes[votes["kind"] == "repeat"]
    both = again.merge(own, left_on=["of_position", "dimension"], right_on=["position", "dimension"])
    return int((both["choice_x"] == both["choice_y"]).sum()), len(both)


def _known(votes: pd.DataFrame) -> tuple[int, int]:
    by_item = [set(choices) for _, choices in votes.groupby("position")["choice"]]
    return sum("a" in choices and "b" not in choices for choices in by_item), len(by_item)
