"""The study as people use it, on SQLite in a folder and on a real PostgreSQL server."""

import csv
import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.errors import (
    BadConfig,
    BadManifest,
    BadParameter,
    BadVotes,
    ClipMissing,
    StudyError,
    StudyExists,
    StudyMissing,
    StudyTooNew,
)
from kit.storage import places
from kit.storage.config import StudyConfig
from kit.storage.records import NewScore, NewVote
from kit.study import Study
from kit.suite import Prompt, Suite

TWO_PROMPTS = Suite(
    "two", "Two", (Prompt("boat", "A paper boat on a puddle."), Prompt("kite", "A red kite over a field."))
)


def fixed_clock() -> str:
    return "2026-11-22T12:00:00.000Z"


@pytest.fixture(params=["sqlite", "postgresql"])
def make_study(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Study]]:
    """Makes a study from a configuration, on either database."""
    made: list[Study] = []

    def make(config: StudyConfig | None = None) -> Study:
        config = config or StudyConfig()
        if request.param == "sqlite":
            study = Study.create(tmp_path / "study", config, now=fixed_clock)
        else:
            place = request.getfixturevalue("postgres_url")
            config = StudyConfig(
                config.title,
                config.models,
                config.settings,
                config.suite,
                config.rubric,
                str(tmp_path / "clips"),
            )
            study = Study.create(place, config, now=fixed_clock)
        made.append(study)
        return study

    yield make
    for study in made:
        study.close()


@pytest.fixture
def manifest(tmp_path: Path, make_clip: Callable[..., Path]) -> Callable[[list[dict[str, object]]], Path]:
    """Writes clips (one a row, seeded by the row's `seed`) and the manifest that lists them."""
    folder = tmp_path / "incoming"

    def write(rows: list[dict[str, object]], name: str = "clips.csv") -> Path:
        folder.mkdir(exist_ok=True)
        for row in rows:
            file = folder / str(row["file"])
            if not file.exists():
                make_clip(file, seed=int(str(row.pop("seed", 0))))
            row.pop("seed", None)
        path = folder / name
        with path.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def four_rows() -> list[dict[str, object]]:
    return [
        {"file": f"{p}_{m}.mp4", "prompt_id": p, "prompt": t, "model": m, "seed": 10 * i + j}
        for i, (p, t) in enumerate(
            [("boat", "A paper boat on a puddle."), ("kite", "A red kite over a field.")]
        )
        for j, m in enumerate(["alpha", "beta"])
    ]


def vote(**changes: object) -> NewVote:
    values: dict[str, object] = {
        "prompt_id": "boat", "model_a": "alpha", "model_b": "beta", "take": 1,
        "dimension": "artifacts", "choice": "a", "rater": "r1",
    }  # fmt: skip
    return NewVote(**(values | changes))  # type: ignore[arg-type]


def test_a_manifest_alone_is_enough(make_study, manifest):
    """Prompts, models and their order come from the manifest, and every clip is stored under its hash."""
    study = make_study()
    done = study.import_clips(manifest(four_rows()))
    assert (done.added, done.new_clips) == (4, 4)
    assert list(study.prompts["prompt_id"]) == ["boat", "kite"]
    assert study.models == ["alpha", "beta"]
    assert (
        list(study.requests["prompt"]) == ["A paper boat on a puddle."] * 2 + ["A red kite over a field."] * 2
    )
    pairs = study.pairs()
    assert list(pairs["prompt_id"]) == ["boat", "kite"]
    with study.clip_file(pairs["clip_a"][0]) as path:
        assert path.name == f"{pairs['clip_a'][0]}.mp4"
        assert path.parent.name == pairs["clip_a"][0][:2]


def test_importing_twice_changes_nothing(make_study, manifest):
    """The same file again adds nothing, and the fingerprint stays."""
    study = make_study()
    path = manifest(four_rows())
    study.import_clips(path)
    before = study.fingerprint()
    done = study.import_clips(path)
    assert (done.added, done.changed, done.unchanged, done.new_clips) == (0, 0, 4, 0)
    assert study.fingerprint() == before


