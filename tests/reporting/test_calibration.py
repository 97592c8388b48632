"""What calibration found of a metric stands beside its measurements."""

from dataclasses import replace

import pytest

from kit.metrics import registry
from kit.reporting import material
from kit.study import Study


@pytest.fixture
def page(build, whole, tmp_path, monkeypatch):
    """The page of a small study whose sharpness metric carries a finding of the test's own."""

    def made(finding):
        known = registry()
        changed = known | {"sharpness": replace(known["sharpness"], calibration=finding)}
        monkeypatch.setattr(material, "registry", lambda: changed)
        folder = tmp_path / "study"
        build(folder).close()
        with Study.open(folder) as study:
            return whole(study).save(tmp_path / "out").html.read_text(encoding="utf-8")

    return made


def test_the_report_says_what_calibration_found(page):
    """The sentence stands in the metric's own part of the page, and says what it is."""
    html = page("Follows blur (rank correlation -1.00).")
    part = html.split('id="measured-sharpness"')[1].split("</article>")[0]
    assert "What its calibration found: Follows blur (rank correlation -1.00)." in part


def test_what_another_package_says_is_escaped(page):
    """A finding is text, whatever it holds."""
    html = page("<script>alert(1)</script>")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_metric_without_calibration_says_nothing(page):
    """No sentence, no words about one."""
    html = page("")
    part = html.split('id="measured-sharpness"')[1].split("</article>")[0]
    assert "calibration" not in part
