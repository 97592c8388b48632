"""Votes and scores as files: strict reading, exact round trip, and the check against a study."""

import pandas as pd
import pytest

from kit.ballots import (
    check_scores,
    check_votes,
    read_scores,
    read_votes,
    utc_cell,
    write_scores,
    write_votes,
)
from kit.errors import BadScores, BadVotes

DIMENSIONS = ("prompt_adherence", "artifacts")
VOTE = {
    "prompt_id": "p1", "model_a": "A", "model_b": "B", "take": "1", "dimension": "artifacts", "choice": "a",
    "rater": "r1", "rater_kind": "person", "left_model": "B", "seconds": "4.5", "note": "why", "created_at": "2025-01-31T14:00:00+02:00",
}  # fmt: skip
SCORE = {
    "prompt_id": "p1", "model": "A", "take": "2", "dimension": "artifacts", "score": "4", "rater": "r1",
    "rater_kind": "judge", "note": "", "created_at": "",
}  # fmt: skip


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


@pytest.fixture
def write(tmp_path):
    """Write rows (dicts of cells) as CSV."""

    def write(*rows, name="v.csv"):
        lines = [",".join(rows[0]), *(",".join(map(quoted, row.values())) for row in rows)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return path

    return write


def faults(call, *args, **kwargs):
    with pytest.raises((BadVotes, BadScores)) as caught:
        call(*args, **kwargs)
    return caught.value.faults


def votes(path):
    return read_votes(path, dimensions=DIMENSIONS)


def scores(path):
    return read_scores(path, dimensions=DIMENSIONS)


def test_a_full_vote_is_read(write):
    """Every column has its type; the moment is in UTC."""
    (vote,) = votes(write(VOTE))
    assert vote.line == 2
    assert (vote.prompt_id, vote.model_a, vote.model_b, vote.take) == ("p1", "A", "B", 1)
    assert (vote.dimension, vote.choice, vote.rater, vote.rater_kind) == ("artifacts", "a", "r1", "person")
    assert (vote.left_model, vote.seconds, vote.note) == ("B", 4.5, "why")
    assert vote.created_at == "2025-01-31T12:00:00Z"


def test_a_bare_vote_has_defaults(write):
    """Take 1, a person, and None for what is not known; a column that nobody knows is noted."""
    bare = {key: VOTE[key] for key in ("prompt_id", "model_a", "model_b", "dimension", "choice", "rater")}
    found = votes(write({**bare, "confidence": "high"}))
    (vote,) = found
    assert (vote.take, vote.rater_kind) == (1, "person")
    assert (vote.left_model, vote.seconds, vote.note, vote.created_at) == (None, None, None, None)
    assert found.notes == ("the column 'confidence' is not known and is ignored",)


def test_a_score_is_read(write):
    """Whole points, and a kind of rater."""
    (score,) = scores(write(SCORE))
    assert (score.model, score.take, score.score, score.rater_kind) == ("A", 2, 4, "judge")
    assert (score.note, score.created_at) == (None, None)


@pytest.mark.parametrize("choice", ["a", "b", "tie", "both_good", "both_bad"])
def test_every_choice_is_read(write, choice):
    """The five words of the contract."""
    assert votes(write({**VOTE, "choice": choice})).rows[0].choice == choice


COMMON = [
    ({"prompt_id": ""}, "prompt_id", "is no id"),
    ({"prompt_id": "a b"}, "prompt_id", "is no id"),
    ({"take": "0"}, "take", "whole number from 1"),
    ({"take": "9" * 30}, "take", "whole number from 1"),
    ({"dimension": "artefacts"}, "dimension", "did you mean 'artifacts'?"),
    ({"dimension": ""}, "dimension", "unknown dimension ''"),
    ({"rater": "  "}, "rater", "empty"),
    ({"rater": "r" * 121}, "rater", "at most 120"),
    ({"rater": "r\n1"}, "rater", "control character"),
    ({"rater_kind": "human"}, "rater_kind", "person, judge, simulated"),
    ({"note": "a\x1bb"}, "note", "control character"),
    ({"note": "x" * 20_001}, "note", "at most 20,000"),
    ({"created_at": "yesterday"}, "created_at", "ISO 8601"),
    ({"created_at": "2025-01-31T14:00:00"}, "created_at", "no time zone"),
    ({"created_at": "0001-01-01T00:00:00+12:00"}, "created_at", "out of range"),
]


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        *COMMON,
        ({"choice": "A"}, "choice", "did you mean 'a'?"),
        ({"choice": "both good"}, "choice", "did you mean 'both_good'?"),
        ({"choice": ""}, "choice", "known: a, b, tie, both_good, both_bad"),
        ({"choice": "c"}, "choice", "unknown choice"),
        ({"model_a": "", "left_model": ""}, "model_a", "empty"),
        ({"model_b": "A", "left_model": ""}, "model_b", "both 'A'"),
        ({"left_model": "C"}, "left_model", "neither model_a nor model_b"),
        ({"seconds": "-0.1"}, "seconds", "number from 0"),
        ({"seconds": "NaN"}, "seconds", "number from 0"),
    ],
)
def test_each_wrong_cell_of_a_vote_is_refused(write, cells, column, said):
    """One wrong cell is one fault, with line and column."""
    path = write({**VOTE, **cells})
    (fault,) = faults(votes, path)
    assert (fault.where, fault.line, fault.column) == (str(path), 2, column)
    assert said in fault.problem


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        *COMMON,
        ({"score": "0"}, "score", "whole number from 1 to 5"),
        ({"score": "6"}, "score", "whole number from 1 to 5"),
        ({"score": "3.5"}, "score", "whole number from 1 to 5"),
        ({"score": ""}, "score", "whole number from 1 to 5"),
        ({"score": "good"}, "score", "whole number from 1 to 5"),
        ({"model": ""}, "model", "empty"),
    ],
)
def test_each_wrong_cell_of_a_score_is_refused(write, cells, column, said):
    """One wrong cell is one fault, with line and column."""
    path = write({**SCORE, **cells})
    (fault,) = faults(scores, path)
    assert (fault.where, fault.line, fault.column) == (str(path), 2, column)
    assert said in fault.problem


