"""One rater at work, on SQLite and on PostgreSQL: from the first question to the study's votes."""

import json
from dataclasses import replace
from itertools import count

import pytest

from kit.errors import BadParameter
from kit.rating import RatingOptions, RatingSession, rater_quality
from kit.storage.records import NewScore, NewVote

DIMENSIONS = ("prompt_adherence", "video_realism", "video_resolution", "artifacts")
WATCHED = {"through": True, "plays": 1, "mode": "side"}
numbers = count()


def token() -> str:
    return f"token-{next(numbers):06}"


def vote(session, at, dimension="artifacts", choice="left", **changes):
    data = {
        "token": token(), "position": at, "step": "vote", "dimension": dimension, "choice": choice,
        "seconds": 2.5, "watched": WATCHED,
    }  # fmt: skip
    return session.ask("save", data | changes)


def vote_all(session, position, choice="left"):
    for dimension in DIMENSIONS:
        told = vote(session, position, dimension, choice)
    return told


def save(session, at, step, **data):
    return session.ask("save", {"token": token(), "position": at, "step": step} | data)


def finish(session, choose=lambda _: "left"):
    """Vote on everything that is left; returns the positions in the order in which they came."""
    position = session.ask("start", {})["position"]
    seen = []
    while position is not None:
        seen.append(position)
        position = vote_all(session, position, choose(session.ask("item", {"position": position})))[
            "position"
        ]
    return seen


def items_of(study, rater="mira"):
    with study.rating.reading(rater, "person") as rows:
        return rows.items()


def test_a_whole_queue(rated, session_of):
    """Every item once and in order; votes on pairs, and only those, are the study's, as the model that stood there."""
    study = rated(prompts=8)
    session = session_of(study)
    first = session.ask("start", {})
    assert (first["done"], first["total"], first["position"]) == (0, 8 + 1 + 2, 0)
    assert [d["id"] for d in first["dimensions"]] == list(DIMENSIONS)
    assert first["sandbox"] is False
    assert [text.split()[0] for text in first["caveats"]] == ["Watermarks"]
    # What belongs to which dimension reaches the rater in the rubric's own words.
    assert any("missing" in line and "only here" in line for line in first["dimensions"][0]["look_at"])
    assert any("belong to prompt adherence" in line for line in first["dimensions"][3]["look_at"])
    assert first["item"]["number"] == 1
    assert first["next"]["position"] == first["item"]["next"] == 1
    assert finish(session) == list(range(11))
    items = items_of(study)
    pairs = [item for item in items if item.kind == "pair"]
    votes = study.votes
    assert len(votes) == 8 * 4
    for item in pairs:
        mine = votes[votes["prompt_id"] == item.prompt_id]
        assert set(mine["dimension"]) == set(DIMENSIONS)
        assert set(mine["choice"]) == {"a" if item.left_model == "alpha" else "b"}
        assert set(mine["left_model"]) == {item.left_model}
        assert set(mine["seconds"]) == {2.5}
        assert set(mine["rater_kind"]) == {"person"}
    log = study.judgements
    assert len(log) == 11 * 4
    assert log.groupby("kind")["position"].nunique().to_dict() == {"pair": 8, "repeat": 1, "known": 2}
    assert set(log["rubric"]) == {study.rubric.fingerprint()}
    last = session.ask("start", {})
    assert (last["done"], last["total"], last["position"], last["item"], last["next"]) == (
        11,
        11,
        None,
        None,
        None,
    )


