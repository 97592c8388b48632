"""A page with the rating panel and a channel that answers in the page itself, from real clips and made-up items."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kit.frontend import module_source, stylesheet
from kit.player import PlayerClip, markup
from kit.rubric import DEFAULT

CHECKS = ("A red kite is in the sky.", "The camera moves to the left.")
PROMPT = (
    "A red kite over a beach at dusk; the camera moves slowly to the left while a dog runs into the picture."
)

# How many addresses of bytes are held at a moment.
COUNTED = """
window.held = new Set();
const { createObjectURL, revokeObjectURL } = URL;
URL.createObjectURL = (blob) => { const url = createObjectURL.call(URL, blob); held.add(url); return url; };
URL.revokeObjectURL = (url) => { held.delete(url); revokeObjectURL.call(URL, url); };
"""

# Items are made when they are asked for, so that the channel itself holds no list that could grow.
FAKE = """
const DATA = JSON.parse(document.getElementById("data").textContent);
const bytes = DATA.clips.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const answers = new Map();
const fake = {
  log: [], tokens: new Map(), trouble: null, delay: 0, confirmed: 0, undone: [], keepLog: true, shown: 0, listeners: [], arrived: 0,
  push: (op, data) => fake.listeners.forEach((fn) => fn(op, data, [])),
};
const blank = () => ({ votes: {}, scores: { left: {}, right: {} }, checks: { left: [null, null], right: [null, null] }, note: "", skipped: false });
const of = (position) => answers.get(position) ?? blank();
const whole = (position) => DATA.dimensions.every(({ id }) => of(position).votes[id]);
const nextOpen = (position) => {
  for (let i = position + 1; i < DATA.total; i += 1) if (!whole(i) && !of(i).skipped) return i;
  return null;
};
const done = () => [...answers.keys()].filter((position) => whole(position)).length;
// Pairs that the study has got since: they are in the queue once its end has been reached.
const takeIn = () => {
  const added = { count: fake.arrived, position: fake.arrived ? DATA.total : null, sandbox: DATA.sandbox };
  DATA.total += fake.arrived;
  fake.arrived = 0;
  return added;
};
const item = (position) => ({
  position, number: position + 1, total: DATA.total, prompt: `${position + 1}: ${DATA.prompt}`, checks: DATA.checks,
  previous: position ? position - 1 : null, next: nextOpen(position), html: DATA.html,
  media: [0, 1].map((side) => ({ name: `${position}-${side}`, mime: "video/mp4", bytes: 1 })),
  answers: of(position), complete: whole(position),
});
const ops = {
  start: () => {
    const position = nextOpen(-1);
    return { title: "Beach study", rater: "Ada", dimensions: DATA.dimensions, scores: DATA.scores, checks: DATA.checks.length > 0,
      sandbox: DATA.sandbox, caveats: ["Watermarks can give a model away; judge the clip as if they were not there."],
      total: DATA.total, done: done(), position, item: position === null ? null : item(position), next: null, key: "test", reveal: "study" };
  },
  item: ({ position }) => item(position),
  save: (data) => {
    const now = structuredClone(of(data.position));
    const before = structuredClone(now);
    if (data.step === "vote") now.votes[data.dimension] = data.choice;
    if (data.step === "scores") now.scores = data.scores;
    if (data.step === "checks") now.checks = data.checks;
    if (data.step === "note") now.note = data.note;
    if (data.step === "skip") now.skipped = true;
    answers.set(data.position, now);
    // Only what one undo needs; a list of everything would be the very thing that the memory test looks for.
    fake.undone = [...fake.undone.slice(-9), { position: data.position, step: data.step, dimension: data.dimension, before }];
    if (!fake.keepLog) answers.delete(data.position - 3);
    return { saved: true, done: fake.keepLog ? done() : data.position, total: DATA.total, position: nextOpen(data.position), answers: now, complete: false };
  },
  undo: () => {
    const last = fake.undone.pop();
    if (!last) throw Object.assign(new Error("There is no answer to take back."), { refused: true });
    answers.set(last.position, last.before);
    return { position: last.position, step: last.step, dimension: last.dimension, done: done(), total: DATA.total, item: item(last.position) };
  },
  summary: () => ({
    done: done(), total: DATA.total, kinds: { pair: DATA.total, repeat: 0, known: 0 }, added: takeIn(), votes: 4 * done(), skipped: 0, repeats: { same: 3, of: 4, low: 0.3, high: 0.95 },
    known: { right: 2, of: 2, low: 0.34, high: 1 }, through: { whole: 2, of: 3 }, seconds_median: 4.2, left_share: { value: 0.5, of: 8 },
    open: Array.from({ length: DATA.total }, (_, position) => ({ position, number: position + 1 })).filter(({ position }) => !whole(position)),
  }),
  reveal: () => ({ kind: "study", findings: ["Prompt adherence: Model A was preferred 7 of 10 times (95% interval 40% to 89%): not decided."],
    rows: [], pairs: [{ prompt: DATA.prompt, left: "Model A", right: "Model B", votes: { artifacts: "left", video_realism: "both_good" } }] }),
};
const channel = {
  kind: DATA.kind,
  listen: (fn) => fake.listeners.push(fn),
  fail: () => {},
  async ask(op, data = {}) {
    if (fake.delay) await new Promise((resolve) => setTimeout(resolve, fake.delay));
    if (op === "media") return { data: {}, buffers: [new DataView(bytes[Number(data.name.split("-")[1])].slice(0))] };
    if (fake.trouble?.before) throw new Error(fake.trouble.before);
    if (fake.tokens.has(data.token)) return { data: fake.tokens.get(data.token), buffers: [] };
    const found = structuredClone(ops[op](data));
    if (fake.keepLog && data.token) fake.tokens.set(data.token, found);
    if (fake.keepLog) fake.log.push({ op, ...data });
    if (fake.trouble?.after) throw new Error(fake.trouble.after);
    if (data.token) fake.confirmed = performance.now();
    return { data: found, buffers: [] };
  },
};
fake.life = new AbortController();
fake.attach = () => attach(document.querySelector("main"), channel, { signal: fake.life.signal });
window.fake = fake;
fake.attach().then(() => (document.body.dataset.attached = "true"));
"""


def fake_page(
    clips: Sequence[Path],
    *,
    total: int = 3,
    scores: bool = False,
    checks: Sequence[str] = (),
    dimensions: int = 4,
    sandbox: bool = False,
    kind: str = "http",
    size: tuple[int, int] = (96, 64),
    prompt: str = PROMPT,
) -> str:
    """The page. `clips` are the left and the right one of every pair."""
    shown = [
        PlayerClip(
            name=name, src=None, mime="video/mp4", poster=None, width=size[0], height=size[1], fps=12, seconds=1,
            frames=12, codec="", has_audio=False, sandbox=False,
        )
        for name in "AB"
    ]  # fmt: skip
    data: dict[str, Any] = {
        "clips": [base64.b64encode(path.read_bytes()).decode() for path in clips],
        "html": str(markup(shown, label="", blind=True)),
        "total": total,
        "scores": scores,
        "checks": list(checks),
        "sandbox": sandbox,
        "kind": kind,
        "prompt": prompt,
        "dimensions": DEFAULT.to_data()["dimensions"][:dimensions],
    }
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>rating</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{stylesheet('player')}{stylesheet('rating_panel')}</style>"
        f"<script>{COUNTED}</script>"
        '<body class="kit-rating-page"><main></main>'
        f'<script type="application/json" id="data">{json.dumps(data).replace("<", chr(92) + "u003c")}</script>'
        f'<script type="module">{module_source("rating_panel")}\n{FAKE}</script></body></html>'
    )
