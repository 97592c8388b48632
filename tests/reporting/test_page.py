"""The page and its numbers: one is made from the other, and both are the same wherever they are made."""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kit.errors import BadParameter, ReportError, StudyMissing
from kit.importing import new_clip
from kit.reporting import Page
from kit.rubric import DEFAULT, Dimension, Rubric
from kit.script_json import script_json
from kit.storage.records import NewRequest
from kit.study import Study

SECTIONS = (
    *("answer", "models", "findings", "examples", "clips", "per_prompt", "leaderboards", "agreement"),
    *("measurements", "speed_and_cost", "recommendation", "scope", "method", "provenance"),
)
VOID = {"meta", "link", "br", "hr", "img", "input", "line", "circle", "track"}


class Reader(HTMLParser):
    """Reads a page: text of cells, scripts, ids, links, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.cells: list[str] = []
        self.scripts: list[tuple[dict, str]] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.headings: list[int] = []
        self.sources: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.stack.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")
        if tag == "script":
            self.scripts.append((given, ""))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and given.get("href", "").startswith("#"):
            self.targets.append(given["href"][1:])
        self.sources += [
            given[k] for k in ("src", "poster", "href") if given.get(k) and not given[k].startswith("#")
        ]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data):
        if self.scripts and self.stack and self.stack[-1] == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif self.cells and ("td" in self.stack or "th" in self.stack):
            self.cells[-1] += data


def clips_of(html: str) -> str:
    """The part of a page that shows all clips: examples show some of them once more."""
    return html.partition('<section id="clips"')[2].partition("</section>")[0]


def strings(value) -> list[str]:
    """Every text in a JSON document, keys left out."""
    if isinstance(value, dict):
        return [s for v in value.values() for s in strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in strings(v)]
    return [str(value)]


def tokens(text: str) -> list[str]:
    """The numbers that stand in a text."""
    return re.findall(r"\d[\d,]*(?:\.\d+)?", text)


@pytest.fixture(scope="module")
def made(usual: Path, whole, tmp_path_factory: pytest.TempPathFactory):
    """The usual study's page: files, HTML, data."""
    files = whole(usual, name="usual").save(tmp_path_factory.mktemp("made"))
    return files, files.html.read_text("utf-8"), json.loads(files.json.read_text("utf-8"))


def test_every_number_in_a_table_is_in_the_json(made) -> None:
    """Cells show what NAME.json says: not one number is computed on the way to the page."""
    _, html, data = made
    known = {token for text in strings(data) for token in tokens(text)}
    cells = Reader(html).cells
    shown = [token for cell in cells for token in tokens(cell)]
    assert len(shown) > 60
    assert [token for token in shown if token not in known] == []


def test_numbers_carry_value_text_interval_and_count(made) -> None:
    """A win rate in the JSON has its value, its 95% interval, its count and its source."""
    _, _, data = made
    answer = next(s for s in data["sections"] if s["id"] == "answer")
    rate = next(v for v in answer["verdicts"] if v["dimension"] == "prompt_adherence")["rate"]
    # By hand: on 'river' the three raters chose a, b and both good, on 'tower' b, both good and a.
    assert rate["value"] == 0.5
    assert rate["n"] == 6
    assert rate["low"] <= 0.5 <= rate["high"]
    assert "prompt_adherence" in rate["source"]
    assert data["schema_version"] == 2


def test_the_page_is_sound_html(made) -> None:
    """Elements close, ids are unique, links within the page lead somewhere, headings skip no level."""
    _, html, _ = made
    reader = Reader(html)
    assert reader.wrong == []
    assert reader.stack == []
    assert len(set(reader.ids)) == len(reader.ids)
    assert set(reader.targets) - set(reader.ids) == set()
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(reader.headings, reader.headings[1:], strict=False))


def test_linked_files_lie_beside_the_page_under_their_hash(made) -> None:
    """Every address of the page is relative and exists; a clip's bytes are the study's own."""
    import hashlib

    files, html, _ = made
    addresses = [a for a in Reader(html).sources if not a.startswith("data:,")]
    assert len(addresses) >= 12
    for address in addresses:
        assert (files.html.parent / address).is_file(), address
    clips = list(files.assets_dir.glob("*.mp4"))
    assert len(clips) == 4
    for clip in clips:
        assert hashlib.sha256(clip.read_bytes()).hexdigest() == clip.stem


def test_page_without_media_is_small(made) -> None:
    """plotly.js and the clips stay beside a linked page."""
    files, html, _ = made
    assert len(html.encode()) < 400_000
    assert (files.assets_dir / "plotly.min.js").stat().st_size > 1_000_000


SCRIPT = """
import sys
from kit.reporting import Page
page = Page(sys.argv[1], name="same", draws=200, assets=sys.argv[3], until="2027-01-01")
for section in {sections!r}:
    getattr(page, section)()
page.beside(until="2026-11-19")
page.save(sys.argv[2])
"""