def test_the_same_token_is_stored_once(rated, session_of):
    """The first answer is told again, though others came in between; other words under the same token are refused."""
    study = rated()
    session = session_of(study)
    session.ask("start", {})
    data = {
        "token": "once-and-for-all", "position": 0, "step": "vote", "dimension": "artifacts", "choice": "left",
        "seconds": 1, "watched": WATCHED,
    }  # fmt: skip
    told = session.ask("save", data)
    vote(session, 0, "video_realism")
    assert session.ask("save", data) == told
    assert session.ask("save", data | {"seconds": 9, "watched": WATCHED | {"plays": 4}}) == told
    for other in ({"choice": "right"}, {"dimension": "video_realism"}, {"position": 1}):
        with pytest.raises(BadParameter, match="this token names another answer"):
            session.ask("save", data | other)
    with pytest.raises(BadParameter, match="this token names an answer already"):
        session.ask("undo", {"token": "once-and-for-all"})
    assert len(study.judgements) == 2
    assert len(study.vote_history) == 2
    # Another rater's token is another matter.
    other = session_of(study, "noor")
    other.ask("start", {})
    other.ask("save", data)
    assert len(study.votes) == 3


def test_an_answer_can_be_changed_and_taken_back(rated, session_of):
    """A change is a revision; undo goes back step by step, to what stood before, and to no vote in the end."""
    study = rated()
    session = session_of(study)
    left = session.ask("start", {})["item"]
    assert left["answers"]["votes"] == {}
    item = items_of(study)[0]
    other = {"a": "b", "b": "a"}[item.left]
    vote(session, 0, choice="left")
    vote(session, 0, choice="right")
    assert list(study.votes["choice"]) == [other]
    back = session.ask("undo", {"token": "take-it-back-1"})
    assert (back["position"], back["step"], back["dimension"]) == (0, "vote", "artifacts")
    assert back["item"]["answers"]["votes"] == {"artifacts": "left"}
    assert list(study.votes["choice"]) == [item.left]
    again = session.ask("undo", {"token": "take-it-back-2"})
    assert again["item"]["answers"]["votes"] == {}
    assert session.ask("undo", {"token": "take-it-back-2"}) == again
    assert study.votes.empty
    assert list(study.vote_history["choice"]) == [item.left, other, item.left, "withdrawn"]
    with pytest.raises(BadParameter, match="no answer to take back"):
        session.ask("undo", {"token": "take-it-back-3"})
    assert list(study.judgements["step"]) == ["vote", "vote", "undo", "undo"]
    assert vote(session, 0, choice="both_bad")["answers"]["votes"] == {"artifacts": "both_bad"}
    assert list(study.votes["choice"]) == ["both_bad"]


def test_a_withdrawn_vote_counts_nowhere(rated, session_of, tmp_path):
    """Neither in the comparison nor in an export, and the fingerprint is that of a study without it."""
    import kit

    study = rated()
    before = study.fingerprint()
    session = session_of(study)
    session.ask("start", {})
    vote(session, 0)
    assert study.fingerprint() != before
    session.ask("undo", {"token": "take-it-back"})
    assert study.fingerprint() == before
    assert kit.compare(study).wins["n_votes"].sum() == 0
    assert study.export_votes(tmp_path / "votes.csv") == 0
    vote(session, 0)
    assert study.export_votes(tmp_path / "votes.csv") == 1
    session.ask("undo", {"token": "take-it-back-again"})
    # What was exported before it was withdrawn does not come back by itself.
    study.import_votes(tmp_path / "votes.csv")
    assert study.votes.empty


def test_skipped_pairs_are_offered_again_once(rated, session_of):
    """A pair skipped once comes again behind the others; skipped twice, it is left alone, and can still be answered."""
    study = rated()
    session = session_of(study)
    session.ask("start", {})
    told = save(session, 0, "skip")
    assert (told["position"], told["done"], told["complete"]) == (1, 0, False)
    vote_all(session, 1)
    assert save(session, 2, "skip")["position"] == 3
    told = vote_all(session, 3)
    assert (told["position"], told["done"], told["total"]) == (0, 2, 4)
    assert session.ask("start", {})["position"] == 0
    told = save(session, 0, "skip")
    assert (told["position"], told["done"], told["complete"]) == (2, 2, True)
    item = session.ask("item", {"position": 0})
    assert (item["answers"]["skipped"], item["complete"], item["previous"], item["next"]) == (
        True,
        True,
        None,
        2,
    )
    told = vote_all(session, 2)
    assert (told["position"], told["done"]) == (None, 3)
    ends = session.ask("summary", {})
    assert (ends["skipped"], ends["done"], ends["total"]) == (1, 3, 4)
    assert ends["open"] == [{"position": 0, "number": 1}]
    assert vote_all(session, 0)["done"] == 4
    assert session.ask("summary", {})["skipped"] == 0


