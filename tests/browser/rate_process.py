"""A rating server in a process of its own, which can be killed. Run by file: STUDY PORT RATER..."""

import json
import sys

from kit.rating import RatingOptions
from kit.rating.server import RatingLinks, serve
from kit.study import Study


def tell(links: RatingLinks) -> None:
    """One line of JSON when the server listens."""
    sys.stdout.write(json.dumps({"root": links.root, "links": links.links}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with Study(sys.argv[1]) as study:
        options = RatingOptions(repeats=0, known=0, reveal="own")
        serve(study, sys.argv[3:], port=int(sys.argv[2]), options=options, on_ready=tell)
