"""What PairPlayer takes, what it refuses, what it sends and when, and what stays in a notebook."""

import gc
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest

from kit.decode import probe
from kit.errors import BadParameter, ClipMissing, ClipUnreadable
from kit.importing import new_clip
from kit.storage.records import NewRequest
from kit.study import Study
from kit.widgets.pair_player import PairPlayer

NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def study(tmp_path: Path, make_clip: Callable[..., Path]) -> Study:
    """Two prompts filmed by three made-up models, one of them with a hostile name."""
    study = Study(tmp_path / "study", now=lambda: "2026-11-22T12:00:00.000Z")
    for i in range(6):
        path = make_clip(tmp_path / f"{i}.mp4", seed=i)
        clip = new_clip(path)
        model = ("alpha", "beta", NASTY)[i % 3]
        request = NewRequest(prompt_id=f"p{i // 3}", prompt=f"{NASTY} {i // 3}", model=model, take=1, provider="import", clip=clip.clip)  # fmt: skip
        study.store_clips([(path, clip)], [request])
    return study


def names(player: PairPlayer) -> list[str]:
    return [clip.name for clip in player._shown.clips]


def test_a_row_of_pairs_is_enough(study: Study) -> None:
    """Also after filtering, sorting, sampling and iterating: the row knows its study."""
    pairs = study.pairs()
    rows = [
        pairs.iloc[0],
        pairs[pairs["prompt_id"] == "p0"].iloc[0],
        pairs.sort_values("clip_a").iloc[0],
        pairs.sample(1, random_state=1).iloc[0],
        pairs.query("model_a == 'alpha'").head(1).squeeze(),
        next(iter(pairs.iterrows()))[1],
        pairs.reset_index(drop=True).iloc[0],
    ]
    for row in rows:
        player = PairPlayer(row)
        assert names(player) == [row["model_a"], row["model_b"]]
        assert player._shown.label == row["prompt"]
        assert [clip.clip for clip in player._shown.clips] == [row["clip_a"], row["clip_b"]]


def test_a_row_without_its_study_asks_for_it(study: Study) -> None:
    """A named tuple and a hand-made mapping carry no token; study= tells."""
    row = next(study.pairs().itertuples(index=False))
    with pytest.raises(BadParameter, match="study=study"):
        PairPlayer(row)
    assert names(PairPlayer(row, study=study)) == [row.model_a, row.model_b]
    assert names(PairPlayer(row._asdict(), study=study, label="other"))[0] == row.model_a