def test_undo_of_a_skip(rated, session_of):
    """The pair is open again."""
    study = rated()
    session = session_of(study)
    session.ask("start", {})
    save(session, 0, "skip")
    back = session.ask("undo", {"token": "take-it-back"})
    assert (back["position"], back["step"], back["dimension"], back["done"]) == (0, "skip", None, 0)
    assert back["item"]["answers"]["skipped"] is False
    assert session.ask("start", {})["position"] == 0


def test_going_back_after_the_end(rated, session_of):
    """An answer of a finished queue can be changed; the queue stays finished."""
    study = rated()
    session = session_of(study)
    finish(session)
    item = session.ask("item", {"position": 1})
    assert (item["previous"], item["complete"], item["next"]) == (0, True, None)
    told = vote(session, 1, choice="both_good")
    assert (told["position"], told["done"]) == (None, 4)
    assert (study.votes["choice"] == "both_good").sum() == 1


def test_another_machine_goes_on(rated, session_of):
    """A session that knows nothing finds the same queue, the same names of clips and every answer."""
    study = rated(prompts=6)
    first = session_of(study)
    start = first.ask("start", {})
    vote_all(first, 0)
    vote(first, 1, "artifacts", "right")
    second = session_of(study)
    # Asked before anything else, as by a page that was open when the server died.
    assert second.media(start["item"]["media"][0]["name"]).bytes == start["item"]["media"][0]["bytes"]
    again = second.ask("start", {})
    assert (again["position"], again["done"]) == (1, 1)
    assert again["item"]["answers"]["votes"] == {"artifacts": "right"}
    assert second.ask("item", {"position": 0}) == first.ask("item", {"position": 0})
    for dimension in DIMENSIONS[:3]:
        told = vote(second, 1, dimension)
    assert told["position"] == 2
    assert first.ask("start", {})["position"] == 2


def test_scores_of_a_clip_that_is_in_two_pairs(rated, session_of):
    """The newest score of a clip counts, whichever pair it was given in; null and undo bring back what stood before."""
    study = rated(prompts=1, models=("alpha", "beta", "gamma"))
    session = session_of(study, scores=True)
    session.ask("start", {})
    items = [i for i in items_of(study) if "alpha" in {i.model_a, i.model_b}]

    def alpha(item, score):
        side = "left" if item.left_model == "alpha" else "right"
        other = {"left": "right", "right": "left"}[side]
        return {side: {"artifacts": score}, other: {}}

    def standing():
        return {row.model: row.score for row in study.scores.itertuples()}

    save(session, items[0].position, "scores", scores=alpha(items[0], 2))
    assert standing() == {"alpha": 2}
    told = save(session, items[1].position, "scores", scores=alpha(items[1], 5))
    assert standing() == {"alpha": 5}
    assert told["answers"]["scores"] == alpha(items[1], 5)
    session.ask("undo", {"token": "take-it-back-1"})
    assert standing() == {"alpha": 2}
    save(session, items[1].position, "scores", scores=alpha(items[1], None))
    assert standing() == {"alpha": 2}
    save(session, items[0].position, "scores", scores=alpha(items[0], None))
    assert standing() == {}
    session.ask("undo", {"token": "take-it-back-2"})
    assert standing() == {"alpha": 2}
    assert list(study.score_history["score"]) == [2, 5, 2, 0, 2]


