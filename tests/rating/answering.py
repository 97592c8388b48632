"""A process that answers a rater's queue and says so line by line; killed in the middle by test_kill.

Each answer is named by its place and dimension, so that one sent again after a crash is the same answer.
"""

import sys

from kit.rating import BlindMedia, RatingOptions, RatingSession
from kit.study import Study


def main(place: str, rater: str) -> None:
    study = Study.open(place)
    media = BlindMedia(study, study.rating.secret())
    session = RatingSession(study, rater=rater, options=RatingOptions(), media=media)
    start = session.ask("start", {})
    position = start["position"]
    while position is not None:
        for dimension in start["dimensions"]:
            told = session.ask(
                "save",
                {
                    "token": f"{position:04}-{dimension['id']}",
                    "position": position,
                    "step": "vote",
                    "dimension": dimension["id"],
                    "choice": "left",
                    "seconds": 1,
                    "watched": {"through": True, "plays": 1, "mode": "side"},
                },
            )
            sys.stdout.write(f"{position} {dimension['id']}\n")
            sys.stdout.flush()
        position = told["position"]
    media.close()
    study.close()
    sys.stdout.write("finished\n")


main(*sys.argv[1:])
