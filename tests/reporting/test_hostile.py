"""Texts from outside that try to leave their place: in names, prompts, notes and reasons."""

import json
import re
from pathlib import Path

import pytest

from kit.reporting.media import Media
from kit.reporting.render import clean, page
from kit.suite import Prompt, Suite

HOSTILE = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "</style><script>window.hit=1</script>",
    "</title><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    '"><svg/onload=window.hit=1>',
    "' onmouseover='window.hit=1",
    '" autofocus onfocus=window.hit=1 x="',
    "javascript:window.hit=1",
    "<a href=javascript:window.hit=1>x</a>",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<!-- <script>",
    "-->",
    "<![CDATA[<script>window.hit=1</script>]]>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "{{ doc.__class__.__mro__ }}",
    "${window.hit=1}",
    "`${window.hit=1}`",
    "%{x}<br><b>bold</b>",
    "$\\href{javascript:window.hit=1}{x}$",
    "&lt;script&gt;&amp;&#60;",
    "line\u2028sep\u2029end",
    "\u202egnp.exe\u202c",
    "a\u0301\u0302\u0303\u0304\u0305 zalgo",
    "x" * 400,
    "שלום עולם مرحبا",
    "日本語のプロンプト 🎬👩‍🚀",
    "back\\slash \\u003cscript\\u003e",
    "<plaintext>",
    "<textarea><noscript>",
    "<base href=https://example.invalid/>",
    "<meta http-equiv=refresh content='0;url=https://example.invalid/'>",
    "<link rel=stylesheet href=https://example.invalid/x.css>",
    "url(https://example.invalid/x.png)",
    "*/ } body { display: none } /*",
    "'; DROP TABLE votes; --",
    "../../../etc/passwd",
    "C:\\nul",
    "=cmd|' /C calc'!A0",
]


@pytest.fixture(scope="module")
def hostile_study(build, tmp_path_factory: pytest.TempPathFactory):
    """A study whose every text is hostile: title, models, prompts, checks, notes."""
    folder = tmp_path_factory.mktemp("hostile") / "hostile"
    prompts = [(f"p{i}", text) for i, text in enumerate(HOSTILE[:4])]
    suite = Suite(
        name="hostile",
        title=HOSTILE[0],
        prompts=tuple(
            Prompt(id=key, text=text, title=HOSTILE[10 + i], checks=tuple(HOSTILE[i * 9 : i * 9 + 9]))
            for i, (key, text) in enumerate(prompts)
        ),
    )
    study = build(
        folder,
        models=(HOSTILE[4], HOSTILE[6]),
        prompts=prompts,
        title=HOSTILE[3],
        note=" | ".join(HOSTILE[:22]),
        suite=suite,
    )
    yield study
    study.close()


def test_nothing_from_outside_becomes_markup(hostile_study, whole, tmp_path: Path) -> None:
    """No element, handler or script of the texts appears in the page, and the page's own are all there is."""
    html = whole(hostile_study, name="x").save(tmp_path).html.read_text("utf-8")
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    # Film strips and posters, whose addresses and texts are the page's own.
    strip = r'<img class="kit-strip" src="x_files/[0-9a-f]{64}\.strip\.jpg" alt="\d+ pictures of clip [A-F] from [^"]*"[^<>]*>'
    outside = re.sub(strip, "", outside)
    outside = re.sub(
        r'<img class="kit-poster" src="x_files/[0-9a-f]{64}\.jpg" alt="" loading="lazy">', "", outside
    )
    for tag in (
        "<script",
        "<img",
        "<iframe",
        "<base",
        "<plaintext",
        "<svg/",
        "<textarea",
        "<meta http-equiv=refresh",
    ):
        assert tag not in outside, tag
    assert not re.search(r"<[^>]*\son[a-z]+=", re.sub(r'"[^"]*"', '""', outside))
    assert "49" not in re.findall(r"<li dir=\"auto\">(.*?)</li>", outside)
    assert "{{ 7 * 7 }}" in outside
    kinds = re.findall(r"<script([^>]*)>", html)
    assert all("application/json" in k or k.strip() == 'type="module"' for k in kinds), kinds


def test_the_json_reads_back(hostile_study, whole, tmp_path: Path) -> None:
    """NAME.json and every script of data are JSON, with the texts unchanged in them."""
    files = whole(hostile_study, name="x").save(tmp_path)
    data = json.loads(files.json.read_text("utf-8"))
    assert data["title"] == HOSTILE[3]
    assert HOSTILE[0] in json.dumps(data)
    html = files.html.read_text("utf-8")
    for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, flags=re.DOTALL):
        json.loads(text)


def test_the_notebook_output_is_escaped_too(hostile_study, whole) -> None:
    """What a cell shows is as safe as the page."""
    page = whole(hostile_study)
    for name in ("answer", "clips"):
        section = next(s for s in page._sections if s["id"] == name)
        from kit.reporting import Section

        html = Section(section)._repr_html_()
        assert "<script" not in html
        assert "<img" not in html


def test_controls_and_lone_surrogates_are_replaced() -> None:
    """Characters that no file or parser takes become a replacement sign; others stay."""
    assert clean({"a\x00": ["b\ud800", "c\n\t", 3]}) == {"a\ufffd": ["b\ufffd", "c\n\t", 3]}


def test_a_template_never_meets_a_missing_value() -> None:
    """A field that the data does not have is an error when the page is built, not an empty place on it."""
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        page({"title": "x"}, {}, Media({}, {}, "", ""))