def test_a_row_of_a_study_that_is_gone_says_so(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """Frames do not keep a study alive."""
    study = Study(tmp_path / "s")
    for i, model in enumerate(("alpha", "beta")):
        path = make_clip(tmp_path / f"{i}.mp4", seed=i)
        clip = new_clip(path)
        request = NewRequest(
            prompt_id="p", prompt="x", model=model, take=1, provider="import", clip=clip.clip
        )
        study.store_clips([(path, clip)], [request])
    row = study.pairs().iloc[0]
    study.close()
    del study
    gc.collect()
    with pytest.raises(BadParameter, match="does not know its study"):
        PairPlayer(row)


def test_hashes_are_named_by_model_prompt_and_take(study: Study) -> None:
    """A common prompt stands above them; where they have several, one model's clips are told apart by the prompt."""
    requests = study.requests
    first = list(requests.loc[requests["prompt_id"] == "p0", "clip"])
    player = PairPlayer(first, study=study)
    assert names(player) == ["alpha", "beta", NASTY]
    assert player._shown.label == f"{NASTY} 0"
    alphas = list(requests.loc[requests["model"] == "alpha", "clip"])
    assert names(PairPlayer(alphas, study=study)) == ["alpha, p0", "alpha, p1"]
    assert PairPlayer(alphas, study=study)._shown.label == ""


def test_files_and_names(tmp_path: Path, study: Study) -> None:
    """A list of files is named by the files, a dict by its keys."""
    paths = [tmp_path / "0.mp4", str(tmp_path / "1.mp4")]
    assert names(PairPlayer(paths)) == ["0.mp4", "1.mp4"]
    player = PairPlayer({"first": paths[0], NASTY: paths[1]}, label="A cat")
    assert (names(player), player._shown.label) == (["first", NASTY], "A cat")


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (None, {}, "say which clips"),
        (7, {}, "int cannot be played"),
        ("a.mp4", {}, "str cannot be played"),
        ([], {}, "0 clips were given; a player takes 2 to 6"),
        (["a.mp4"], {}, "1 clips were given"),
        (["a.mp4"] * 7, {}, "7 clips were given"),
        (["nowhere.mp4", "b.mp4"], {}, "clip 1: there is no file nowhere.mp4"),
        ([1, 2], {}, "clip 1 is 1"),
        (["0" * 64, "1" * 64], {}, "say PairPlayer"),
        (pd.DataFrame({"clip_a": [1, 2]}), {}, "choose one row"),
        ({"clip_a": "x", "clip_b": "y"}, {}, "clip_a of the pair is 'x'"),
        (["a", "b"], {"budget_mb": 0}, "budget_mb is 0"),
        (["a", "b"], {"budget_mb": float("nan")}, "budget_mb is nan"),
        (["a", "b"], {"budget_mb": True}, "budget_mb is True"),
        (["a", "b"], {"budget_mb": "5"}, "budget_mb is '5'"),
        (["a", "b"], {"label": 3}, "label is 3"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(given: Any, options: dict, words: str) -> None:
    """Each refusal says what was seen and what was expected."""
    with pytest.raises(BadParameter, match=re.escape(words)):
        PairPlayer(given, **options)


def test_clips_that_are_gone_or_no_video(study: Study, tmp_path: Path) -> None:
    """An unknown hash, a file of text, a clip whose file went after the player was made."""
    with pytest.raises(ClipMissing, match="000000000000"):
        PairPlayer(["0" * 64, "1" * 64], study=study)
    text = tmp_path / "text.mp4"
    text.write_text("hello")
    with pytest.raises(ClipUnreadable, match=r"text\.mp4"):
        PairPlayer([text, tmp_path / "0.mp4"])
    player = PairPlayer([tmp_path / "0.mp4", tmp_path / "1.mp4"])
    (tmp_path / "0.mp4").unlink()
    assert "No picture" in player.static_html()
    assert "kit-player" in player.answer("open", {}, [])[0]["html"]
    with pytest.raises(ClipMissing, match=r"0\.mp4 is gone"):
        player.answer("clip", {"index": 0}, [])


def test_the_markup_waits_for_its_clips(study: Study) -> None:
    """What opens the player has names escaped, posters and strips, and no clip; clips come when they are asked for."""
    player = PairPlayer(study.pairs().iloc[1])
    answer, buffers = player.answer("open", {}, [])
    assert buffers == []
    assert answer["html"].count('data-src="later"') == 2
    assert answer["html"].count("kit-strip") == 2
    assert "<script>alert" not in answer["html"]
    assert "data:video" not in answer["html"]
    data, sent = player.answer("clip", {"index": 1}, [])
    assert sent[0] == player._shown.clips[1].path.read_bytes()
    assert data == {"mime": "video/mp4", "proxy": False, "note": ""}


def test_measurements_of_the_study_are_in_the_markup(study: Study) -> None:
    """Marks and curves of what was measured stand on the time line."""
    study.measure()
    html = PairPlayer(study.pairs().iloc[0]).answer("open", {}, [])[0]["html"]
    assert "kit-player-data" in html
    assert '"curves"' in html


@pytest.mark.parametrize("data", [{}, {"index": 2}, {"index": -1}, {"index": "0"}, {"index": True}, {"index": 0, "proxy": 1}])  # fmt: skip
def test_a_wrong_question_is_refused(study: Study, data: dict) -> None:
    """Indices and flags from the browser are checked."""
    with pytest.raises(BadParameter):
        PairPlayer(study.pairs().iloc[0]).answer("clip", data, [])


def test_above_the_budget_a_proxy_comes(tmp_path: Path, make_clip: Callable[..., Path]) -> None:
    """It fits the budget, says how large the original is and how to have it whole, and is made once."""
    big = make_clip(tmp_path / "big.mp4", width=1280, height=720, frames=24)
    size = big.stat().st_size
    player = PairPlayer([big, big], budget_mb=size / 1e6 * 0.9)
    data, sent = player.answer("clip", {"index": 0}, [])
    assert data["proxy"] is True
    assert len(sent[0]) <= size * 0.9
    assert f"{size / 1e6:.1f} MB" in data["note"]
    assert "budget_mb=" in data["note"]
    out = tmp_path / "proxy.mp4"
    out.write_bytes(sent[0])
    assert max(probe(out).width, probe(out).height) <= 854
    assert player.answer("clip", {"index": 1}, [])[1] == sent


def test_a_proxy_for_the_asking(study: Study) -> None:
    """Also below the budget, for a clip that the browser cannot decode."""
    data, sent = PairPlayer(study.pairs().iloc[0]).answer("clip", {"index": 0, "proxy": True}, [])
    assert data["proxy"] is True
    assert "H.264" in data["note"]
    assert sent[0][4:8] == b"ftyp"


def test_a_budget_that_no_proxy_fits_says_what_would(study: Study) -> None:
    """Rather than sending more than was allowed."""
    with pytest.raises(BadParameter, match="raise budget_mb to 1"):
        PairPlayer(study.pairs().iloc[0], budget_mb=0.0001).answer("clip", {"index": 0}, [])


def test_the_static_form(study: Study) -> None:
    """Posters, escaped names and the prompt, what to do; no script and no video."""
    player = PairPlayer(study.pairs().iloc[1])
    html, text = player.static_html(), player.static_text()
    assert html.count('<img alt="A frame of clip') == 2
    assert "&lt;script&gt;" in html
    for absent in ("<script", "<video", "data:video", "javascript:"):
        assert absent not in html
    assert "run this cell" in html
    assert "alpha" in text
    assert repr(player) == f"<PairPlayer alpha, {NASTY}>"


def test_a_notebook_with_three_players_stays_small(tmp_path: Path, clips_dir: Path) -> None:
    """Executed by papermill, widget state and all: below 150 kB, no clip, no module of the player."""
    import papermill

    study = Study(tmp_path / "s")
    study.import_clips(clips_dir / "showdown_t2v" / "manifest.csv")
    node = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(f"import kit\nfrom kit.widgets.pair_player import PairPlayer\nstudy = kit.Study({str(tmp_path / 's')!r})"),
        *(nbformat.v4.new_code_cell(f"PairPlayer(study.pairs().iloc[{i}])") for i in range(3)),
    ])  # fmt: skip
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(node, tmp_path / "in.ipynb")
    papermill.execute_notebook(tmp_path / "in.ipynb", tmp_path / "out.ipynb", progress_bar=False)
    check_saved(tmp_path / "out.ipynb", players=3)


