"""What pairs can be filtered by, and how a page of many clips is packed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kit.reporting import Page
from kit.reporting.packing import CHUNK, Stow, packed, unpacked
from kit.study import Study
from kit.suite import Prompt, Suite
from tests.many_clips import many_clips
from tests.reporting.test_examples import PROMPTS, cast

NASTY = '"><img src=x onerror=alert(1)>'


def clips(study: Study) -> dict[str, Any]:
    """The data of the section."""
    page = Page(study, draws=100)
    page.clips()
    return dict(page.document()["sections"][0])


def labels(section: dict[str, Any], name: str) -> dict[str, tuple[str, int]]:
    """The options of one field: label and number of prompts, by mark."""
    (field,) = [f for f in section["filters"] if f["name"] == name]
    return {o["mark"]: (o["label"], o["prompts"]) for g in field["groups"] for o in g["options"]}


def test_marks_say_who_was_ahead_and_where_raters_were_at_odds(build, tmp_path: Path) -> None:
    """Of votes 2:0, 2:1, 1:1 and none: two lead for the first, one level, two disputed, one without votes."""
    study = build(tmp_path / "s", prompts=PROMPTS, votes=False, scores=False)
    cast(study, {"boat": "aa", "city": "aab", "dune": "ab"})
    section = clips(study)
    artifacts = study.rubric.ids.index("artifacts")
    found = labels(section, "votes")
    assert found[f"v-{artifacts}-0"] == ("more votes for first-model", 2)
    assert found[f"v-{artifacts}-level"][1] == 1
    assert found[f"v-{artifacts}-disputed"][1] == 2
    assert found["v-none"] == ("no votes", 1)
    by_id = {p["id"]: p["marks"] for p in section["prompts"]}
    assert by_id["city"] == [f"v-{artifacts}-0", f"v-{artifacts}-disputed"]
    assert by_id["elk"] == ["v-none"]
    study.close()


def test_only_what_tells_prompts_apart_is_offered(build, whole, tmp_path: Path) -> None:
    """A tag of every prompt is no choice; hostile tags and models stay text in the page."""
    suite = Suite(
        name="s",
        title="S",
        prompts=tuple(
            Prompt(id=key, text=text, tags=("all", NASTY) if key == "boat" else ("all",), stresses="artifacts")
            for key, text in PROMPTS
        ),
    )  # fmt: skip
    study = build(
        tmp_path / "s", prompts=PROMPTS, suite=suite, models=(NASTY, "other"), skip=[("elk", NASTY)],
        votes=False, scores=False,
    )  # fmt: skip
    section = clips(study)
    assert [f["name"] for f in section["filters"]] == ["tag", "clips"]
    assert list(labels(section, "tag").values()) == [(NASTY, 1)]
    assert list(labels(section, "clips").values()) == [(f"none from {NASTY}", 1)]
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "<img src=x" not in html
    study.close()


def test_few_prompts_have_no_filter(usual: Path, whole, tmp_path: Path) -> None:
    """Two prompts can be looked at without one."""
    assert 'id="clips-filter"' not in whole(usual).save(tmp_path).html.read_text("utf-8")


def test_packing_keeps_every_text_and_tells_nothing_of_when() -> None:
    """What was put is found under its address, in chunks of a bounded size, the same bytes each time."""
    texts = [f"<td>é {i} {'x' * 90_000}</td>" for i in range(12)]
    stow = Stow("t")
    addresses = [stow.put(text) for text in texts]
    chunks = {name: json.loads(unpacked(text)) for name, text in stow.packed()}
    for text, address in zip(texts, addresses, strict=True):
        name, chunk, place = address.split("-")
        assert chunks[f"stow-{name}-{chunk}"][int(place)] == text
    assert all(sum(map(len, chunk)) <= CHUNK for chunk in chunks.values())
    assert packed("same") == packed("same")
    assert unpacked(packed("</script> é")) == "</script> é"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, make_clip) -> Any:
    """The saved page of 51 prompts by two models, with everything measured."""
    from tests.reporting.conftest import whole_page

    folder = tmp_path_factory.mktemp("many")
    with many_clips(folder / "many", make_clip, prompts=51, width=32, height=32, frames=2) as study:
        return whole_page(study, name="many").save(folder / "out")


def test_a_page_of_many_clips_is_small(many: Any) -> None:
    """A pair costs less than 6.5 kB without its media, so that 400 pairs and the rest of a page stay below 3 MB."""
    html = many.html.read_text("utf-8")
    sections = re.findall(r'<section id="(?:clips|per_prompt)".*?</section>', html, re.DOTALL)
    chunks = re.findall(r'<script type="text/plain" id="stow-[^<]*</script>', html)
    assert len(sections) == 2
    assert sum(len(part.encode()) for part in [*sections, *chunks]) / 51 < 6_500


def test_what_is_packed_is_in_the_json_and_in_the_page(many: Any) -> None:
    """Every pair's table is found by its address, reads as it would unpacked, and its numbers stand in NAME.json."""
    html, text = many.html.read_text("utf-8"), many.json.read_text("utf-8")
    chunks = {
        name: json.loads(unpacked(body))
        for name, body in re.findall(r'<script type="text/plain" id="(stow-[tc]-\d+)">([^<]*)</script>', html)
    }
    addresses = re.findall(r'data-stowed="([tc])-(\d+)-(\d+)"', html)
    found = [chunks[f"stow-{name}-{chunk}"][int(place)] for name, chunk, place in addresses]
    tables = [one for one in found if ": what was measured" in one]
    assert len(tables) == 51
    cells = re.findall(r'<td class="number">([^<]+)</td>', tables[7])
    assert len(cells) > 40
    assert [cell for cell in cells if cell not in text] == []
    players = [json.loads(one) for (name, _, _), one in zip(addresses, found, strict=True) if name == "c"]
    assert all(len(player["data"]["clips"]) == len(player["strips"]) == 2 for player in players)
    assert "<noscript>" in html


def test_no_poster_is_loaded_before_it_is_near(many: Any) -> None:
    """Posters are pictures that load lazily, and no video has one of its own or loads anything."""
    html = many.html.read_text("utf-8")
    assert " poster=" not in html
    assert html.count('class="kit-poster"') == html.count('loading="lazy"') == html.count("<video ")
    assert html.count('preload="none"') == html.count("<video ")
