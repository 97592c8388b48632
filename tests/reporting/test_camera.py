"""The camera check and what was asked of the file, on the page and in NAME.json."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from kit.importing import new_clip
from kit.measure import measure_clip
from kit.metrics import Measurement
from kit.reporting import Page
from kit.sandbox import MODELS, render
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, Suite, load

STAMP = "2026-11-22T12:00:00.000Z"
NASTY = "<img src=x onerror=window.hit=1>\"'</script><script>window.hit=1</script>"
RIGHT = "pan_right 0.300 widths, 0.00-0.50 s, sure 0.97"
LEFT = "pan_left 0.300 widths, 0.10-0.40 s, sure 0.90"
STILL = "static, 0.00-0.50 s, sure 0.99"
UNSURE = "unsure, 0.00-0.50 s"

Filmed = Sequence[tuple[str, str, str | None]]  # prompt id, model, what was measured of the camera


def measurement(name: str, value: float, text: str | None = None, unit: str = "") -> Measurement:
    return Measurement(name, 1, value, text, unit, (), None)


@pytest.fixture
def filmed(tmp_path: Path, pictures: list[Path]) -> Callable[..., Study]:
    """Makes a study of clips whose camera was measured as told."""

    def make(
        clips: Filmed, *, prompts: Sequence[Prompt], models: Sequence[str], settings: dict[str, Any] | None = None,
        more: Sequence[Measurement] = (),
    ) -> Study:  # fmt: skip
        config = StudyConfig(
            title="x", models=tuple(models), suite=Suite(name="s", title="s", prompts=tuple(prompts))
        )
        study = Study.create(tmp_path / "study", config, now=lambda: STAMP)
        texts = {prompt.id: prompt.text for prompt in prompts}
        for path, (prompt, model, text) in zip(pictures, clips, strict=False):
            clip = new_clip(path)
            request = NewRequest(
                prompt_id=prompt, prompt=texts[prompt], model=model, take=1, provider="import", clip=clip.clip,
                settings=settings or {},
            )  # fmt: skip
            study.store_clips([(path, clip)], [request])
            if text is not None:
                camera = measurement("camera_motion", 1.0, text, "share of time")
                study.add_measurements(clip.clip, [camera, *more])
        return study

    return make


PAN = Prompt(id="pan", text="A street.", title="A pan", camera=("pan_right",))
SAID = Prompt(id="said", text="A lake. The camera remains still.", title="Said in words")
FREE = Prompt(id="free", text="A mountain.", title="Free")


def saved(study: Study, out: Path) -> tuple[str, dict[str, Any]]:
    """The page's HTML and its data."""
    page = Page(study, name="page", draws=100)
    for section in ("answer", "clips", "findings", "measurements", "method"):
        getattr(page, section)()
    files = page.save(out)
    return files.html.read_text("utf-8"), json.loads(files.json.read_text("utf-8"))


def camera_of(data: dict[str, Any]) -> dict[str, Any]:
    """The camera check of the findings."""
    findings = next(s for s in data["sections"] if s["id"] == "findings")
    return next(d for d in findings["dimensions"] if d["id"] == "prompt_adherence")["camera"]