def test_all_faults_at_once(write):
    """Several wrong rows are reported together, in the order of the file."""
    path = write({**VOTE, "choice": "x", "take": "0"}, VOTE, {**VOTE, "dimension": "y", "rater": ""})
    assert [(f.line, f.column) for f in faults(votes, path)] == [
        (2, "take"),
        (2, "choice"),
        (4, "dimension"),
        (4, "rater"),
    ]


def test_missing_columns_are_all_named(write):
    """The header is checked before the rows, with the name that was probably given."""
    found = faults(votes, write({"prompt": "p1", "model_a": "A", "modelb": "B", "choice": "a", "rater": "r"}))
    said = {fault.column: fault.problem for fault in found}
    assert set(said) == {"prompt_id", "model_b", "dimension"}
    assert "is it 'modelb'?" in said["model_b"]


def test_the_same_vote_twice_names_both_lines(write):
    """Also with the two models the other way round; another take, dimension or rater is another vote."""
    turned = {**VOTE, "model_a": "B", "model_b": "A", "choice": "b"}
    others = [{**VOTE, "take": "2"}, {**VOTE, "dimension": "prompt_adherence"}, {**VOTE, "rater": "r2"}]
    (fault,) = faults(votes, write(VOTE, *others, turned))
    assert fault.line == 6
    assert "already in line 2" in fault.problem
    assert len(votes(write(VOTE, *others))) == 4


def test_the_same_score_twice_names_both_lines(write):
    """One rater has one score for a clip and dimension in a file."""
    (fault,) = faults(scores, write(SCORE, {**SCORE, "model": "B"}, {**SCORE, "score": "1"}))
    assert fault.line == 4
    assert "already in line 2" in fault.problem


KNOWN = {
    "prompts": {"p1": "text", "p2": ""},
    "models": ["A", "B"],
    "requests": {("p1", "A", 1), ("p1", "B", 1), ("p1", "A", 2), ("p2", "A", 1)},
}


def test_members_of_the_study_pass(write):
    """What the study has is no fault."""
    assert check_votes(votes(write(VOTE)), **KNOWN) == []
    assert check_scores(scores(write(SCORE)), **KNOWN) == []


def test_strangers_to_the_study_are_all_named(write):
    """Unknown prompts and models with the nearest known; clips that are not there with the takes that are."""
    found = check_votes(
        votes(
            write(
                {**VOTE, "prompt_id": "p9"},
                {**VOTE, "model_b": "b", "left_model": ""},
                {**VOTE, "take": "2"},
                {**VOTE, "prompt_id": "p2"},
            )
        ),
        **KNOWN,
        where="v.csv",
    )
    assert [(f.where, f.line, f.column) for f in found] == [
        ("v.csv", 2, "prompt_id"), ("v.csv", 3, "model_b"), ("v.csv", 4, "take"), ("v.csv", 5, "model_b"),
    ]  # fmt: skip
    assert "no prompt 'p9'" in found[0].problem
    assert "did you mean 'B'?" in found[1].problem
    assert "by 'B', take 2 (there is take 1)" in found[2].problem
    assert "no take of it" in found[3].problem
    assert [
        f.column
        for f in check_scores(scores(write({**SCORE, "model": "C"}, {**SCORE, "take": "3"})), **KNOWN)
    ] == ["model", "take"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-01-31T14:00:00Z", "2025-01-31T14:00:00Z"),
        ("2025-01-31T14:00:00.123456+05:30", "2025-01-31T08:30:00.123456Z"),
        ("2025-01-31 23:30-01:00", "2025-02-01T00:30:00Z"),
        ("2025-01-31T14:00:00.000Z", "2025-01-31T14:00:00.000Z"),  # as the kit writes it
        ("2025-01-31T14:00:00.120Z", "2025-01-31T14:00:00.120Z"),
    ],
)
def test_moments_become_utc(given, expected):
    """Any offset, one form."""
    assert utc_cell(given) == expected