def test_checks_are_answered_for_each_clip(rated, session_of):
    """Answers come out by model and check; what is not answered is not there; changes and undo are followed."""
    study = rated(prompts=2)
    session = session_of(study)
    item = session.ask("start", {})["item"]
    assert item["checks"] == ["It is red.", "It moves."]
    shown = items_of(study)[0]
    before = study.fingerprint()
    told = save(session, 0, "checks", checks={"left": ["yes", None], "right": ["cant_tell", "no"]})
    assert told["answers"]["checks"] == {"left": ["yes", None], "right": ["cant_tell", "no"]}
    left, right = shown.left_model, ({"alpha", "beta"} - {shown.left_model}).pop()

    def answers():
        return {(row.model, row.check): row.answer for row in study.checks.itertuples()}

    assert answers() == {
        (left, "It is red."): "yes",
        (right, "It is red."): "cant_tell",
        (right, "It moves."): "no",
    }
    assert study.fingerprint() != before
    save(session, 0, "checks", checks={"left": [None, "yes"], "right": ["cant_tell", "no"]})
    assert answers()[left, "It moves."] == "yes"
    assert (left, "It is red.") not in answers()
    session.ask("undo", {"token": "take-it-back-1"})
    assert answers()[left, "It is red."] == "yes"
    session.ask("undo", {"token": "take-it-back-2"})
    assert answers() == {}
    assert study.fingerprint() == before


def test_a_note_goes_along_with_the_votes_of_its_pair(rated, session_of):
    """Given before, between or after them; taken back, it is gone from all of them."""
    study = rated()
    session = session_of(study)
    session.ask("start", {})
    vote(session, 0, "artifacts")
    save(session, 0, "note", note="hands melt, =1+1")
    vote(session, 0, "video_realism")
    assert list(study.votes["note"]) == ["hands melt, =1+1"] * 2
    session.ask("undo", {"token": "take-the-vote-back"})
    back = session.ask("undo", {"token": "take-the-note-back"})
    assert back["step"] == "note"
    assert list(study.votes["note"]) == [None]


def test_repeats_and_known_answers_stay_out_of_the_study(rated, session_of):
    """Votes, scores, checks and notes on them are in the log only, and in what it says of the rater."""
    study = rated(prompts=10)
    session = session_of(study, scores=True)
    session.ask("start", {})
    for item in items_of(study):
        if item.kind == "pair":
            continue
        checks = session.ask("item", {"position": item.position})["checks"]
        vote_all(session, item.position)
        save(session, item.position, "scores", scores={"left": {"artifacts": 1}, "right": {"artifacts": 2}})
        save(session, item.position, "note", note="seen before")
        if checks:
            save(session, item.position, "checks", checks={"left": ["yes", "no"], "right": ["no", "no"]})
    assert study.vote_history.empty
    assert study.score_history.empty
    assert study.checks.empty
    assert rater_quality(study)["known_of"].tolist() == [2]


def test_quality_from_a_whole_queue(rated, session_of):
    """A rater who always sees which clip is alpha's, and which one is degraded, agrees with herself and knows both."""
    study = rated(prompts=20)
    session = session_of(study)
    session.ask("start", {})
    queue = {item.position: item for item in items_of(study)}

    def choose(item):
        shown = queue[item["position"]]
        return "left" if shown.left == "a" else "right"

    finish(session, choose)
    told = session.ask("summary", {})
    assert (told["done"], told["total"], told["votes"], told["skipped"]) == (24, 24, 80, 0)
    assert told["kinds"] == {"pair": 20, "repeat": 2, "known": 2}
    assert told["added"] == {"count": 0, "position": None, "sandbox": False}
    assert (told["repeats"]["same"], told["repeats"]["of"], told["repeats"]["high"]) == (8, 8, 1.0)
    assert (told["known"]["right"], told["known"]["of"]) == (2, 2)
    assert told["through"] == {"whole": 24, "of": 24}
    assert told["seconds_median"] == 2.5
    # 20 pairs and 2 repeats, alpha left in half of all.
    assert told["left_share"]["of"] == 88
    assert told["left_share"]["value"] == 0.5


