"""Figures: every point shown, titles that the numbers allow, and text from outside that stays text."""

import json
import math
import re

import pandas as pd
import pytest

from kit.comparison import compare_frames
from kit.plots import cost_plot, measurement_plot, speed_plot, win_plot
from kit.plots.style import COLOURS, number, safe

HOSTILE = [
    '<a href="https://example.org">model</a>',
    "<b>bold</b><br>&lt;i&gt;",
    "%{customdata[0]} $\\alpha$ {y}",
    "2026-01-01",
    "line\nbreak\u202eright-to-left\u0000",
    "</script><script>alert(1)</script>",
]


def votes(pairs, dimensions=("video_realism", "artifacts"), prompts=9, choices="a"):
    """Votes of two raters on every prompt; choices go round."""
    columns = ["prompt_id", "model_a", "model_b", "take", "dimension", "choice", "rater", "rater_kind"]
    rows = [
        (f"p{i}", a, b, 1, d, choices[i % len(choices)], r, "person")
        for a, b in pairs
        for d in dimensions
        for i in range(prompts)
        for r in ("r1", "r2")
    ]
    return pd.DataFrame(rows, columns=columns)


def requests(models, prompts=("p1", "p2", "p3")):
    """A finished request of each model for each prompt, model i taking 10 (i + 1) + place seconds."""
    rows = [
        (p, m, 1, f"{i}-{p}", "done", 10.0 * (i + 1) + j, 0.1 * (i + 1))
        for i, m in enumerate(models)
        for j, p in enumerate(prompts)
    ]
    return pd.DataFrame(rows, columns=["prompt_id", "model", "take", "clip", "state", "seconds", "cost_usd"])


def measurements(asked):
    """Sharpness equal to the seconds of the request."""
    return pd.DataFrame(
        {"clip": asked["clip"], "metric": "sharpness", "version": 1, "value": asked["seconds"], "unit": "px"}
    )


def compared(models, given=None, asked=None):
    """A comparison of these votes and requests."""
    nothing = pd.DataFrame()
    return compare_frames(
        votes=nothing if given is None else given, scores=nothing, requests=nothing if asked is None else asked,
        measurements=nothing, models=models, dimensions=["video_realism", "artifacts"], draws=200,
    )  # fmt: skip


def all_plots(models, prompts=("p1", "p2", "p3")):
    """Every kind of plot on these models."""
    asked = requests(models, prompts)
    result = compared(models, votes([(models[0], models[1])], choices="aabt".replace("t", "b")), asked)
    return [
        win_plot(result),
        measurement_plot(measurements(asked), asked, "sharpness", models),
        speed_plot(result, asked),
        cost_plot(result, asked),
    ]


def strings(value):
    """Every string in a figure's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_wins_are_drawn_where_the_numbers_are():
    """Two dimensions from the top, rate and interval in percent, the tie at 50."""
    result = compared(["x", "y"], votes([("x", "y")], choices="aab"))
    plot = win_plot(result)
    (trace,) = json.loads(plot.to_json())["data"]
    row = result.wins.iloc[0]
    assert trace["y"] == [0.0, 1.0]
    assert trace["x"][0] == pytest.approx(100 * row["win_rate"], rel=1e-5)
    assert trace["x"][0] + trace["error_x"]["array"][0] == pytest.approx(100 * row["high"], rel=1e-5)
    assert trace["x"][0] - trace["error_x"]["arrayminus"][0] == pytest.approx(100 * row["low"], rel=1e-5)
    assert plot.figure.layout.shapes[0].x0 == plot.figure.layout.shapes[0].x1 == 50
    assert list(plot.table["win_rate"]) == list(result.wins["win_rate"])


def test_titles_say_what_the_verdicts_allow():
    """No difference, a better model, no votes, one dimension, more pairs."""
    models = ["x", "y"]
    assert win_plot(compared(models)).title == "No votes"
    level = compared(models, votes([("x", "y")], choices="ab"))
    assert win_plot(level).title == "No difference shown on any of 2 dimensions"
    assert win_plot(compared(models, votes([("y", "x")]))).title == "y better on 2 of 2 dimensions"
    one = compared(models, votes([("x", "y")], dimensions=["artifacts"], choices="ab"))
    assert win_plot(one).title == "No difference shown on the one dimension voted on"
    three = win_plot(compared(["x", "y", "z"], votes([("x", "y"), ("y", "z")])))
    assert three.title == "A difference shown in 4 of 4 comparisons"
    assert [t.name for t in three.figure.data] == ["x against y", "y against z"]


def test_one_prompt_gives_a_point_without_an_interval():
    """No interval is drawn or said where none was estimable."""
    plot = win_plot(compared(["x", "y"], votes([("x", "y")], prompts=1)))
    assert list(plot.figure.data[0].error_x.array) == [0.0, 0.0]
    assert "not estimable" in plot.figure.data[0].text[0]
    assert "interval" not in plot.alt


def test_every_clip_is_a_point_and_pairs_are_joined():
    """Two models, three prompts: six points, three lines with gaps between."""
    asked = requests(["x", "y"])
    plot = measurement_plot(measurements(asked), asked, "sharpness", ["x", "y"])
    lines, x, y = plot.figure.data
    assert list(lines.y) == [10.0, 20.0, None, 11.0, 21.0, None, 12.0, 22.0, None]
    assert (list(x.y), list(y.y)) == ([10.0, 11.0, 12.0], [20.0, 21.0, 22.0])
    assert plot.title == "sharpness: higher for y on 3 of 3 prompts"
    assert len(plot.table) == 6
    assert [shape.y0 for shape in plot.figure.layout.shapes] == [11.0, 21.0]


def test_more_models_are_columns_with_medians_in_the_title():
    """Three models: no lines; points are spread sideways by prompt."""
    models = ["x", "y", "z"]
    asked = requests(models)
    plot = measurement_plot(
        measurements(asked), asked, "sharpness", models, label="Sharpness", meaning="Not quality."
    )
    assert len(plot.figure.data) == 3
    assert list(plot.figure.data[2].x) == [1.7, 2.0, 2.3]
    assert plot.title == "Sharpness: median 11 for x, 21 for y, 31 for z"
    assert plot.caption.startswith("Not quality.")


def test_speed_and_cost_show_every_known_number_and_failures():
    """A failed request has no point in speed, one in cost, and is named."""
    asked = requests(["x", "y"])
    asked.loc[0, ["state", "clip"]] = ["failed", None]
    result = compared(["x", "y"], asked=asked)
    speed, cost = speed_plot(result, asked), cost_plot(result, asked)
    assert len(speed.table) == 5
    assert "1 of 3 requests to x failed." in speed.caption
    assert speed.title == "Median generation time: 11.5 s for x, 21 s for y"
    assert len(cost.table) == 6
    assert "x: 0.3 USD in all." in cost.caption


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_outside_stay_text(name):
    """No tag, entity, formula or field of a name reaches plotly; the page's own text holds it as it was given."""
    for plot in all_plots([name, "model-b"], prompts=(name, "p2")):
        figure = json.loads(plot.to_json())
        for text in strings(figure):
            bare = text.replace("<br>", "")
            assert not re.search(r"[<>$\n\u202e\x00]|%\{", bare)
            assert "&" not in re.sub(r"&(amp|lt|gt|#36|#37);", "", bare)
        assert "</script" not in plot.to_json()
    assert name in plot.table["model"].tolist()