def test_the_same_bytes_are_stored_once(make_study, manifest, tmp_path):
    """Two rows with equal bytes share one clip; each is a request of its own."""
    study = make_study()
    rows = [
        {"file": "a.mp4", "prompt_id": "boat", "model": "alpha", "seed": 1},
        {"file": "b.mp4", "prompt_id": "boat", "model": "beta", "seed": 1},
    ]
    done = study.import_clips(manifest(rows))
    assert (done.added, done.new_clips) == (2, 1)
    assert study.requests["clip"].nunique() == 1
    assert len(list(tmp_path.rglob(f"{study.clips['clip'][0]}*"))) == 1


def test_corrected_facts_bring_a_request_up_to_date(make_study, manifest):
    """A row whose clip is there but whose time and notes changed is counted as changed."""
    study = make_study()
    rows = [{"file": "a.mp4", "prompt_id": "boat", "model": "alpha", "seed": 1}]
    study.import_clips(manifest([dict(rows[0])]))
    done = study.import_clips(manifest([rows[0] | {"seconds": "41.5", "notes": "second try"}], "again.csv"))
    assert (done.added, done.changed) == (0, 1)
    assert study.requests["seconds"][0] == 41.5
    assert study.requests["notes"][0] == "second try"


def test_unknown_columns_are_kept(make_study, manifest):
    """A column that the kit does not know comes back in `extra`."""
    study = make_study()
    study.import_clips(
        manifest([{"file": "a.mp4", "prompt_id": "boat", "model": "alpha", "seed": 1, "lens": "35 mm"}])
    )
    assert study.requests["extra"][0] == {"lens": "35 mm"}


def test_another_clip_for_the_same_take_is_refused(make_study, manifest):
    """An accepted clip is never replaced; the fault names line, prompt, model and take."""
    study = make_study()
    study.import_clips(manifest([{"file": "a.mp4", "prompt_id": "boat", "model": "alpha", "seed": 1}]))
    other = manifest([{"file": "b.mp4", "prompt_id": "boat", "model": "alpha", "seed": 2}], "other.csv")
    with pytest.raises(
        BadManifest, match=r"line 2, file: the study has another clip .* take 1; give this one another take"
    ):
        study.import_clips(other)
    assert len(study.clips) == 1


def test_a_suite_keeps_strangers_out_unless_told(make_study, manifest):
    """Unknown prompts and models are refused, all at once, with the nearest name; `add` lets them in."""
    study = make_study(StudyConfig(models=("alpha", "beta"), suite=TWO_PROMPTS))
    rows = [
        {"file": "a.mp4", "prompt_id": "boot", "model": "alpha", "seed": 1},
        {"file": "b.mp4", "prompt_id": "kite", "model": "betta", "seed": 2},
    ]
    path = manifest(rows)
    with pytest.raises(BadManifest) as refused:
        study.import_clips(path)
    faults = refused.value.faults
    assert [(f.line, f.column) for f in faults] == [(2, "prompt_id"), (3, "model")]
    assert "'boat'" in faults[0].problem
    assert "'beta'" in faults[1].problem
    assert study.requests.empty
    assert study.clips.empty
    assert study.import_clips(path, add=True).added == 2
    assert list(study.prompts["prompt_id"]) == ["boat", "kite", "boot"]
    assert study.models == ["alpha", "beta", "betta"]


def test_a_prompt_known_by_text_gets_the_suites_id(make_study, manifest):
    """A manifest without prompt ids joins a suite by the prompts' text."""
    study = make_study(StudyConfig(suite=TWO_PROMPTS))
    study.import_clips(
        manifest([{"file": "a.mp4", "prompt": "A red kite over a field.", "model": "alpha", "seed": 1}])
    )
    assert list(study.requests["prompt_id"]) == ["kite"]


def test_what_is_no_video_is_refused_and_nothing_is_stored(make_study, manifest, tmp_path):
    """One bad file among good ones: the row is named and nothing is imported."""
    study = make_study()
    path = manifest(four_rows())
    (tmp_path / "incoming" / "kite_alpha.mp4").write_text("not a video")
    with pytest.raises(BadManifest) as refused:
        study.import_clips(path)
    assert [(f.line, f.column) for f in refused.value.faults] == [(4, "file")]
    assert study.clips.empty
    assert study.requests.empty