def test_new_pairs_are_appended_and_lost_ones_passed_over(rated, session_of, small_clips, fill):
    """What comes to the study later goes to the end; pairs whose clips are gone are not counted."""
    study = rated(prompts=3)
    session = session_of(study)
    session.ask("start", {})
    vote_all(session, 0)
    before = items_of(study)
    fill(study, small_clips, ["p0", "p1", "p2", "p3", "p4"], ("alpha", "beta"))
    told = session.ask("start", {})
    assert (told["done"], told["total"], told["position"]) == (1, 5, 1)
    assert items_of(study)[1:3] == before[1:]
    gone = items_of(study)[1]
    with study.clip_file(gone.clip_a) as path:
        path.unlink()
    fresh = session_of(study)
    told = fresh.ask("start", {})
    assert (told["position"], told["item"]["position"], told["item"]["number"], told["total"]) == (2, 2, 2, 4)
    assert fresh.ask("item", {"position": 1})["position"] == 2
    assert finish(fresh) == [2, 3, 4]


def test_pairs_that_come_while_somebody_rates_follow_at_the_end(rated, session_of, small_clips, fill):
    """The end of the queue takes them in; what was queued keeps place and sides, what was answered stays answered."""
    study = rated(prompts=3)
    session = session_of(study)
    session.ask("start", {})
    vote_all(session, 0)
    before = items_of(study)
    fill(study, small_clips, ["p0", "p1", "p2", "p3", "p4"], ("alpha", "beta"))
    vote_all(session, 1)
    told = vote_all(session, 2)
    assert (told["position"], told["done"], told["total"]) == (None, 3, 3)
    ends = session.ask("summary", {})
    assert (ends["done"], ends["total"], ends["added"]) == (
        3,
        5,
        {"count": 2, "position": 3, "sandbox": False},
    )
    assert [replace(item, state="open") for item in items_of(study)[:3]] == [
        replace(item, state="open") for item in before
    ]
    assert len(study.votes) == 3 * 4
    with pytest.raises(BadParameter, match="once every pair"):
        session.ask("reveal", {})
    # Another browser of hers finds the same queue, in which nothing is new any more.
    elsewhere = session_of(study)
    assert elsewhere.ask("start", {})["position"] == 3
    assert elsewhere.ask("summary", {})["added"] == {"count": 0, "position": None, "sandbox": False}
    assert {item["html"] != "" for item in (session.ask("item", {"position": p}) for p in (3, 4))} == {True}
    assert finish(session) == [3, 4]
    assert session.ask("summary", {})["open"] == []
    assert len(study.votes) == 5 * 4


def test_fewer_dimensions_and_then_more(rated, session_of):
    """Only the dimensions asked for are; asked for all later, the pairs are open again where they stand."""
    study = rated()
    few = session_of(study, dimensions=["artifacts"])
    assert [d["id"] for d in few.ask("start", {})["dimensions"]] == ["artifacts"]
    assert vote(few, 0)["done"] == 1
    with pytest.raises(BadParameter, match="known: artifacts"):
        vote(few, 0, "video_realism")
    told = session_of(study).ask("start", {})
    assert (told["done"], told["position"]) == (0, 0)
    assert told["item"]["answers"]["votes"] == {"artifacts": "left"}