def texts(html: str) -> str:
    """A page's text without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def test_a_reversed_pan_is_found_and_said(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """The first screen, the finding, the pair and NAME.json name the clip, both moves and the time; no vote is needed."""
    study = filmed(
        [("pan", "alpha", RIGHT), ("pan", "beta", LEFT), ("said", "alpha", STILL), ("said", "beta", STILL)],
        prompts=[PAN, SAID, FREE],
        models=["alpha", "beta"],
    )
    html, data = saved(study, tmp_path / "out")
    camera = camera_of(data)
    pan, said = camera["prompts"]
    assert (pan["asked"], pan["source"]) == (["pan right"], "by the suite")
    assert (said["asked"], said["source"]) == (["camera still"], "read from the prompt's text")
    assert [clip["verdict"] for clip in pan["clips"]] == ["met", "reversed"]
    (move,) = pan["clips"][1]["moves"]
    assert (move["wanted"], move["measured"]) == ("pan right", "pan left")
    assert (move["start"]["value"], move["end"]["value"]) == (0.1, 0.4)
    findings = next(s for s in data["sections"] if s["id"] == "findings")
    assert findings["dimensions"][0]["beside"][0].startswith(
        "The camera, read by a program, did what was asked in 2 of 2 clips of alpha (95% interval "
    )
    answer = next(s for s in data["sections"] if s["id"] == "answer")
    (line,) = answer["noticed"]
    assert line.startswith(
        "Camera of beta: the opposite way in 1 of 2 clips (A pan: pan right asked for, pan left"
    )
    assert "It went the opposite way in 1 clip: A pan" in texts(html)
    pair = html.split('id="prompt-1"')[1].split("</article>")[0]
    assert "reversed" in pair
    study.close()


def test_shares_have_wilsons_interval_and_leave_unsure_out(
    filmed: Callable[..., Study], tmp_path: Path
) -> None:
    """Of two clips one is met and one unsure: 1 of 1, whose Wilson interval begins at 1 / (1 + z^2) = 0.2065."""
    study = filmed(
        [("pan", "alpha", RIGHT), ("said", "alpha", UNSURE), ("pan", "beta", UNSURE)],
        prompts=[PAN, SAID],
        models=["alpha", "beta"],
    )
    html, data = saved(study, tmp_path / "out")
    camera = camera_of(data)
    rows = {row[0]: row for row in camera["counts"]["rows"]}
    share = rows["alpha"][1]
    assert (share["value"], share["n"]) == (1, 1)
    assert share["low"] == pytest.approx(1 / (1 + 1.959964**2), abs=1e-5)
    assert rows["beta"][1]["value"] is None
    assert "In 1 clip the picture cannot tell." in texts(html)
    assert "Camera of beta: none of 1 clip could be read." in texts(html)
    study.close()


def test_times_lead_to_the_player_that_shows_them(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """Every time is a link to the id around its clip's player, with the second to go to."""
    models = [f"model-{i}" for i in range(7)]
    study = filmed([("pan", model, LEFT) for model in models], prompts=[PAN], models=models)
    html, data = saved(study, tmp_path / "out")
    moments = re.findall(r'<a class="moment" href="#([^"]+)" data-at="([^"]+)"', html)
    assert len(moments) == 14  # each clip's, beside its player and in the findings
    assert {at for _, at in moments} == {"0.1"}
    assert {target for target, _ in moments} == {"player-1-1", "player-1-2"}
    for target, names in (("player-1-1", models[:4]), ("player-1-2", models[4:])):
        held = html.split(f'<div id="{target}">')[1].split("</figure>")[0]
        assert re.findall(r'data-name="([^"]+)"', held) == names
    assert [row[0] for row in camera_of(data)["counts"]["rows"]] == models
    (sentence,) = camera_of(data)["sentences"]  # not seven of them
    assert "model-0 0 of 1, model-1 0 of 1" in sentence
    study.close()


