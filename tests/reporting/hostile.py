# ruff: noqa: RUF001  letters that look like others are what this file is about
"""Texts that try to leave their place, and a study that has them everywhere a text can come from.

Whatever would run sets `window.__hit` or opens a dialog; whatever would call home calls a host under `.invalid`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kit.cells import NOT_NAME
from kit.importing import new_clip
from kit.metrics import Measurement
from kit.rubric import Dimension, Rubric
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest, NewScore, NewVote
from kit.study import Study
from kit.suite import Prompt, Suite

HIT = "window.__hit=1"
URL = "https://evil.invalid"

_SCRIPTS = [
    f"<script>{HIT}</script>", f"<SCRIPT>{HIT}</SCRIPT>", f"<script src={URL}/x.js></script>", f"</script><script>{HIT}</script>",
    f"</style><script>{HIT}</script>", f"</title><script>{HIT}</script>", f"</textarea><script>{HIT}</script>",
    f"--><script>{HIT}</script>", f"]]><script>{HIT}</script>", f"<scr<script>ipt>{HIT}</scr</script>ipt>",
    f"<script\n>{HIT}</script\n>", f"<svg><script>{HIT}</script></svg>", f"<script type=module>import '{URL}/m.js'</script>",
    "<script>alert(1)</script>", "<!-- <script>", "<script>", "</script>",
]  # fmt: skip
_HANDLERS = [
    f"<{tag} {event}={HIT}>"
    for tag, event in (
        ("img src=x", "onerror"), ("svg", "onload"), ("body", "onload"), ("details open", "ontoggle"), ("video src=x", "onerror"),
        ("audio src=x", "onerror"), ("input autofocus", "onfocus"), ("marquee", "onstart"), ("object data=x", "onerror"),
        ("select autofocus", "onfocus"), ("iframe", "onload"), ("style", "onload"), ("p style=animation-name:x", "onanimationstart"),
    )
]  # fmt: skip
_ATTRIBUTES = [
    f"{quote}{rest}"
    for quote in ('"', "'", "`")
    for rest in (
        f" onmouseover={HIT} x=",
        f"><img src=x onerror={HIT}>",
        f" autofocus onfocus={HIT} tabindex=0 ",
    )
]
_ADDRESSES = [
    f"javascript:{HIT}", f"JaVaScRiPt:{HIT}", f"java\tscript:{HIT}", f"\x01javascript:{HIT}", f"vbscript:{HIT}",
    f"data:text/html,<script>{HIT}</script>", f"<a href=javascript:{HIT}>x</a>", f"<base href={URL}/>", f"<iframe src={URL}>",
    "<iframe srcdoc='<script>parent.__hit=1</script>'>", f"<link rel=stylesheet href={URL}/x.css>", f"<img src={URL}/x.png>",
    f"<meta http-equiv=refresh content='0;url={URL}/'>", f"<form action={URL}><button>x</button></form>", f"//{URL[8:]}/x",
    f"<video poster={URL}/x.png>", f"<embed src={URL}/x.swf>", f"<object data={URL}/x></object>",
]  # fmt: skip
_TEMPLATES = [
    "{{ 7 * 7 }}", "{% include '/etc/passwd' %}", "{{ doc.__class__.__mro__ }}", "{# gone #}", f"${{{HIT}}}", f"`${{{HIT}}}`",
    "<%= 7 * 7 %>", "#{7*7}", "{0.__class__}", "{title}", "%s%s%n", "%(title)s", "%{x}<br><b>bold</b>", "$HOME `id` $(id)",
    "{{constructor.constructor('" + HIT + "')()}}", "[[${7*7}]]",
]  # fmt: skip
_DATA = [
    '","x":1,"y":"', "\\u003cscript\\u003e", "\\", '\\"', "\\x3cscript\\x3e", "]]>", "<![CDATA[x]]>", "&lt;script&gt;", "&amp;amp;",
    "&#60;script&#62;", "&quot; onload=x", "NaN", "null", "undefined", "[object Object]", "__proto__", "constructor", '{"a": [',
]  # fmt: skip
_MARKDOWN = [
    f"[x](javascript:{HIT})", f"![x]({URL}/x.png)", "# heading", "* list\n* list", "| a | b |\n|---|---|\n| c | d |", "```\ncode\n```",
    f"$\\href{{javascript:{HIT}}}{{x}}$", "$$\\require{html}\\style{display:none}{x}$$", "~~gone~~ **bold** _it_ `code`", "---\n---",
]  # fmt: skip
_CSS = [
    "*/ } body { display: none } /*", f"url({URL}/x.png)", f"@import '{URL}/x.css';", "expression(alert(1))", "</style>",
    f"<div style='background:url({URL}/x.png)'>", "--x: }", "<style>* { visibility: hidden }</style>",
]  # fmt: skip
_LETTERS = [
    "\u202egnp.exe\u202c", "\u2066abc\u2069 \u2067def", "\u200f\u200eabc\u061c", "a\u200bb\u200cc\u200dd\ufeffe\u2060f", "\u0000null\u0000",
    "\x1b[31mred\x1b[0m", "bell\x07 back\x08 del\x7f", "\x85next\x9fline", "lone \ud800 surrogate", "not a character \ufffe\uffff",
    "line\u2028sep\u2029end", "two\r\nlines\rthree\nfour", "a" + "\u0301\u0302\u0303\u0304\u0305" * 8, "שלום עולם مرحبا", "日本語 🎬👩‍🚀🏳️‍🌈",
    "ＦＵＬＬ ｗｉｄｔｈ <ｓｃｒｉｐｔ>", "İıſK", "\U000e0041\U000e0042 tags", "🎬" * 60, "﷽" * 20, "x" * 4000, "wide " * 600, "tab\tand\u00a0space",
]  # fmt: skip
_COMMANDS = [
    "'; DROP TABLE votes; --", "1 OR 1=1", "../../../etc/passwd", "C:\\nul", "file:///etc/passwd", "a/b\\c:d*e?f", "=cmd|' /C calc'!A0",
    f'=HYPERLINK("{URL}")', "+1+1", "-1-1", "@SUM(1)", "; rm -rf ~", "| id", "--help", "-p", "~root", "con.mp4", "'quoted' \"twice\"",
    "<plaintext>", "<textarea><noscript>", "<template><slot>", "<frameset><frame>", "<dialog open>", "<table><tr><td></table></div></main>",
]  # fmt: skip

FAMILIES = {
    "scripts": _SCRIPTS, "handlers": _HANDLERS, "attributes": _ATTRIBUTES, "addresses": _ADDRESSES, "templates": _TEMPLATES,
    "data": _DATA, "markdown": _MARKDOWN, "css": _CSS, "letters": _LETTERS, "commands": _COMMANDS,
}  # fmt: skip
CORPUS: list[str] = list(dict.fromkeys(text for family in FAMILIES.values() for text in family))


# A lone surrogate cannot be stored anywhere; it can still be given to a page as a title or an author.
STORABLE = [text for text in CORPUS if "\ud800" not in text]
# What suites and rubrics let in, titles included: one line each, and not too long.
LET_IN = [text for text in STORABLE if not NOT_NAME.search(text) and len(text) <= 120]


def together(count: int, texts: Sequence[str] = STORABLE) -> list[str]:
    """All the texts in `count` ones: for places of which a study has few."""
    return [" ¦ ".join(texts[i::count]) for i in range(count)]


MODELS, NOTES, RATERS, UNIT = together(2), together(12), together(6), together(1)[0]


def rubric(texts: Sequence[str]) -> Rubric:
    """Six dimensions whose titles and questions are the texts."""
    names = ("prompt_adherence", "video_realism", "artifacts", "d4", "d5", "d6")
    words = zip(names, together(6, texts), together(6, texts)[::-1], strict=True)
    return Rubric("hostile", 1, tuple(Dimension(n, t, q, tuple(texts), {1: t, 5: q}) for n, t, q in words))


def prompts(texts: Sequence[str]) -> tuple[Prompt, ...]:
    """A prompt for every text: its words; its neighbours are title, negative prompt, check and tag."""
    n = len(texts)
    made = [
        Prompt(
            f"p{i:03}", text, title=texts[(i + 1) % n], negative_prompt=texts[(i + 2) % n], checks=(texts[(i + 3) % n],),
            tags=(texts[(i + 4) % n],),
        )
        for i, text in enumerate(texts)
    ]  # fmt: skip
    made[0] = replace(made[0], checks=tuple(texts), tags=tuple(texts))
    return tuple(made)


def hostile_study(folder: Path, clips: Sequence[Path], *, texts: Sequence[str] = STORABLE) -> Study:
    """A study whose every text comes from the corpus; the first prompts are filmed, as many as there are clips for.

    With LET_IN for `texts` study.yaml says so too, and the study can be opened again. Otherwise the configuration is
    put in past its checks, which refuse some of the corpus.
    """
    suite = Suite(name="hostile", title=texts[1], prompts=prompts(texts))
    config = StudyConfig(title=texts[3] + texts[0], suite=suite, rubric=rubric(texts))
    if texts is LET_IN:
        study = Study.create(folder, config, now=lambda: "2026-11-22T12:00:00.000Z")
    else:
        study = Study.create(folder, now=lambda: "2026-11-22T12:00:00.000Z")
        study._config = config
    for i, path in enumerate(clips):
        prompt = suite.prompts[i // len(MODELS)]
        clip = new_clip(path)
        request = NewRequest(
            prompt_id=prompt.id, prompt=prompt.text, model=MODELS[i % len(MODELS)], take=1, provider=UNIT,
            settings={texts[i]: texts[i + 1], "mode": texts[i + 2]}, clip=clip.clip, seconds=1.5 + i, cost_usd=0.25,
            notes=NOTES[i], extra={texts[i]: texts[i + 3]}, camera_motion=texts[i + 5],
        )  # fmt: skip
        study.store_clips([(path, clip)], [request])
        found = [
            Measurement("sharpness", 1, 5.0 + i, NOTES[i], UNIT, (), None),
            Measurement(texts[2], 1, 1.0 + i, texts[4], texts[6], (), None),
        ]
        study.add_measurements(clip.clip, found, fault=(1, NOTES[-1]) if i == 0 else None)
    about: dict[str, Any] = {"take": 1, "rater_kind": "person"}
    study.add_votes(
        [
            NewVote(
                prompt_id=f"p{i % (len(clips) // 2):03}", model_a=MODELS[0], model_b=MODELS[1], dimension=dimension,
                choice="a", rater=rater, note=NOTES[(3 * i + j) % len(NOTES)], **about,
            )
            for i, rater in enumerate(RATERS)
            for j, dimension in enumerate(study.rubric.ids)
        ]
    )  # fmt: skip
    study.add_scores(
        [
            NewScore(
                prompt_id="p000",
                model=m,
                dimension="artifacts",
                score=4,
                rater=RATERS[0],
                note=NOTES[0],
                **about,
            )
            for m in MODELS
        ]
    )
    return study