def test_reveal_waits_for_the_end(rated, session_of):
    """Before it, only the owner may look; after it, models are named, and votes given since are counted as such."""
    study = rated()
    session = session_of(study, reveal="own")
    session.ask("start", {})
    vote_all(session, 0)
    with pytest.raises(BadParameter, match="once every pair"):
        session.ask("reveal", {})
    finish(session)
    study.add_votes([NewVote("p0", "alpha", "beta", 1, "artifacts", "a", "noor")])
    told = session.ask("reveal", {})
    assert told["kind"] == "own"
    assert {(row["model_a"], row["model_b"], row["n"]) for row in told["rows"]} == {("alpha", "beta", 4)}
    assert len(told["findings"]) == 4
    assert "alpha" in told["findings"][0]
    for pair, item in zip(told["pairs"], items_of(study), strict=True):
        assert pair["left"] == item.left_model
        assert {pair["left"], pair["right"]} == {"alpha", "beta"}
        assert pair["votes"] == dict.fromkeys(DIMENSIONS, "left")
    vote(session, 0, choice="right")
    assert rater_quality(study)["after_reveal"].tolist() == [1]
    whole = session_of(study, reveal="study").ask("reveal", {})
    assert {row["n"] for row in whole["rows"] if row["dimension"] == "artifacts"} == {5}
    json.dumps(whole, allow_nan=False)
    with pytest.raises(BadParameter, match="no result to raters"):
        session_of(study, reveal="never").ask("reveal", {})


def test_the_owner_may_look_at_any_time(rated, session_of):
    """`result` tells in the middle of a queue what `reveal` tells at its end, and the log says so."""
    study = rated()
    session = session_of(study)
    session.ask("start", {})
    vote(session, 0)
    assert len(session.result()["pairs"]) == 1
    assert list(study.judgements["step"]) == ["vote", "reveal"]


def test_a_title_that_names_a_model_is_not_shown(rated, session_of):
    """Otherwise the study's own title stands above the page."""
    assert session_of(rated()).ask("start", {})["title"] == "Trial"


def test_scores_of_other_origin_stay(rated, session_of):
    """What was imported for the same rater and is not mentioned here is left alone."""
    study = rated(prompts=1)
    study.add_scores([NewScore("p0", "alpha", 1, "artifacts", 4, "mira")])
    session = session_of(study, scores=True)
    session.ask("start", {})
    save(session, 0, "scores", scores={"left": {"video_realism": 3}, "right": {}})
    session.ask("undo", {"token": "take-it-back"})
    assert list(study.scores["score"]) == [4]


BAD = [
    ("sing", {}, "unknown question 'sing'"),
    ("start", [], "expected an object"),
    ("start", {"rater": "noor"}, "unknown key 'rater'"),
    ("item", {}, "position is missing"),
    ("item", {"position": -1}, "whole number from 0"),
    ("item", {"position": True}, "whole number from 0"),
    ("item", {"position": "0"}, "whole number from 0"),
    ("item", {"position": 1e3}, "whole number from 0"),
    ("item", {"position": 99}, "nothing to rate at position 99"),
    ("item", {"position": 10**30}, "whole number from 0"),
    ("undo", {"token": "short"}, "8 to 64"),
    ("undo", {"token": "x" * 65}, "8 to 64"),
    ("undo", {"token": "../../etc/passwd"}, "8 to 64"),
    ("save", {}, "step is missing"),
    ("save", {"step": "vote"}, "token is missing"),
    ("save", {"step": "drop"}, "unknown step 'drop'"),
    ("save", {"step": ["vote"]}, "expected one of"),
]
BAD_VOTES = [
    ({"choice": "a"}, "unknown choice 'a'"),
    ({"choice": "tie"}, "unknown choice"),
    ({"dimension": "beauty"}, "unknown dimension"),
    ({"dimension": None}, "dimension is None"),
    ({"seconds": -1}, "number from 0"),
    ({"seconds": 86_401}, "number from 0"),
    ({"seconds": float("nan")}, "number from 0"),
    ({"seconds": "3"}, "number from 0"),
    ({"watched": {"through": 1, "plays": 1, "mode": "side"}}, "true or false"),
    ({"watched": {"through": True, "plays": 1.5, "mode": "side"}}, "plays"),
    ({"watched": {"through": True, "plays": 1}}, "mode is missing"),
    ({"watched": WATCHED | {"mode": "upside"}}, "unknown mode"),
    ({"position": 50}, "no position 50"),
    ({"rater": "noor"}, "unknown key"),
    ({"note": "x"}, "unknown key"),
]
BAD_STEPS = [
    ("note", {"note": "x" * 2001}, "2,001 characters, at most 2,000"),
    ("note", {"note": "a\x00b"}, "control character"),
    ("note", {"note": None}, "expected text"),
    ("scores", {"scores": {"left": {}, "right": {"artifacts": 6}}}, "from 1 to 5"),
    ("scores", {"scores": {"left": {}, "right": {"artifacts": True}}}, "from 1 to 5"),
    ("scores", {"scores": {"left": {}, "right": {"beauty": 3}}}, "unknown dimension"),
    ("scores", {"scores": {"left": {}}}, "right is missing"),
    ("scores", {"scores": []}, "expected an object"),
    (
        "checks",
        {"checks": {"left": ["yes"], "right": ["yes", "no"]}},
        "1 answers to checks for the left clip",
    ),
    ("checks", {"checks": {"left": ["yes", "maybe"], "right": ["yes", "no"]}}, "unknown answer to a check"),
    ("checks", {"checks": {"left": "yes", "right": ["yes", "no"]}}, "expected a list"),
    ("skip", {"choice": "left"}, "unknown key"),
]