def check_saved(path: Path, *, players: int) -> None:
    """Asserts that a saved notebook holds posters and stubs only."""
    text = path.read_text(encoding="utf-8")
    node = SimpleNamespace(**nbformat.reads(text, 4))
    assert len(text) < 150_000, len(text)
    assert "application/vnd.jupyter.widget-state+json" in node.metadata["widgets"]
    assert text.count("application/vnd.jupyter.widget-view+json") == players
    for absent in (
        "data:video",
        "keepTogether",
        "class Player",
        ".kit-transport {",
        "kernelChannel(model, signal) {",
    ):
        assert absent not in text, absent
    # "ftyp" of MP4 and the head of WebM, in base64.
    assert not re.search(r"AAAA[A-Za-z0-9+/]{2}ZnR5c|GkXfo", text)


def test_one_file_from_two_models_carries_both_names(study: Study) -> None:
    """The same bytes are one clip; neither model may stand for the other."""
    clips = list(study.clips["clip"])
    request = NewRequest(prompt_id="p0", prompt=f"{NASTY} 0", model="gamma", take=1, provider="import", clip=study.requests["clip"].iloc[0])  # fmt: skip
    study.store_clips([], [request])
    first = study.requests["clip"].iloc[0]
    other = next(clip for clip in clips if clip != first)
    assert "alpha and gamma" in names(PairPlayer([first, other], study=study))
