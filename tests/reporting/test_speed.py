"""Speed and cost on the page: medians worked by hand, every point, and failures counted in."""

import pytest

from kit.reporting.sections.speed import section
from tests.report_material import cells, figures, material


def asked(model, seconds, *, cost=0.1, state="done", first=0, **more):
    """A request for each number of seconds, each on a prompt of its own."""
    return [
        {
            "request": f"{model}{first + i}", "prompt_id": f"p{first + i}", "model": model, "state": state,
            "seconds": s, "cost_usd": cost, "clip": None,
        }
        | more
        for i, s in enumerate(seconds)
    ]  # fmt: skip


def shown(requests, models=("quick", "steady")):
    """The section's data."""
    made = material(models, requests=requests)
    return section(made, figures(made))


def by(data, start):
    """The rows of the table whose caption begins so, by model."""
    (table,) = [t for t in data["tables"] if t["caption"].startswith(start)]
    return {row["model"]: row for row in cells(table)}


def test_failures_and_refusals_are_counted_in():
    """Of ten requests three failed, one of them refused: the median that counts them moves up, the price of a clip too."""
    requests = asked("quick", range(10, 17))
    requests += asked("quick", [None, None], state="failed", first=7) + asked(
        "quick", [None], state="refused", first=9, cost=0.0
    )
    requests += asked("steady", [30] * 10)
    data = shown(requests)
    assert (
        data["lines"][0]
        == "quick: 3 of 10 requests ended without a clip, 1 of them refused by the provider's rules."
    )
    lost = by(data, "What became")["quick"]
    assert (lost["failed"]["text"], lost["refused"]["value"], lost["done"]["value"]) == (
        "3 of 10 (30%)",
        1,
        7,
    )
    # Clopper and Pearson's exact interval for 3 of 10, from their table: 6.7% to 65.2%.
    assert (lost["failed"]["low"], lost["failed"]["high"]) == (
        pytest.approx(0.067, abs=1e-3),
        pytest.approx(0.652, abs=1e-3),
    )
    times = by(data, "Median times")["quick"]
    # Of 10..16 the middle is 13; with three that took forever behind them, the middle of ten is between 14 and 15.
    assert (times["wall"]["value"], times["counting"]["value"]) == (13, 14.5)
    assert times["timed"]["value"] == 7
    # Nine requests at 0.10 and one for nothing, over seven clips.
    assert by(data, "Prices")["quick"]["per_clip"]["value"] == pytest.approx(0.9 / 7, abs=1e-5)


def test_most_failed():
    """Where more than half ended without a clip, the median that counts them is no time at all."""
    data = shown(
        asked("quick", [10, 11]) + asked("quick", [None] * 3, state="failed", first=2), models=("quick",)
    )
    assert by(data, "Median times")["quick"]["counting"] == "no clip"


def test_queue_and_processing_stand_apart():
    """Medians of both parts of the time, and a plot of every clip for each."""
    requests = [
        row | {"queue_seconds": 2.0 + i, "processing_seconds": 8.0 + i}
        for model in ("quick", "steady")
        for i, row in enumerate(asked(model, [10.0 + 2 * i for i in range(7)]))
    ]
    data = shown(requests)
    row = by(data, "Median times")["quick"]
    assert (row["wall"]["value"], row["queue"]["value"], row["processing"]["value"]) == (16, 5, 11)
    assert row["queue"]["low"] <= 5 <= row["queue"]["high"]
    (part,) = data["parts"]
    assert [plot["id"] for plot in part["plots"]] == ["plot-speed-1", "plot-speed-2"]
    (folded,) = part["folded"]
    assert [plot["title"].split(":")[0] for plot in folded["plots"]] == [
        "Median time in the queue",
        "Median time of processing",
    ]
    # Every clip is in the table beside its plot.
    queue = folded["plots"][0]["table"]["rows"]
    assert [row[1]["value"] for row in queue] == [2, 3, 4, 5, 6, 7, 8]


def test_nothing_failed_is_said():
    """All finished: no table of outcomes, and one sentence."""
    data = shown(asked("quick", range(10, 17)) + asked("steady", range(20, 27)))
    assert data["lines"] == ["No request ended without a clip."]
    assert [t["caption"].split(",")[0] for t in data["tables"]] == ["Median times", "Prices in US dollars"]


def test_few_prompts_and_open_requests_are_said():
    """Three prompts give no interval, and a request that runs is in no median; both stand on the page."""
    data = shown(
        asked("quick", [10, 11, 12]) + asked("quick", [None], state="running", first=3), models=("quick",)
    )
    assert data["lines"][0] == "No request ended without a clip."
    assert "in no median: 1 to quick." in data["lines"][1]
    assert data["lines"][2].startswith("The median time of quick has no interval: that takes 6 prompts")
    row = by(data, "Median times")["quick"]
    assert (row["wall"]["value"], "interval" in row["wall"]) == (11, False)


def test_nothing_recorded():
    """No times and no prices: two sentences that say how to bring them, and no empty table."""
    data = shown(asked("quick", [None] * 3, cost=None), models=("quick",))
    assert len(data["missing"]) == 2
    assert (data["tables"], data["parts"], data["lines"]) == ([], [], [])
