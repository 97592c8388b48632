"""The study: prompts, clips, measurements, votes and scores, and the only door to where they are kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

import pandas as pd

from kit.clock import utc_now
from kit.errors import ClipMissing, StudyExists, StudyMissing
from kit.open_studies import mark
from kit.rubric import Rubric
from kit.storage import frames, images, places, prompts, records
from kit.storage.clipstore import ClipStore
from kit.storage.config import StudyConfig, stored_config
from kit.storage.database import Database
from kit.storage.fingerprint import fingerprint
from kit.storage.rating import Ratings
from kit.storage.records import NewClip, NewRequest, Stored
from kit.storage.tasks import Ledger
from kit.study_ballots import Ballots
from kit.suite import Prompt

if TYPE_CHECKING:
    from kit.generation.options import GenerateOptions
    from kit.generation.summary import RunSummary
    from kit.importing import Imported, ImportedBallots
    from kit.limits import Limits
    from kit.measure import MeasureSummary
    from kit.metrics.base import Measurement


class Study(Ballots):
    """A study in a folder, or on a database server with its clips on any fsspec store.

    `Study("my-study")` opens the folder, or makes a new study there when it does not exist or is empty.
    `Study("postgresql+psycopg://user@host/name", clips="s3://bucket/clips")` shares one among people and machines;
    a password belongs into PGPASSWORD or ~/.pgpass rather than into the URL.

    Raises StudyError for a folder that holds something else, StudyTooNew for a study written by a newer kit,
    BadConfig for a study.yaml that cannot be used.
    """

    def __init__(
        self, location: str | Path, *, clips: str | None = None, now: Callable[[], str] = utc_now
    ) -> None:
        """Open the study at `location`, or make one. `now` gives the time stamps; tests pass a fixed one."""
        self._now = now
        self._location = str(location)
        self._folder, url = places.place_of(location)
        if self._folder is not None:
            places.make_folder(self._folder)
        self._database = Database(url, now)
        try:
            self._config = stored_config(self._folder, self._database, clips)
            self._clips = ClipStore(self._config.clips or places.clips_folder(self._folder))
            self._ledger = Ledger(self._database, self._clips, now)
            self._ratings = Ratings(self._database, now)
        except BaseException:
            self._database.close()
            raise

    @classmethod
    def create(
        cls,
        location: str | Path,
        config: StudyConfig | None = None,
        *,
        now: Callable[[], str] = utc_now,
    ) -> Self:
        """Make a new study from a configuration. Raises StudyExists where there is one already."""
        if cls.exists(location):
            place = places.shown(location)
            raise StudyExists(
                f"there is a study at {place} already; choose another place, "
                f"or import into it with: kit import {place} MANIFEST.csv"
            )
        config = config or StudyConfig()
        folder, url = places.place_of(location)
        if folder is not None:
            config = replace(config, title=config.title or folder.resolve().name)
            places.make_folder(folder)
            config.write(folder / places.YAML)
        else:
            database = Database(url, now)
            records.set_meta(database, "config", config.to_yaml())
            database.close()
        return cls(location, now=now)

    @classmethod
    def open(cls, location: str | Path) -> Self:
        """Open a study that must exist. Raises StudyMissing where there is none."""
        if not cls.exists(location):
            place = places.shown(location)
            raise StudyMissing(
                f"there is no study at {place}; make one with: kit init {place}, or see: kit demo"
            )
        return cls(location)

    @staticmethod
    def exists(location: str | Path) -> bool:
        """Whether there is a study at this place."""
        return places.exists(places.place_of(location))

    # What the study is about

    @property
    def title(self) -> str:
        """The study's title; at first the name of its folder, where none was given."""
        return self._config.title or "Study"

    @property
    def folder(self) -> Path | None:
        """The study's folder; None for a study on a database server."""
        return self._folder

    @property
    def location(self) -> str:
        """The folder or the database URL, as it was given; a URL may hold a password, so this is not for showing."""
        return self._location

    @property
    def config(self) -> StudyConfig:
        """What study.yaml says."""
        return self._config

    @property
    def rubric(self) -> Rubric:
        """The dimensions that raters judge by."""
        return self._config.rubric

    @property
    def models(self) -> list[str]:
        """Models in order: those that study.yaml names, then those that clips brought along."""
        found = self.requests["model"]
        return list(dict.fromkeys([*self._config.models, *found]))

    @property
    def prompts(self) -> pd.DataFrame:
        """One row a prompt: the suite's in its order, then those added, then those that clips brought along."""
        return frames.prompts(self._config.suite, self._added_prompts(), self.requests)

    def add_prompt(
        self,
        text: str,
        *,
        title: str = "",
        stresses: str | None = None,
        negative_prompt: str = "",
        camera: Sequence[str] = (),
        checks: Sequence[str] = (),
        id: str | None = None,  # noqa: A002
    ) -> str:
        """Make a prompt part of the study, and return its id: made from the text, or the one given.

        The same text (with the same negative prompt) gives the id that it has; what is given beside the text then
        takes the place of what was there. It is kept in the database; study.yaml stays as it is.
        Raises BadParameter for what a suite would refuse too, for an id that is taken, and for a prompt of the suite
        with other words beside it.
        """
        given = Prompt(id or "", text, title, stresses, negative_prompt, tuple(camera), tuple(checks))
        return prompts.add_prompt(self._database, self._config, given, self._now())

    def add_image(self, data: bytes) -> str:
        """Keep a start frame, end frame or element (PNG, JPEG, WebP, at most 10 MiB), and return what settings take.

        That is the path `images/<sha256>.<ext>` in the study's folder. A study on a database server has none; there
        it is a path in the user's home, since requests name the image by its hash, wherever it lies.
        Raises BadParameter for bytes that are no image or too many.
        """
        return images.add_image(self._folder, data)

    @property
    def requests(self) -> pd.DataFrame:
        """One row a request (prompt x model x settings x take), in the order in which they came.

        `seconds` is the wall time from sending to the provider's end, by the provider's clock where it tells, else by
        ours; `queue_seconds` and `processing_seconds` are the provider's. `cost_usd` is that of all `attempts`
        (0 for an imported clip) and `cost_source` whether it was charged or is estimated.
        """
        with self._database.reading() as connection:
            return frames.requests(connection)

    @property
    def ledger(self) -> Ledger:
        """The provider's paid jobs; see `kit.generation`."""
        return self._ledger

    @property
    def clips(self) -> pd.DataFrame:
        """One row a clip: what its container and stream say of it."""
        with self._database.reading() as connection:
            return frames.clips(connection)

    def pairs(self) -> pd.DataFrame:
        """One row for every two models' clips of one prompt, same settings, same take, in the models' order.

        The frame and its rows know their study, so that `kit.PairPlayer(study.pairs().iloc[0])` is enough.
        """
        return mark(frames.pairs(self.requests, self.models, list(self.prompts["prompt_id"])), self)

    # Filming

    def generate(self, **options: "Unpack[GenerateOptions]") -> "RunSummary":
        """Film what is missing, whether or not an event loop is running; see `kit.generation.generate`."""
        from kit.generation import generate

        return generate(self, **options)

    async def agenerate(self, **options: "Unpack[GenerateOptions]") -> "RunSummary":
        """Film what is missing; see `kit.generation.agenerate`."""
        from kit.generation import agenerate

        return await agenerate(self, **options)

    # Clips and their measurements

    def import_clips(
        self, manifest: str | Path, *, add: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> "Imported":
        """Read a clip manifest and store what it names; all of it or, where anything is wrong, nothing.

        Where the study has a suite or names models, others are refused unless `add` is given.
        Raises BadManifest with every fault found.
        """
        from kit.importing import import_clips

        return import_clips(self, Path(manifest), add=add, progress=progress)

    def store_clips(self, clips: Iterable[tuple[Path, NewClip]], requests: Sequence[NewRequest]) -> Stored:
        """Store clip files, then their rows and requests in one transaction; what is there already stays.

        A request that is there with the same clip has its notes, time and cost brought up to date.
        """
        rows = []
        for path, clip in clips:
            self._clips.put(path, clip.clip, clip.suffix)
            rows.append(clip)
        with self._database.writing() as connection:
            return records.add_requests(connection, rows, requests, self._now())

    @contextmanager
    def clip_file(self, clip: str) -> Iterator[Path]:
        """A clip as a local file, for as long as the block lasts. Raises ClipMissing."""
        with self._clips.local_file(clip, self._suffix(clip)) as path:
            yield path

    def clip_path(self, clip: str) -> Path | None:
        """Where a clip lies on this machine; None where clips are kept elsewhere. Raises ClipMissing."""
        return self._clips.local_path(clip, self._suffix(clip))

    def _suffix(self, clip: str) -> str:
        with self._database.reading() as connection:
            suffix = records.suffix_of(connection, clip)
        if suffix is None:
            raise ClipMissing(f"there is no clip {clip[:12]}… in this study; `study.clips` lists them")
        return suffix

    def measure(
        self,
        *,
        executor: Executor | None = None,
        jobs: int = 1,
        limits: "Limits | None" = None,
        again: bool = False,
        progress: Callable[[int, int, str, str | None], None] | None = None,
    ) -> "MeasureSummary":
        """Measure whatever has not been measured by the present version of each metric; see `kit.measure`."""
        from kit.measure import measure

        return measure(self, executor=executor, jobs=jobs, limits=limits, again=again, progress=progress)

    @property
    def measurements(self) -> pd.DataFrame:
        """One row a clip and metric, of the newest version of that metric."""
        with self._database.reading() as connection:
            return frames.measurements(connection)

    def measured(self) -> set[tuple[str, str, int]]:
        """What has been measured: (clip, metric, version)."""
        with self._database.reading() as connection:
            return records.measured(connection)

    def add_measurements(
        self, clip: str, measurements: Iterable["Measurement"], *, fault: tuple[int, str] | None = None
    ) -> None:
        """Keep what was measured of one clip; a result already there for that version stays.

        `fault` is the decoder's version and why the clip could not be decoded, or not whole; it takes the place of
        any that the clip had, and None clears it.
        """
        with self._database.writing() as connection:
            records.add_measurements(connection, clip, measurements)
            records.set_fault(connection, clip, fault)

    def faults(self) -> dict[str, tuple[int, str]]:
        """Clips that could not be decoded whole: the decoder's version and the reason, by clip."""
        with self._database.reading() as connection:
            return records.faults(connection)

    # Votes and scores; more of them in `kit.study_ballots`

    def import_votes(self, path: str | Path) -> "ImportedBallots":
        """Read a file of votes; all of it or, where anything is wrong, nothing. Raises BadVotes."""
        from kit.importing import import_votes

        return import_votes(self, Path(path))

    def import_scores(self, path: str | Path) -> "ImportedBallots":
        """Read a file of scores; all of it or, where anything is wrong, nothing. Raises BadScores."""
        from kit.importing import import_scores

        return import_scores(self, Path(path))

    # The study as a whole

    def fingerprint(self) -> str:
        """SHA-256 over everything that a report is made from; times of storing do not enter."""
        return fingerprint(self, self._added_prompts())

    def close(self) -> None:
        """Give back connections; a study can also be used as `with kit.Study(...) as study:`."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        place = str(self._folder) if self._folder else "a database server"
        return f"<Study {self.title!r} in {place}>"

    def _added_prompts(self) -> list[Prompt]:
        with self._database.reading() as connection:
            return prompts.added_prompts(connection)