@pytest.fixture
def small(tmp_path, small_clips, fill):
    """A session on a study in a folder with one pair, whose prompt has two checks."""
    from kit.rating import BlindMedia
    from kit.storage.config import StudyConfig
    from kit.study import Study
    from kit.suite import Prompt, Suite

    suite = Suite("s", "S", (Prompt("p0", "Words of 0.", checks=("One.", "Two.")),))
    with Study.create(
        tmp_path / "study", StudyConfig("Alpha or beta?", ("alpha", "beta"), suite=suite)
    ) as study:
        fill(study, small_clips[:2], ["p0"], ("alpha", "beta"))
        media = BlindMedia(study, study.rating.secret())
        session = RatingSession(study, rater="mira", options=RatingOptions(scores=True), media=media)
        assert session.ask("start", {})["title"] == "Rating"
        yield session
        media.close()
        assert study.judgements.empty
        assert study.votes.empty


def test_what_is_malformed_is_refused_and_stores_nothing(small):
    """Every wrong type, size, key and word, each with what was expected; nothing of it reaches the study."""
    for op, data, message in BAD:
        with pytest.raises(BadParameter, match=message):
            small.ask(op, data)
    for changes, message in BAD_VOTES:
        with pytest.raises(BadParameter, match=message):
            vote(small, 0, **{"dimension": "artifacts"} | changes)
    for step, data, message in BAD_STEPS:
        with pytest.raises(BadParameter, match=message):
            save(small, 0, step, **data)
    with pytest.raises(BadParameter, match="no clip under this name"):
        small.media("0" * 32)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dimensions": ["beauty"]}, "no dimension 'beauty'"),
        ({"dimensions": []}, "is empty"),
        ({"dimensions": "artifacts"}, r"give a list, such as \['artifacts'\]"),
        ({"repeats": 0.6}, "from 0 to 0.5"),
        ({"repeats": float("nan")}, "from 0 to 0.5"),
        ({"known": -1}, "from 0 to 20"),
        ({"reveal": "all"}, "study, own, never"),
    ],
)
def test_options_that_cannot_be(small, options, message):
    """Each is refused before anything is asked."""
    with pytest.raises(BadParameter, match=message):
        RatingSession(small._study, rater="mira", options=RatingOptions(**options), media=small._media)


def test_raters_that_cannot_be(small):
    """A rater has a name on one line and a kind that the study knows."""
    for rater, kind, message in [
        ("", "person", "is empty"),
        ("a\nb", "person", "control"),
        ("x", "robot", "unknown kind"),
    ]:
        with pytest.raises(BadParameter, match=message):
            RatingSession(small._study, rater=rater, rater_kind=kind, media=small._media)
