"""The demo and the committed example: filmed small, gone on with, and built again."""

import json
import shutil
from pathlib import Path

import pytest

from kit.demo import Shot, demo, film
from kit.errors import BadManifest
from kit.sandbox import MODELS
from kit.simulate import simulated_votes
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import load

EXAMPLE = Path(__file__).resolve().parent.parent / "reports" / "example"
SMALL = (160, 90)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory) -> Path:
    """A study of two prompts, filmed small by both sandbox models."""
    folder = tmp_path_factory.mktemp("filmed") / "study"
    suite = load("article-four")
    with Study.create(folder, StudyConfig(suite=suite, models=tuple(MODELS))) as study:
        film(study, [Shot(p, m, 1, 0.5, *SMALL) for p in suite.prompts[:2] for m in MODELS], jobs=2)
    return folder


def test_the_demo_films_by_http_and_goes_on_where_it_stopped(tmp_path):
    """Every clip is a task of the sandbox server, paid once; a second demo on the same folder films nothing."""
    folder, said = tmp_path / "study", []
    settings = {"duration": 1, "aspect_ratio": "16:9", "mode": "draft"}
    files = demo(folder, out=tmp_path / "reports", settings=settings, raters=2, say=said.append)
    page = files.html.read_text(encoding="utf-8")
    assert "Sandbox clips" in page
    assert "Simulated raters" in page
    with Study.open(folder) as study:
        assert len(study.requests) == 8
        assert set(study.requests["provider"]) == {"sandbox"}
        assert study.requests["seconds"].gt(0).all()
        assert study.requests["cost_usd"].gt(0).all()
        assert study.clips["sandbox"].all()
        assert set(study.votes["rater_kind"]) == {"simulated"}
        assert len(study.votes) == 4 * 4 * 2
        tasks = study.ledger.frame()
        assert list(tasks["state"]) == ["done"] * 8
        before = study.fingerprint()
    again: list[str] = []
    demo(folder, out=tmp_path / "reports", settings=settings, raters=2, say=again.append)
    assert not [line for line in again if "clips" in line]
    with Study.open(folder) as study:
        assert len(study.ledger.frame()) == 8
        assert study.fingerprint() == before


def test_the_truth_is_kept_with_each_clip(filmed):
    """What is wrong with a clip can be read from the study; the steady model has fewer faults than the quick one."""
    with Study.open(filmed) as study:
        truths = {(r.prompt_id, r.model): r.extra["truth"] for r in study.requests.itertuples(index=False)}
    for (prompt, model), truth in truths.items():
        assert (truth["prompt_id"], truth["model"]) == (prompt, model)
        assert all(0 <= fault["start"] <= fault["end"] <= truth["seconds"] for fault in truth["faults"])
    faults = {m: sum(len(t["faults"]) for (_, n), t in truths.items() if n == m) for m in MODELS}
    assert faults["sandbox-steady"] < faults["sandbox-quick"]


def test_a_sandbox_clip_cannot_go_by_a_real_models_name(filmed, tmp_path):
    """The bytes tell where a clip is from, so a manifest that calls it something else is refused."""
    clip = next(filmed.rglob("*.mp4"))
    shutil.copy(clip, tmp_path / "a.mp4")
    (tmp_path / "clips.csv").write_text("file,prompt,model\na.mp4,A boat.,Famous Model 3\n")
    with (
        Study.create(tmp_path / "study") as study,
        pytest.raises(BadManifest, match="rendered by the sandbox"),
    ):
        study.import_clips(tmp_path / "clips.csv")


def test_simulated_votes_follow_the_known_faults(filmed):
    """A model whose clip has three faults more on a dimension loses nearly always; the same seed votes the same."""
    with Study.open(filmed) as study:
        votes = simulated_votes(study, raters=400, seed=1)
        assert votes == simulated_votes(study, raters=400, seed=1)
        assert votes != simulated_votes(study, raters=400, seed=2)
        truths = {(r.prompt_id, r.model): r.extra["truth"] for r in study.requests.itertuples(index=False)}
    kinds = {"flicker", "warp", "freeze", "pop", "cut"}
    checked = 0
    for prompt in {v.prompt_id for v in votes}:
        counts = [
            sum(f["kind"] in kinds for f in truths[prompt, model]["faults"])
            for model in ("sandbox-quick", "sandbox-steady")
        ]
        mine = [v.choice for v in votes if v.prompt_id == prompt and v.dimension == "artifacts"]
        share = (mine.count("b") - mine.count("a")) / len(mine)
        difference = counts[0] - counts[1]
        # With n faults more, a rater prefers the better clip by tanh(0.55 n) net of ties at 0.45 exp(-n).
        if difference > 0:
            assert share > 0.25
            checked += 1
    assert checked


def test_the_example_builds_again_byte_for_byte(tmp_path):
    """The study in reports/example gives the page and the numbers that are kept beside it."""
    from kit.reporting import report

    shutil.copytree(EXAMPLE / "study", tmp_path / "elsewhere" / "study")
    files = report(tmp_path / "elsewhere" / "study", out=tmp_path / "out", name="example")
    assert files.json.read_bytes() == (EXAMPLE / "example.json").read_bytes()
    assert files.html.read_bytes() == (EXAMPLE / "example.html").read_bytes()


def test_the_example_is_small_and_honest():
    """At most two megabytes in all; sandbox names only, marked as sandbox and as simulated."""
    files = [p for p in EXAMPLE.rglob("*") if p.is_file() and p.name != "plotly.min.js"]
    sizes = {str(p.relative_to(EXAMPLE)): p.stat().st_size for p in files}
    assert sum(sizes.values()) < 2_000_000, sorted(sizes.items(), key=lambda item: -item[1])[:5]
    numbers = json.loads((EXAMPLE / "example.json").read_text(encoding="utf-8"))
    assert "sandbox" in json.dumps(numbers)
    page = (EXAMPLE / "example.html").read_text(encoding="utf-8")
    assert "they say nothing about any real model" in page
    for name in ("Kling", "Sora", "Veo", "Runway"):
        assert name not in page