def test_a_page_without_players_has_times_without_links(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """Where the clips are left out of a page, nothing leads to them."""
    study = filmed([("pan", "alpha", LEFT)], prompts=[PAN], models=["alpha"])
    page = Page(study, name="page", draws=100)
    page.findings()
    html = page.save(tmp_path / "out").html.read_text("utf-8")
    assert "0.10–0.40" in html  # noqa: RUF001
    assert 'class="moment"' not in html
    assert 'href="#prompt-' not in html
    study.close()


def test_all_that_was_measured_is_shown(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """A move that is no answer to what was asked stands beside the check: small ones whole, large ones as extra."""
    small = f"{RIGHT}; roll_cw 1.0 degrees, 0.20-0.30 s, sure 0.90"
    large = f"{RIGHT}; tilt_up 0.900 heights, 0.20-0.50 s, sure 0.90"
    study = filmed([("pan", "alpha", small), ("pan", "beta", large)], prompts=[PAN], models=["alpha", "beta"])
    html, data = saved(study, tmp_path / "out")
    one, two = camera_of(data)["prompts"][0]["clips"]
    assert (one["verdict"], [move["measured"] for move in one["more"]]) == (
        "met", ["pan right", "roll clockwise"],
    )  # fmt: skip
    assert (two["verdict"], [move["verdict"] for move in two["moves"]]) == ("extra", ["met", "extra"])
    assert two["more"] == []
    assert "It did more than asked in 1 clip" in texts(html)
    study.close()


def test_clips_that_were_not_measured_say_so(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """No measurement is no verdict, and no share; a reason why there is none is shown."""
    study = filmed(
        [("pan", "alpha", None), ("pan", "beta", "one frame only")], prompts=[PAN], models=["alpha", "beta"]
    )
    html, data = saved(study, tmp_path / "out")
    camera = camera_of(data)
    assert [clip["verdict"] for clip in camera["prompts"][0]["clips"]] == ["not measured", "not measured"]
    assert camera["counts"] is None
    assert "one frame only" in html
    assert next(s for s in data["sections"] if s["id"] == "answer")["noticed"] == []
    study.close()


def test_prompts_that_ask_nothing_have_no_check(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """A study whose prompts leave the camera free has no word of it in its findings."""
    study = filmed([("free", "alpha", LEFT)], prompts=[FREE], models=["alpha"])
    html, data = saved(study, tmp_path / "out")
    findings = next(s for s in data["sections"] if s["id"] == "findings")
    assert findings["dimensions"] == []
    assert 'id="camera"' not in html
    study.close()


def test_a_clip_that_does_not_stand_still_is_said_to_move(
    filmed: Callable[..., Study], tmp_path: Path
) -> None:
    """The rest that it has is not passed off as what was asked for."""
    text = "pan_left 0.400 widths, 0.00-0.40 s, sure 0.97; static, 0.40-0.50 s, sure 0.99"
    study = filmed([("said", "alpha", text)], prompts=[SAID], models=["alpha"])
    html, data = saved(study, tmp_path / "out")
    (clip,) = camera_of(data)["prompts"][0]["clips"]
    assert [(move["measured"], move["verdict"]) for move in clip["moves"]] == [
        ("still only", "missing"), ("pan left", "extra"),
    ]  # fmt: skip
    assert "Said in words: camera still asked for, as its text was read, but it moves" in texts(html)
    study.close()


def test_what_was_asked_is_held_against_what_came(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """A length that was not kept is named beside its pair and counted by model; what was kept is counted too."""
    study = filmed(
        [("free", "alpha", STILL), ("free", "beta", STILL)],
        prompts=[FREE],
        models=["alpha", "beta"],
        settings={"duration": 5, "aspect_ratio": "16:9"},
        more=[
            measurement("duration", 3.0),
            measurement("aspect_ratio", 1.7778),
            measurement("shots", 1),
        ],
    )
    html, data = saved(study, tmp_path / "out")
    findings = next(s for s in data["sections"] if s["id"] == "findings")
    delivered = findings["dimensions"][0]["delivered"]
    assert delivered["sentences"] == ["Of 6 settings asked for in 2 clips, 2 did not come as asked."]
    rows = {row[0]: [cell["text"] for cell in row[1:]] for row in delivered["counts"]["rows"]}
    assert rows == {
        "Length": ["0 of 1", "0 of 1"], "Aspect ratio": ["1 of 1", "1 of 1"], "Shots": ["1 of 1", "1 of 1"],
    }  # fmt: skip
    assert "alpha, not as asked: Length: 5 s asked for, 3 s came" in texts(html)
    study.close()


def test_hostile_names_stay_text(filmed: Callable[..., Study], tmp_path: Path) -> None:
    """Titles and models in sentences, tables and labels of the check are escaped, and so is a measured text."""
    prompt = Prompt(id="p", text=f"The camera pans right. {NASTY}", title=NASTY)
    study = filmed(
        [("p", NASTY, LEFT), ("p", "beta", NASTY)],
        prompts=[prompt],
        models=[NASTY, "beta"],
        settings={"duration": 9},
        more=[measurement("duration", 1.0)],
    )
    html, data = saved(study, tmp_path / "out")
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    assert "<img src=x" not in outside
    assert "<script>window" not in html
    assert camera_of(data)["prompts"][0]["clips"][0]["model"] == NASTY
    study.close()


def test_the_sandboxs_reversed_pan_is_found_by_the_report(tmp_path: Path) -> None:
    """On the article's fourth prompt the page says of each sandbox clip what the renderer knows to be true."""
    suite = load("article-four")
    prompt = next(p for p in suite.prompts if p.camera == ("pan_right",))
    study = Study.create(
        tmp_path / "study",
        StudyConfig(title="x", models=tuple(MODELS), suite=Suite(name="s", title="s", prompts=(prompt,))),
    )
    truth = {}
    for model in MODELS:
        path = tmp_path / f"{model}.mp4"
        told = render(
            prompt.text, model=model, take=1, out=path, prompt_id=prompt.id, seconds=2.0, width=320, height=180
        )  # fmt: skip
        truth[model] = [segment.word for segment in told.camera]
        clip = new_clip(path)
        request = NewRequest(
            prompt_id=prompt.id, prompt=prompt.text, model=model, take=1, provider="sandbox", clip=clip.clip
        )
        study.store_clips([(path, clip)], [request])
        study.add_measurements(clip.clip, measure_clip(path, ["camera_motion"]).measurements)
    _, data = saved(study, tmp_path / "out")
    found = {
        clip["model"]: [move["measured"].replace(" ", "_") for move in clip["moves"]]
        for clip in camera_of(data)["prompts"][0]["clips"]
    }
    assert found == truth
    assert ["pan_left"] in found.values()  # the reversed one
    assert any("pan right asked for, pan left measured" in line for line in data["sections"][0]["noticed"])
    study.close()
