from importlib.metadata import EntryPoint

import pytest

from kit import metrics
from kit.errors import BadParameter
from kit.metrics import cuts, registry

DIMENSIONS = {"prompt_adherence", "video_realism", "video_resolution", "artifacts", "facts"}


@pytest.fixture
def entries(monkeypatch):
    """Lets a test say which entry points of the group kit.metrics are installed."""

    def install(*found):
        monkeypatch.setattr(metrics, "entry_points", lambda group: found if group == "kit.metrics" else ())
        metrics._all.cache_clear()

    yield install
    metrics._all.cache_clear()


@pytest.mark.parametrize("metric", registry().values(), ids=lambda metric: metric.name)
def test_each_metric_declares_itself(metric):
    """Every metric says what it means, what it does not mean, and where it comes from."""
    assert registry()[metric.name] is metric
    assert metric.version >= 1
    assert metric.dimension in DIMENSIONS
    assert metric.better in {"higher", "lower", None}
    assert (metric.watcher is None) != (metric.facts is None)
    for text in (metric.label, metric.meaning, metric.not_meaning, metric.source):
        assert text.strip()
    assert metric.meaning.endswith(".")
    assert metric.not_meaning.endswith(".")


def test_stability_warns_that_it_rewards_freezing():
    """The warnings that the field asks for are there to be printed."""
    known = registry()
    assert "rewards freezing" in known["stability"].not_meaning
    assert "where little moves" in known["flicker"].not_meaning
    assert "same prompt" in known["sharpness"].not_meaning


def test_another_package_can_add_a_metric(entries):
    """An entry point that names a Metric is in the registry after the kit's own."""
    entries(EntryPoint("x", "kit.metrics.cuts:CUTS", "kit.metrics"))
    with pytest.raises(BadParameter, match="'cuts' already"):
        registry()
    extra = cuts.CUTS.__class__(**{**cuts.CUTS.__dict__, "name": "cuts_again"})
    entry = EntryPoint("x", "kit.metrics.cuts:EXTRA", "kit.metrics")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cuts, "EXTRA", extra, raising=False)
        entries(entry)
        assert list(registry())[-1] == "cuts_again"


def test_an_entry_that_is_no_metric_is_refused(entries):
    """The error names the entry and what was found in its place."""
    entries(EntryPoint("wrong", "kit.metrics.cuts:is_break", "kit.metrics"))
    with pytest.raises(BadParameter, match="wrong is a function, not a Metric"):
        registry()
