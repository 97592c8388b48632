"""Thirty raters in thirty threads on one study, every answer sent one to three times at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.rating import BlindMedia, RatingOptions, RatingSession

RATERS = 30


def test_every_vote_is_stored_once(rated):
    """Each sender of the same answer is told the same; the log and the study have it once."""
    study = rated(prompts=5)
    media = BlindMedia(study, study.rating.secret())
    ready = threading.Barrier(RATERS)
    told_twice = []

    def rate(number: int) -> int:
        random = np.random.default_rng(number)
        # Two sessions of the same rater, as of two open pages.
        sessions = [
            RatingSession(study, rater=f"rater-{number}", options=RatingOptions(), media=media)
            for _ in range(2)
        ]
        ready.wait()
        sent = 0
        with ThreadPoolExecutor(3) as senders:
            starts = list(senders.map(lambda session: session.ask("start", {}), sessions))
            assert starts[0] == starts[1]
            position = starts[0]["position"]
            while position is not None:
                for dimension in starts[0]["dimensions"]:
                    data = {
                        "token": f"{position}-{dimension['id']}",
                        "position": position,
                        "step": "vote",
                        "dimension": dimension["id"],
                        "choice": ("left", "right", "both_good", "both_bad")[random.integers(4)],
                        "seconds": 1,
                        "watched": {"through": True, "plays": 1, "mode": "side"},
                    }
                    times = int(random.integers(1, 4))
                    answers = list(
                        senders.map(lambda i, data=data: sessions[i % 2].ask("save", data), range(times))
                    )
                    told_twice.extend(answer for answer in answers if answer != answers[0])
                    sent += 1
                position = answers[0]["position"]
        return sent

    with ThreadPoolExecutor(RATERS) as raters:
        sent = list(raters.map(rate, range(RATERS)))
    media.close()
    assert told_twice == []
    # Five pairs and one repeat, on four dimensions.
    assert sent == [6 * 4] * RATERS
    log = study.judgements
    assert len(log) == RATERS * 24
    assert not log.duplicated(["rater", "position", "dimension"]).any()
    votes = study.vote_history
    assert len(votes) == RATERS * 5 * 4
    assert set(votes["revision"]) == {1}
    # Each vote says of the two models what was seen on the screen.
    pairs = log[log["kind"] == "pair"]
    merged = pairs.merge(votes, on=["rater", "prompt_id", "dimension"], suffixes=("", "_vote"))
    assert len(merged) == len(votes)
    assert (merged["left_model"] == merged["left_model_vote"]).all()
    chosen = merged["choice_vote"].map({"a": "alpha", "b": "beta"})
    left = merged["side"] == "left"
    assert (chosen[left] == merged["left_model"][left]).all()
    right = merged["side"] == "right"
    assert (chosen[right] != merged["left_model"][right]).all()
