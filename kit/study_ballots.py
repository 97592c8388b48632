"""The part of a study that holds what raters said: votes, scores, checks, and the log of blind rating."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from kit.storage import frames, records, schema
from kit.storage.database import Database
from kit.storage.rating import Ratings
from kit.storage.records import NewScore, NewVote, Stored


class Ballots:
    """What `kit.study.Study` says of votes, scores and checks; votes are oriented by its models' order."""

    _database: Database
    _ratings: Ratings
    _now: Callable[[], str]

    if TYPE_CHECKING:

        @property
        def models(self) -> list[str]:
            """See `Study.models`."""

    def export_votes(self, path: str | Path) -> int:
        """Write the votes as CSV, newest revisions only; returns how many."""
        from kit.ballots import write_votes

        return write_votes(self.votes, Path(path))

    def export_scores(self, path: str | Path) -> int:
        """Write the scores as CSV, newest revisions only; returns how many."""
        from kit.ballots import write_scores

        return write_scores(self.scores, Path(path))

    def add_votes(self, votes: Sequence[NewVote]) -> Stored:
        """Keep votes. The same vote again changes nothing; a changed one becomes a new revision."""
        with self._database.writing() as connection:
            return records.add_votes(connection, votes, self._now())

    def add_scores(self, scores: Sequence[NewScore]) -> Stored:
        """Keep scores. The same score again changes nothing; a changed one becomes a new revision."""
        with self._database.writing() as connection:
            return records.add_scores(connection, scores, self._now())

    @property
    def votes(self) -> pd.DataFrame:
        """One row a vote, newest revision, `a` being the model that comes first in `models`."""
        return frames.newest(self.vote_history, schema.VOTE_KEY)

    @property
    def vote_history(self) -> pd.DataFrame:
        """Every revision of every vote, oldest first."""
        models = self.models
        with self._database.reading() as connection:
            return frames.votes(connection, models)

    @property
    def scores(self) -> pd.DataFrame:
        """One row a score, newest revision."""
        return frames.newest(self.score_history, schema.SCORE_KEY)

    @property
    def score_history(self) -> pd.DataFrame:
        """Every revision of every score, oldest first."""
        with self._database.reading() as connection:
            return frames.scores(connection)

    @property
    def checks(self) -> pd.DataFrame:
        """One row an answer (yes, no, cant_tell) to one of a prompt's checks for one clip, newest revision."""
        with self._database.reading() as connection:
            return frames.newest(frames.checks(connection), schema.CHECK_KEY)

    @property
    def judgements(self) -> pd.DataFrame:
        """The log of blind rating, oldest first: every answer as it was given, and every answer taken back."""
        with self._database.reading() as connection:
            return frames.judgements(connection)

    @property
    def rating(self) -> Ratings:
        """The raters' queues and what they answered; see `kit.rating`."""
        return self._ratings