def test_votes_are_revised_and_never_lost(make_study, manifest):
    """The same vote again changes nothing; a changed one counts from then on, and the old one stays readable."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    assert study.add_votes([vote()]) == (1, 0, 0)
    assert study.add_votes([vote()]) == (0, 0, 1)
    assert study.add_votes([vote(choice="both_bad", note="hands melt")]) == (0, 1, 0)
    assert list(study.votes["choice"]) == ["both_bad"]
    assert list(study.vote_history["choice"]) == ["a", "both_bad"]
    assert list(study.vote_history["revision"]) == [1, 2]
    assert study.add_scores([NewScore("boat", "alpha", 1, "artifacts", 4, "r1")]) == (1, 0, 0)
    assert study.add_scores([NewScore("boat", "alpha", 1, "artifacts", 2, "r1")]) == (0, 1, 0)
    assert list(study.scores["score"]) == [2.0]


def test_a_vote_given_the_other_way_round_is_the_same_vote(make_study, manifest):
    """Beta against alpha with choice b is alpha against beta with choice a."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    study.add_votes([vote(choice="a")])
    assert study.add_votes([vote(model_a="beta", model_b="alpha", choice="b")]) == (0, 0, 1)


def test_votes_come_out_in_the_studys_order_of_models(make_study, manifest):
    """`a` is always the model that the study names first, here the one that is later in the alphabet."""
    study = make_study(StudyConfig(models=("beta", "alpha")))
    study.import_clips(manifest(four_rows()))
    study.add_votes([vote(choice="a")])
    row = study.votes.iloc[0]
    assert (row["model_a"], row["model_b"], row["choice"]) == ("beta", "alpha", "b")


def test_an_export_read_back_later_undoes_nothing(make_study, manifest, tmp_path):
    """An old export names the time of each vote, so it is recognised and does not override what came after."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    study.add_votes([vote(choice="a", created_at="2026-01-01T00:00:00Z")])
    study.export_votes(tmp_path / "old.csv")
    study.add_votes([vote(choice="b", created_at="2026-02-01T00:00:00Z")])
    done = study.import_votes(tmp_path / "old.csv")
    assert (done.added, done.changed, done.unchanged) == (0, 0, 1)
    assert list(study.votes["choice"]) == ["b"]


def test_votes_survive_a_round_trip_through_csv(make_study, manifest, tmp_path):
    """Exported votes read back into the same study change nothing."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    study.add_votes([vote(note='said "hm",\nthen =1+1'), vote(prompt_id="kite", choice="tie", seconds=3.25)])
    before = study.fingerprint()
    assert study.export_votes(tmp_path / "votes.csv") == 2
    assert study.import_votes(tmp_path / "votes.csv")[:3] == (0, 0, 2)
    assert study.fingerprint() == before