def test_models_that_look_alike_keep_their_own_place():
    """Long names with the same beginning are cut to the same text, and are still two columns."""
    models = ["m" * 80 + "1", "m" * 80 + "2"]
    asked = requests(models)
    plot = speed_plot(compared(models, asked=asked), asked)
    assert plot.figure.layout.xaxis.tickvals == (0, 1)
    assert len({max(t.x) for t in plot.figure.data}) == 2


def test_text_is_escaped_by_hand():
    """What plotly would read becomes entities; control and direction signs go; long text is cut."""
    assert safe('<a href="x">&') == '&lt;a href="x"&gt;&amp;'
    assert safe("%{x} 50% $a$") == "&#37;{x} 50% &#36;a&#36;"
    assert safe("a\u202e\n b") == "a b"
    assert safe("x" * 99) == "x" * 59 + "…"


def test_numbers_are_rounded_and_nan_is_null():
    """Six significant digits; NaN, infinity and missing are null in JSON."""
    assert [number(x) for x in (1 / 3, math.nan, math.inf, None, pd.NA)] == [0.333333, None, None, None, None]
    for plot in all_plots(["x", "y"]):
        json.loads(plot.to_json(), parse_constant=pytest.fail)
        assert "bdata" not in plot.to_json()


def test_the_look_is_our_own():
    """No plotly template, a see-through background, the page's font, no title inside the figure."""
    for plot in all_plots(["x", "y"]):
        layout = json.loads(plot.to_json())["layout"]
        assert "layout" not in layout["template"]
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert layout["font"]["family"] == "inherit"
        assert "title" not in layout


def luminance(colour):
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("colour", COLOURS)
def test_marks_can_be_seen_on_light_and_dark(colour):
    """Contrast of at least 3 (WCAG 1.4.11) on white and on near-black #121212."""
    light, dark = (
        1.05 / (luminance(colour) + 0.05),
        (luminance(colour) + 0.05) / (luminance("#121212") + 0.05),
    )
    assert min(light, dark) >= 3


def test_nothing_to_show_is_a_plot_that_says_so():
    """No votes, no measurements, no times, no prices, no models."""
    empty = compared(["x", "y"])
    plots = [
        win_plot(empty),
        win_plot(compared([])),
        measurement_plot(pd.DataFrame(), pd.DataFrame(), "sharpness", ["x", "y"]),
        speed_plot(empty, pd.DataFrame()),
        cost_plot(empty, requests(["x", "y"]).assign(cost_usd=math.nan)),
    ]
    assert [len(p.table) for p in plots] == [0] * 5
    assert [p.title for p in plots] == [
        "No votes", "No votes", "sharpness: not measured", "Generation time: not known", "Cost: not known",
    ]  # fmt: skip
    assert all(p.figure.layout.annotations[0].text == safe(p.title) for p in plots)


def test_one_model_alone_is_still_drawn():
    """A single model's clips have points and a median."""
    asked = requests(["x"])
    plot = measurement_plot(measurements(asked), asked, "sharpness", ["x"])
    assert plot.title == "sharpness: median 11 for x"
    assert list(plot.figure.data[0].y) == [10.0, 11.0, 12.0]