def test_same_bytes_in_another_folder_time_zone_and_hash_seed(usual: Path, whole, tmp_path: Path) -> None:
    """A study and two copies of it give the same page and JSON, and neither names a folder of this machine."""
    page = whole(usual, name="same", assets="embed", until="2027-01-01")
    page.beside(until="2026-11-19")
    files = page.save(tmp_path / "here")
    copies = [(files.html.read_bytes(), files.json.read_bytes())]
    for i, (zone, seed) in enumerate((("Pacific/Kiritimati", "1"), ("America/Anchorage", "77"))):
        place = tmp_path / f"copy {i}" / "usual"
        shutil.copytree(usual, place)
        out = tmp_path / f"out{i}"
        code = SCRIPT.format(sections=SECTIONS)
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        subprocess.run(
            [sys.executable, "-c", code, place, out, "embed"], check=True, env=environment, cwd=tmp_path
        )
        copies.append(((out / "same.html").read_bytes(), (out / "same.json").read_bytes()))
    assert copies[0] == copies[1] == copies[2]
    for text in copies[0]:
        assert str(tmp_path).encode() not in text
        assert str(Path(__file__).resolve().parents[2]).encode() not in text


def test_embed_holds_everything(usual: Path, whole, tmp_path: Path) -> None:
    """One file: clips, posters and plotly.js inside it, and nothing beside it."""
    files = whole(usual, name="one", assets="embed").save(tmp_path)
    assert files.assets_dir is None
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.html", "one.json"]
    html = files.html.read_text("utf-8")
    assert html.count('src="data:video/mp4;base64,') == 4
    assert html.count('class="kit-poster" src="data:image/jpeg;base64,') == 4
    assert "plotly.js v" in html
    assert all(a.startswith("data:") for a in Reader(html).sources)


def test_embed_stops_at_its_budget(usual: Path, whole, tmp_path: Path) -> None:
    """Beyond the budget the error gives sizes and offers the other way, and an older page stays."""
    whole(usual, name="one", assets="embed").save(tmp_path)
    before = (tmp_path / "one.html").read_bytes()
    with pytest.raises(ReportError, match=r"4\.\d MB, and the budget is 1 MB.*--assets link"):
        whole(usual, name="one", assets="embed", max_embed_mb=1).save(tmp_path)
    assert (tmp_path / "one.html").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_without_votes_the_page_says_how_to_bring_them(build, whole, tmp_path: Path) -> None:
    """No votes and no scores: no winner, no rate, the clips and the command."""
    study = build(tmp_path / "silent", votes=False, scores=False)
    page = whole(study)
    files = page.save(tmp_path)
    html = files.html.read_text("utf-8")
    assert "No one has voted yet" in html
    assert "kit votes import STUDY votes.csv" in html
    assert clips_of(html).count("<video controls") == 4
    assert "preferred" not in html
    study.close()


def test_without_measurements_the_page_says_how_to_measure(build, whole, tmp_path: Path) -> None:
    """Nothing measured: no empty tables, and the command."""
    study = build(tmp_path / "raw", measured=False, timed=False)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "kit measure STUDY" in html
    assert "Measured, side by side" not in html
    assert "How long these clips took to make is not recorded" in html
    study.close()


def test_one_clip_only(build, whole, tmp_path: Path) -> None:
    """One model and one prompt give a page with one clip and no comparison."""
    study = build(tmp_path / "lone", models=("only-model",), prompts=(("p", ""),), votes=False, scores=False)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert html.count("<video controls") == 1
    assert "No text given for this prompt." in html
    study.close()


def test_no_clips_at_all(tmp_path: Path, whole) -> None:
    """An empty study gives a page that says what to do."""
    with Study(tmp_path / "empty") as study:
        html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "kit import STUDY clips.csv" in html
    assert "<video controls" not in html


def test_a_prompt_with_one_model_names_the_other(build, whole, tmp_path: Path) -> None:
    """Where a model has no clip of a prompt, its place says so."""
    study = build(tmp_path / "half", skip=[("tower", "second-model")], votes=False, scores=False)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "No clip from <bdi>second-model</bdi>." in html
    assert "1 prompt and take with a clip of one model only" in html
    study.close()


def test_seven_models_share_two_players(build, whole, tmp_path: Path) -> None:
    """A player takes up to six clips, so seven are shown as four and three."""
    models = [f"model-{i}" for i in range(7)]
    study = build(tmp_path / "seven", models=models, prompts=(("p", "One."),))
    html = clips_of(whole(study).save(tmp_path).html.read_text("utf-8"))
    assert re.findall(r'<figure class="kit-player"[^>]* data-clips="(\d)"', html) == ["4", "3"]
    study.close()


