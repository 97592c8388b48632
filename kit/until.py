"""A study as it was: what had been filmed, voted and scored by a moment, for a report of that day."""

from datetime import UTC, date, datetime, time
from functools import cached_property

import pandas as pd

from kit.errors import BadParameter
from kit.storage import frames, schema
from kit.study import Study


class StudyUntil(Study):
    """A study as it was at `until` (see `moment_of`): for reading, over the open study's own connections.

    Votes, scores, answers to checks and judgements count by their `created_at`, each in the revision that stood then.
    A request counts once it was made and its clip once that was stored; an imported clip also where somebody had
    voted on it or scored it by then, since it was there to be seen. Measurements count with their clip: what is
    measured of a file is the same on any day. What study.yaml says, and prompts typed later, are those of today.

    Raises BadParameter for what is no day and no moment.
    """

    def __init__(self, study: Study, until: str) -> None:
        # Not opened again: the same place and the same connections.
        self.__dict__.update(study.__dict__)
        self._whole = study
        self._end = pd.Timestamp(moment_of(until))

    @property
    def requests(self) -> pd.DataFrame:
        """See `Study.requests`."""
        frame = self._whole.requests
        keys = zip(frame["prompt_id"], frame["model"], frame["take"], strict=True)
        seen = pd.Series([key in self._seen for key in keys], index=frame.index, dtype=bool)
        kept = frame[self._by_then(frame) | seen]
        there = kept["clip"].isin(self.clips["clip"])
        return kept.assign(clip=kept["clip"].where(there, None)).reset_index(drop=True)

    @property
    def clips(self) -> pd.DataFrame:
        """See `Study.clips`."""
        frame, requests = self._whole.clips, self._whole.requests
        rows = zip(requests["prompt_id"], requests["model"], requests["take"], requests["clip"], strict=True)
        seen = {clip for *key, clip in rows if tuple(key) in self._seen}
        return frame[self._by_then(frame) | frame["clip"].isin(seen)].reset_index(drop=True)

    @property
    def measurements(self) -> pd.DataFrame:
        """See `Study.measurements`."""
        frame = self._whole.measurements
        return frame[frame["clip"].isin(self.clips["clip"])].reset_index(drop=True)

    def faults(self) -> dict[str, tuple[int, str]]:
        """See `Study.faults`."""
        there = set(self.clips["clip"])
        return {clip: fault for clip, fault in self._whole.faults().items() if clip in there}

    @property
    def vote_history(self) -> pd.DataFrame:
        """See `Study.vote_history`."""
        return self._cut(self._whole.vote_history)

    @property
    def score_history(self) -> pd.DataFrame:
        """See `Study.score_history`."""
        return self._cut(self._whole.score_history)

    @property
    def checks(self) -> pd.DataFrame:
        """See `Study.checks`."""
        with self._database.reading() as connection:
            return frames.newest(self._cut(frames.checks(connection)), schema.CHECK_KEY)

    @property
    def judgements(self) -> pd.DataFrame:
        """See `Study.judgements`."""
        return self._cut(self._whole.judgements)

    @cached_property
    def _seen(self) -> set[tuple[str, str, int]]:
        """What had been voted on or scored: (prompt_id, model, take)."""
        votes, scores = self.vote_history, self.score_history
        sides = [(votes, "model_a"), (votes, "model_b"), (scores, "model")]
        return {
            key
            for frame, model in sides
            for key in zip(frame["prompt_id"], frame[model], frame["take"], strict=True)
        }

    def _by_then(self, frame: pd.DataFrame) -> pd.Series:
        return pd.to_datetime(frame["created_at"], utc=True, format="ISO8601") <= self._end

    def _cut(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[self._by_then(frame)].reset_index(drop=True)


def moment_of(text: str) -> datetime:
    """The last moment that counts: a day (2026-11-01) counts as a whole, in UTC; a moment says its zone.

    Raises BadParameter for anything else.
    """
    try:
        if len(text.strip()) == len("2026-11-01"):
            return datetime.combine(date.fromisoformat(text.strip()), time.max, UTC)
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadParameter(
            f"{text[:60]!r} is no day and no moment; write a day like 2026-11-01 (all of it counts, in UTC), "
            "or a moment with its zone like 2026-11-01T14:05:00Z"
        )
    return moment