def test_votes_on_what_the_study_has_not_are_refused_as_a_whole(make_study, manifest, tmp_path):
    """A vote on an unknown prompt refuses the file, and the good vote in it is not stored either."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    file = tmp_path / "votes.csv"
    file.write_text(
        "prompt_id,model_a,model_b,take,dimension,choice,rater\n"
        "boat,alpha,beta,1,artifacts,a,r1\n"
        "boad,alpha,beta,1,artifacts,a,r1\n"
    )
    with pytest.raises(BadVotes, match=r"line 3.*'boat'"):
        study.import_votes(file)
    assert study.votes.empty


def test_fingerprints_know_content_and_not_times(make_study, manifest):
    """Another vote changes the fingerprint; the time at which it was stored does not enter."""
    study = make_study()
    study.import_clips(manifest(four_rows()))
    before = study.fingerprint()
    study.add_votes([vote(created_at="2026-01-01T00:00:00Z")])
    after = study.fingerprint()
    assert after != before
    assert len(after) == 64


def test_an_empty_study_has_every_frame_with_its_columns(make_study):
    """Nothing imported yet: every frame is empty, has its columns, and nothing crashes."""
    study = make_study()
    for name in ("prompts", "requests", "clips", "votes", "scores", "measurements"):
        frame = getattr(study, name)
        assert frame.empty
        assert len(frame.columns) >= 8
    assert study.pairs().empty
    assert "clip_b" in study.pairs().columns


def _write_votes(location: str, writer: int, start: "multiprocessing.synchronize.Event", votes: int) -> None:
    start.wait()
    with Study.open(location) as study:
        for i in range(votes):
            study.add_votes(
                [vote(rater=f"r{writer}", prompt_id=f"p{i}"), vote(rater="shared", choice="ab"[writer % 2])]
            )


def test_twenty_processes_lose_no_vote(make_study, tmp_path, request):
    """Twenty processes write into one study at once; every vote is there, and revisions of one vote are gapless."""
    study = make_study()
    place = str(study.folder) if study.folder else request.getfixturevalue("postgres_url")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kit.study"])
    start = context.Event()
    writers = [context.Process(target=_write_votes, args=(place, n, start, 10)) for n in range(20)]
    for writer in writers:
        writer.start()
    start.set()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    history = study.vote_history
    assert (history["rater"] != "shared").sum() == 200
    shared = history[history["rater"] == "shared"].sort_values("revision")
    assert list(shared["revision"]) == list(range(1, len(shared) + 1))
    assert (shared["choice"] != shared["choice"].shift()).all()


# What is special to a folder


def test_the_folder_can_be_copied(manifest, tmp_path):
    """A study is its folder: a copy elsewhere has the same fingerprint."""
    import shutil

    with Study.create(tmp_path / "study") as study:
        study.import_clips(manifest(four_rows()))
        study.add_votes([vote()])
        fingerprint = study.fingerprint()
    shutil.copytree(tmp_path / "study", tmp_path / "elsewhere")
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir()) == ["clips", "study.db", "study.yaml"]
    with Study.open(tmp_path / "elsewhere") as copy:
        assert copy.fingerprint() == fingerprint


def test_opening_makes_a_new_study_and_init_refuses_an_old_one(tmp_path):
    """`Study(path)` opens or makes; `create` refuses what is there; `open` refuses what is not."""
    with Study(tmp_path / "study") as study:
        assert study.title == "study"
    with pytest.raises(StudyExists, match="choose another place"):
        Study.create(tmp_path / "study")
    with pytest.raises(StudyMissing, match="kit init"):
        Study.open(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    """A typing mistake must not turn somebody's folder into a study."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "aunt.txt").write_text("dear aunt")
    with pytest.raises(StudyError, match=r"aunt\.txt.*no study"):
        Study(tmp_path / "letters")
    assert [p.name for p in (tmp_path / "letters").iterdir()] == ["aunt.txt"]


def test_a_file_where_a_study_should_be(tmp_path):
    """A file is no study."""
    (tmp_path / "study").write_text("x")
    with pytest.raises(StudyError, match="is a file"):
        Study(tmp_path / "study")


def test_study_yaml_is_checked_whenever_it_is_loaded(tmp_path):
    """Hand-made mistakes are named with file and line, all at once."""
    Study.create(tmp_path / "study", StudyConfig(title="T", suite=TWO_PROMPTS)).close()
    path = tmp_path / "study" / "study.yaml"
    text = path.read_text().replace("title: T", "titel: T", 1).replace("models: []", "models: [a, a]")
    path.write_text(text)
    with pytest.raises(BadConfig) as refused:
        Study.open(tmp_path / "study")
    problems = [str(fault) for fault in refused.value.faults]
    assert len(problems) == 2
    assert "'titel'" in problems[0]
    assert "'title'" in problems[0]
    assert "there twice" in problems[1]
    lines = text.splitlines()
    assert "titel" in lines[refused.value.faults[0].line - 1]


