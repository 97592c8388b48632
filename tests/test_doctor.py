"""`kit doctor`: names what is missing and what to do, and never shows a key."""

import json

import pytest

from kit.doctor import browser, examine, report
from kit.study import Study


def by_name(checks):
    return {check.name: check for check in checks}


def test_a_healthy_machine_has_nothing_to_mend(tmp_path, monkeypatch):
    """Without keys the doctor finds the packages, the encoder and the kernel in order, and notes the missing keys."""
    monkeypatch.chdir(tmp_path)
    checks = by_name(examine(environ={}))
    for name in ("python", "packages", "video", "kernel"):
        assert checks[name].mark == "ok", checks[name]
    assert checks["key of piapi"].mark == "note"
    document, text = report(checks.values())
    assert json.loads(json.dumps(document)) == document
    assert text.splitlines()[-1] == (
        "all in order" if document["faults"] == 0 else f"{document['faults']} to mend"
    )


def test_a_key_is_named_and_never_shown():
    """The source of a key is told; its value stands nowhere, not even where the provider cannot be reached."""
    canary = "canary-5f0c9a"
    environ = {"PIAPI_API_KEY": canary, "KIT_PIAPI_URL": "http://127.0.0.1:9"}
    checks = examine(environ=environ)
    found = by_name(checks)
    assert "PIAPI_API_KEY" in found["key of piapi"].found
    assert found["piapi"].mark == "fault"
    assert canary not in json.dumps(report(checks)[0]) + report(checks)[1] + repr(checks)


def test_a_study_with_lost_clips(tmp_path, make_clip):
    """A clip whose file is gone is counted and named."""
    make_clip(tmp_path / "a.mp4")
    (tmp_path / "clips.csv").write_text("file,prompt,model\na.mp4,A boat.,alpha\n")
    with Study.create(tmp_path / "study") as study:
        study.import_clips(tmp_path / "clips.csv")
        clip = study.clips["clip"][0]
        with study.clip_file(clip) as path:
            path.unlink()
    found = by_name(examine(str(tmp_path / "study"), environ={}))
    assert found["study"].mark == "ok"
    assert found["clips"].mark == "fault"
    assert clip[:12] in found["clips"].found
    assert by_name(examine(str(tmp_path / "none"), environ={}))["study"].mark == "fault"


def test_a_browser_that_does_not_answer_is_a_note():
    """A program that is no browser is reported, not raised."""
    assert browser({"KIT_CHROMIUM": "/bin/false"}).mark == "note"


@pytest.mark.browser
def test_the_browser_says_what_it_plays(chromium_program):
    """A real Chromium plays H.264 and VP9."""
    check = browser({"KIT_CHROMIUM": chromium_program})
    assert check.mark == "ok"
    assert "H.264 in MP4" in check.found
