"""Tables for people and programs: back unchanged, typed, and safe in a spreadsheet where that is asked for."""

import csv
import io
import json
import shutil
import sys
from pathlib import Path

import pytest

import kit
from kit.cli import main
from kit.errors import BadParameter, MissingExtra, StudyMissing
from kit.study import Study
from tests.exporting.conftest import NOTE


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_reads_back_unchanged(study: Study, tmp_path: Path) -> None:
    """Votes and scores go into a copy of the study as they were, and come out of it in the same bytes."""
    done = kit.export(study, tmp_path / "one")
    assert {path.name: count for path, count in done.files.items()} == {
        "votes.csv": 5,
        "scores.csv": 1,
        "measurements.csv": 8,
    }
    with Study(tmp_path / "copy") as copy:
        manifest = ["file,prompt,prompt_id,model"]
        for row in study.requests.itertuples():
            shutil.copy(study.clip_path(row.clip), tmp_path / f"{row.clip}.mp4")
            manifest.append(f'{row.clip}.mp4,"{row.prompt}",{row.prompt_id},{row.model}')
        (tmp_path / "clips.csv").write_text("\n".join(manifest))
        copy.import_clips(tmp_path / "clips.csv")
        assert copy.import_votes(tmp_path / "one" / "votes.csv").added == 5
        assert copy.import_scores(tmp_path / "one" / "scores.csv").added == 1
        kit.export(copy, tmp_path / "two")
    for name in ("votes.csv", "scores.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert NOTE in {row["note"] for row in rows(tmp_path / "two" / "votes.csv")}


def test_measurements_say_of_which_clip(study: Study, tmp_path: Path) -> None:
    """One row a clip and metric, with prompt, model, version and unit; what has no number has its words."""
    kit.export(study, tmp_path)
    first, second = rows(tmp_path / "measurements.csv")[:2]
    clip = study.requests["clip"][0]
    assert first == {
        "prompt_id": "p0", "model": "alpha", "take": "1", "clip": clip, "metric": "audio", "version": "2",
        "value": "", "unit": "", "text": "no", "events": "",
    }  # fmt: skip
    assert (second["metric"], second["value"], json.loads(second["events"])) == (
        "sharpness",
        "5.25",
        [[0.5, 1.25]],
    )


def test_formulas_are_told_of_and_made_harmless_on_request(study: Study, tmp_path: Path) -> None:
    """As they are, with a note that counts them; with --spreadsheet no text begins as a formula does, numbers stay."""
    plain = kit.export(study, tmp_path / "plain")
    assert "3 cells begin" in plain.notes[0]  # a rater, a note on a vote, a note on a score
    assert "--spreadsheet" in plain.notes[0]
    kit.export(study, tmp_path / "safe", spreadsheet=True)
    votes = rows(tmp_path / "safe" / "votes.csv")
    assert {row["rater"] for row in votes} == {"r1", "'-r2", "gpt", "s1"}
    assert f"'{NOTE}" in {row["note"] for row in votes}
    assert rows(tmp_path / "safe" / "scores.csv")[0]["note"] == "'@sum(1)"
    assert rows(tmp_path / "safe" / "measurements.csv") == rows(tmp_path / "plain" / "measurements.csv")


def test_parquet_holds_the_same_with_types(study: Study, tmp_path: Path) -> None:
    """What a program reads is what the study holds: texts, whole numbers, floats, and null where there is nothing."""
    fastparquet = pytest.importorskip("fastparquet")
    kit.export(study, tmp_path, format="parquet")

    def read(name: str):
        # From memory: fastparquet leaves a file that it reads open.
        return fastparquet.ParquetFile(io.BytesIO((tmp_path / f"{name}.parquet").read_bytes()))

    votes = read("votes")
    assert votes.dtypes["take"] == "int64"
    assert votes.dtypes["seconds"] == "float64"
    frame = votes.to_pandas()
    assert set(frame["note"].dropna()) == {NOTE}
    assert frame["seconds"].sum() == 6.75
    plain = tmp_path / "csv"
    kit.export(study, plain)
    measured = read("measurements").to_pandas()
    assert list(measured["value"].dropna()) == [5.25, 6.25, 7.25, 8.25]
    assert len(measured) == len(rows(plain / "measurements.csv"))
    first = (tmp_path / "votes.parquet").read_bytes()
    kit.export(study, tmp_path, format="parquet")
    assert (tmp_path / "votes.parquet").read_bytes() == first


def test_without_the_package_the_error_names_the_extra(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where fastparquet is missing, the error says how it is installed, and nothing is written."""
    monkeypatch.setitem(sys.modules, "fastparquet", None)
    with pytest.raises(MissingExtra, match=r"t2v-eval-kit\[parquet\]"):
        kit.export(study, tmp_path / "out", format="parquet")
    assert not (tmp_path / "out").exists()


def test_an_empty_study_gives_empty_tables(tmp_path: Path) -> None:
    """Headers and no rows, in every format that needs no address."""
    with Study(tmp_path / "empty") as study:
        assert set(kit.export(study, tmp_path / "csv").files.values()) == {0}
        done = kit.export(study, tmp_path / "ls", format="label-studio")
    assert (tmp_path / "csv" / "measurements.csv").read_text().startswith("prompt_id,model,take,clip,metric")
    assert json.loads((tmp_path / "ls" / "tasks.json").read_text()) == []
    assert "no pair" in done.notes[0]


def test_refusals(study: Study, tmp_path: Path) -> None:
    """An unknown format comes with the nearest; other wrong calls say what is needed."""
    with pytest.raises(BadParameter, match="did you mean 'parquet'"):
        kit.export(study, tmp_path, format="parket")
    with pytest.raises(BadParameter, match="only CSV"):
        kit.export(study, tmp_path, format="label-studio", spreadsheet=True)
    with pytest.raises(StudyMissing):
        kit.export(tmp_path / "nowhere", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadParameter, match="choose another folder"):
        kit.export(study, tmp_path / "file")


def test_the_command_lists_what_it_wrote(
    study: Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`kit export STUDY DIR` names each file with its rows; notes go to standard error."""
    assert main(["export", study.location, str(tmp_path), "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out)["files"] == {
        str(tmp_path / "votes.csv"): 5,
        str(tmp_path / "scores.csv"): 1,
        str(tmp_path / "measurements.csv"): 8,
    }
    assert "3 cells begin" in out.err