def test_a_lost_and_a_faulty_clip_are_reported(build, whole, tmp_path: Path) -> None:
    """A clip whose file is gone, and one that could not be decoded whole, are named; the page is made all the same."""
    study = build(tmp_path / "bad")
    lost, faulty = study.requests["clip"][0], study.requests["clip"][1]
    study.add_measurements(faulty, [], fault=(1, "damaged data after frame 3"))
    next((tmp_path / "bad" / "clips").rglob(f"{lost}*")).unlink()
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert clips_of(html).count("<video controls") == 3
    assert "its file is gone from the study" in html
    assert "damaged data after frame 3" in html
    assert str(tmp_path) not in html
    study.close()


def test_simulated_votes_are_marked(build, whole, tmp_path: Path) -> None:
    """Simulated raters put a banner on the page."""
    study = build(tmp_path / "sim", votes=False, scores=False)
    votes = tmp_path / "votes.csv"
    votes.write_text(
        "prompt_id,model_a,model_b,take,dimension,choice,rater,rater_kind\n"
        "river,first-model,second-model,1,artifacts,a,s1,simulated\n"
    )
    study.import_votes(votes)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "Simulated raters:" in html
    study.close()


def test_sandbox_clips_are_marked(pictures: list[Path], whole, tmp_path: Path) -> None:
    """One sandbox clip among others puts a banner on the page that counts it."""
    from dataclasses import replace

    with Study(tmp_path / "mixed") as study:
        for i, sandbox in enumerate((True, False)):
            clip = replace(new_clip(pictures[i]), sandbox=sandbox)
            request = NewRequest(
                prompt_id="p", prompt="x", model=f"m{i}", take=1, provider="import", clip=clip.clip
            )
            study.store_clips([(pictures[i], clip)], [request])
        html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "<strong>Sandbox clips (1 of 2 clips):</strong> rendered by the kit, they say nothing" in html


def test_simulated_wins_are_not_passed_off_as_peoples(build, whole, tmp_path: Path) -> None:
    """Where simulated raters prefer a model, the headline says whose votes these are."""
    prompts = [(f"p{i}", f"Prompt {i}") for i in range(8)]
    study = build(tmp_path / "eight", prompts=prompts, votes=False, scores=False)
    rows = [f"p{i},first-model,second-model,1,artifacts,a,s{j},simulated" for i in range(8) for j in range(5)]
    votes = tmp_path / "votes.csv"
    votes.write_text("prompt_id,model_a,model_b,take,dimension,choice,rater,rater_kind\n" + "\n".join(rows))
    study.import_votes(votes)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    assert "In simulated votes, first-model was preferred to second-model on artifacts." in html
    study.close()


def test_wrong_calls_are_refused(usual: Path, tmp_path: Path) -> None:
    """A place without a study, an unknown way of assets, a section asked for twice."""
    with pytest.raises(StudyMissing):
        Page(tmp_path / "nowhere")
    with pytest.raises(BadParameter, match="link, embed"):
        Page(usual, assets="inline")
    with pytest.raises(BadParameter, match="list of texts"):
        Page(usual, sections='["answer"]')  # as papermill alone passes what is typed after -p
    page = Page(usual, draws=100)
    page.answer()
    with pytest.raises(BadParameter, match="'answer' already"):
        page.answer()


def test_sections_show_small_in_a_notebook(usual: Path) -> None:
    """A cell's output has the sentences and tables, and no video, script or media."""
    page = Page(usual, draws=100)
    for section in (page.answer(), page.clips(), page.measurements()):
        html = section._repr_html_()
        assert len(html) < 12_000
        assert "<table" in html or "clip" in html
        assert "<video controls" not in html
        assert "<script" not in html
        assert len(repr(section)) < 2_000


def test_json_cannot_leave_its_script() -> None:
    """What would end a script element or a line of JavaScript is written as an escape, and reads back the same."""
    data = {"a": "</script><!--\u2028\u2029&<b>"}
    text = str(script_json(data))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == data


def test_the_rubrics_wording_is_the_studys(build, whole, tmp_path: Path) -> None:
    """A study that brings its own rubric has its titles and questions on the page, and none of the default ones."""
    own = Rubric(
        "house", 3,
        (
            Dimension("artifacts", "Ghosts", "Which clip is less haunted?", ("doors", "mirrors")),
            Dimension("video_realism", "Plausibility", "Which could have happened?"),
            Dimension("prompt_adherence", "Obedience", "Which did as it was told?"),
        ),
    )  # fmt: skip
    study = build(tmp_path / "own", rubric=own)
    html = whole(study).save(tmp_path).html.read_text("utf-8")
    for text in (
        "Ghosts",
        "Which clip is less haunted?",
        "mirrors",
        "Plausibility",
        "Obedience",
        "house, version 3",
    ):
        assert text in html, text
    shown = re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    for dimension in DEFAULT.dimensions:
        assert dimension.question not in shown
    assert "preferred to first-model on artifacts" not in shown
    study.close()
