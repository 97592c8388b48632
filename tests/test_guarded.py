"""Clips that crash or hang whoever opens them: they cost a process apart, never the program."""

import importlib
import os
from contextlib import nullcontext

import pytest

from kit import apart, guarded
from kit.decode import probe
from kit.errors import ClipUnreadable
from kit.filmstrip import film_strip
from kit.limits import Limits
from kit.posters import poster
from kit.reporting.media import ClipRef, link

FRAGILE = """
import os, signal, time
from kit import decode, filmstrip, posters, transcode

def fate(path):
    if path.name.startswith("crash"):
        os.kill(os.getpid(), signal.SIGSEGV)
    while path.name.startswith("hang"):
        pass
    if path.name.startswith("hog"):
        raise MemoryError

def probe(path):
    fate(path)
    return decode.probe(path)

def poster(path, **options):
    fate(path)
    return posters.poster(path, **options)

def whoami(path):
    return os.getpid()
"""


@pytest.fixture
def fragile(tmp_path, monkeypatch):
    """A module whose functions crash, hang or run out of memory at clips that are called so."""
    (tmp_path / "kit_fragile_opening.py").write_text(FRAGILE)
    monkeypatch.syspath_prepend(tmp_path)
    # The processes look for modules where this one looked when they were started.
    apart.dismiss()
    yield importlib.import_module("kit_fragile_opening")
    apart.dismiss()


def test_the_same_comes_back(tmp_path, make_clip):
    """Facts, poster and film strip are those that this process would make."""
    clip = make_clip(tmp_path / "clip.mp4")
    assert guarded.probe(clip) == probe(clip)
    assert guarded.poster(clip, long_edge=48) == poster(clip, long_edge=48)
    assert guarded.film_strip(clip) == film_strip(clip)


def test_one_process_serves_all_calls(tmp_path, make_clip, fragile):
    """Clips one after the other are looked at by one process, which is not this one."""
    clip = make_clip(tmp_path / "clip.mp4")
    by = {guarded.guarded(fragile.whoami, clip) for _ in range(5)}
    assert len(by) == 1
    assert os.getpid() not in by


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("crash.mp4", "ended the process"),
        ("hang.mp4", "took too long"),
        ("hog.mp4", "more memory than it may have"),
    ],
)
def test_a_hostile_clip_costs_itself(tmp_path, make_clip, fragile, monkeypatch, name, words):
    """It is unreadable, with what happened; the next clip is looked at as ever."""
    monkeypatch.setattr(guarded, "Limits", lambda: Limits(patience=1.0, longest=1.0))
    good, bad = make_clip(tmp_path / "good.mp4"), make_clip(tmp_path / name)
    with pytest.raises(ClipUnreadable, match=f"{name}.*{words}"):
        guarded.guarded(fragile.poster, bad)
    monkeypatch.undo()
    assert guarded.poster(good).startswith(b"\xff\xd8")


def test_an_error_of_the_decoder_comes_through(tmp_path):
    """What is no clip is refused with the decoder's own words."""
    text = tmp_path / "notes.mp4"
    text.write_text("not a clip")
    with pytest.raises(ClipUnreadable) as apart_from_here:
        guarded.film_strip(text)
    with pytest.raises(ClipUnreadable) as here:
        film_strip(text)
    assert str(apart_from_here.value) == str(here.value)


def test_a_report_shows_the_others(tmp_path, make_clip, fragile, monkeypatch):
    """A clip whose poster crashes the process has no poster on the page; the other has one, and nothing is left."""

    class Study:
        """As much of a study as the page's files need."""

        def clip_file(self, clip: str) -> nullcontext:
            return nullcontext(tmp_path / f"{clip}.mp4")

    refs = [
        ClipRef(n, ".mp4", "mp4", make_clip(tmp_path / f"{n}.mp4").stat().st_size) for n in ("crash", "good")
    ]
    monkeypatch.setattr("kit.posters.poster", fragile.poster)
    media = link(Study(), refs, tmp_path, "page", plotly=False)
    assert media.missing == {}
    assert media.sources["crash"].poster == ""
    assert media.sources["good"].poster.endswith("good.jpg")
    assert guarded.crew()._idle == []