NOTES = [
    "=1+1", "+49 30 1234", "-0.5", "@here", "=cmd|' /C calc'!A0", "\t=tab", "\r=return", "a\r\nb", "a\rb", "a\nb", '"', '""',
    "'", ",", ";", " both ends ", " ", "<script>", "\u202eabc", "日本語 🎬", "a\u2028b", "nan", "None", "NULL", "#N/A", "True", "0012", "\\", "\\n",
]  # fmt: skip


NAMES = ["=1+1", '"quoted"', "a, b", "<b>", "日本語", "\u202ex", "'; --"]


def frame_of(rows):
    return pd.DataFrame([{k: v for k, v in vars(row).items() if k != "line"} for row in rows])


def test_votes_go_round_exactly(tmp_path):
    """Every hostile note, rater and missing value comes back as it was, whatever the frame's dtypes made of it."""
    rows = [
        {
            "prompt_id": f"p{i:02}", "model_a": "=A", "model_b": "@B", "take": i + 1, "dimension": "artifacts",
            "choice": "tie", "rater": "r" + NAMES[i % len(NAMES)],
            "rater_kind": "simulated", "left_model": "@B" if i % 2 else None, "seconds": None if i % 3 else i / 7,
            "note": note, "created_at": None if i % 5 else "2025-01-31T14:00:00Z", "revision": 3,
        }
        for i, note in enumerate([*NOTES, None])
    ]  # fmt: skip
    path = tmp_path / "out.csv"
    write_votes(pd.DataFrame(rows), path)
    found = [{k: v for k, v in vars(vote).items() if k != "line"} for vote in votes(path)]
    assert found == [{k: v for k, v in row.items() if k != "revision"} for row in rows]


def test_scores_go_round_exactly(tmp_path):
    """The same for scores; writing what was read gives the same bytes."""
    rows = [
        {"prompt_id": f"p{i:02}", "model": "+M", "take": 1, "dimension": "artifacts", "score": i % 5 + 1, "rater": "-r",
         "rater_kind": "person", "note": note, "created_at": None}
        for i, note in enumerate(NOTES)
    ]  # fmt: skip
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    write_scores(pd.DataFrame(rows), first)
    found = scores(first)
    assert [{k: v for k, v in vars(score).items() if k != "line"} for score in found] == rows
    write_scores(frame_of(found), second)
    assert second.read_bytes() == first.read_bytes()


def test_written_order_does_not_depend_on_the_frame(tmp_path, write):
    """Sorted by prompt, models, take (as a number), dimension and rater; line feeds only; no byte order mark."""
    given = votes(
        write(*({**VOTE, "take": str(take), "rater": rater} for take in (10, 9, 2) for rater in ("z", "b")))
    )
    frame = frame_of(given)
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    write_votes(frame, first)
    write_votes(frame.iloc[::-1], second)
    content = first.read_bytes()
    assert content == second.read_bytes()
    assert b"\r" not in content
    assert content.startswith(b"prompt_id,model_a,model_b,take,dimension,choice,rater,")
    assert [(v.take, v.rater) for v in votes(first)] == [
        (2, "b"),
        (2, "z"),
        (9, "b"),
        (9, "z"),
        (10, "b"),
        (10, "z"),
    ]


def test_a_frame_without_rows_gives_a_header_only(tmp_path):
    """An export of nothing is a file that says so, and reading it back is refused as holding no row."""
    path = tmp_path / "empty.csv"
    write_votes(pd.DataFrame(columns=list(VOTE)), path)
    assert path.read_text().count("\n") == 1
    assert "no row" in faults(votes, path)[0].problem


def test_a_frame_of_something_else_is_refused(tmp_path):
    """A missing column is an error of the caller; nothing is written."""
    with pytest.raises(ValueError, match="rater"):
        write_votes(pd.DataFrame({key: [] for key in VOTE if key != "rater"}), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