def test_study_yaml_round_trips(tmp_path):
    """What is written is read back as the same configuration, hostile text included."""
    suite = Suite(
        "s",
        "S: #1",
        (Prompt("p", "Line one\nline: two # three\t{}", camera=("pan_left",), checks=("a: b",)),),
    )
    config = StudyConfig("<b>T</b> 'q' \"d\"", ("m: 1", "- m2"), {"duration": 5}, suite, clips="memory://x")
    config.write(tmp_path / "study.yaml")
    assert StudyConfig.read(tmp_path / "study.yaml") == config


def test_a_newer_database_is_refused(tmp_path):
    """A study with a step that this kit does not know is not touched."""
    Study.create(tmp_path / "study").close()
    with sqlite3.connect(tmp_path / "study" / "study.db") as connection:
        connection.execute("INSERT INTO kit_migrations VALUES ('9999_from_the_future', '2030-01-01')")
    connection.close()
    with pytest.raises(StudyTooNew, match=r"9999_from_the_future.*upgrade"):
        Study.open(tmp_path / "study")


def test_a_clip_whose_file_is_gone_is_named(manifest, tmp_path):
    """The error names the clip, the file and what to do."""
    with Study.create(tmp_path / "study") as study:
        study.import_clips(manifest(four_rows()))
        clip = study.clips["clip"][0]
        with study.clip_file(clip) as path:
            path.unlink()
        with pytest.raises(ClipMissing, match=rf"{clip[:12]}.*gone"), study.clip_file(clip):
            pass
        with pytest.raises(ClipMissing, match="no clip"), study.clip_file("0" * 64):
            pass


def test_a_clip_that_was_missing_is_measured_once_it_is_back(manifest, tmp_path):
    """A missing file is reported and not held against the clip; what is measured is stored and not measured again."""
    with Study.create(tmp_path / "study") as study:
        study.import_clips(manifest(four_rows()))
        clip = study.clips["clip"][0]
        with study.clip_file(clip) as path:
            away = path.rename(tmp_path / "away.mp4")
        first = study.measure()
        assert (first.done, [name for name, _ in first.faults]) == (3, [clip])
        away.rename(path)
        second = study.measure()
        assert (second.done, second.skipped, second.faults) == (1, 3, [])
        assert study.measure().done == 0
        assert study.faults() == {}
        frame = study.measurements
        assert frame.groupby("clip").size().nunique() == 1
        width = frame[frame["metric"] == "width"]
        assert set(width["value"]) == {96.0}
        series = frame[frame["metric"] == "motion_amount"]["series"].iloc[0]
        assert series.shape[1] == 2


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("", "is empty"),
        ("mysql://host/name", "SQLite or PostgreSQL"),
        ("postgresql+psycopg://host:many/name", "cannot be read"),
    ],
)
def test_places_that_cannot_hold_a_study(place, message):
    """Each is refused with what was expected."""
    with pytest.raises(BadParameter, match=message):
        Study(place)


def test_a_server_study_needs_a_place_for_clips(postgres_url):
    """Without one, the error gives examples."""
    with pytest.raises(BadParameter, match="clips='s3://"):
        Study(postgres_url)


def test_a_server_that_is_not_there_is_named_without_its_password():
    """The message names host and reason, and never the password."""
    with pytest.raises(StudyError) as refused:
        Study("postgresql+psycopg://kit:hunter2@127.0.0.1:9/none", clips="memory://x")
    assert "127.0.0.1" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_place_is_shown_without_its_password():
    """A folder as it was given; of a server's URL the password is left out."""
    assert places.shown("my studies/one") == "my studies/one"
    assert places.shown("postgresql+psycopg://kit:hunter2@host/x") == "postgresql+psycopg://kit:***@host/x"


def test_clips_on_another_store(manifest, tmp_path):
    """Clips can live on any fsspec store; a local copy is had for as long as it is needed."""
    with Study.create(tmp_path / "study", StudyConfig(clips=f"memory://kit-{tmp_path.name}")) as study:
        study.import_clips(manifest(four_rows()))
        clip = study.clips["clip"][0]
        with study.clip_file(clip) as path:
            assert path.stat().st_size == study.clips["bytes"][0]
        assert not path.exists()
