"""Hundreds of damaged files: each is measured, looked at and pictured in bounded time and memory, or refused in words."""

import contextlib
import re
import resource

import pytest

from kit.apart import Crew, Setting
from kit.decode import probe
from kit.errors import ClipUnreadable
from kit.limits import Limits
from kit.measure import measure
from kit.metrics import registry
from kit.posters import poster

MEMORY = 1 << 30
SECONDS = 300  # for each file, on a machine that has other things to do
PROCESSOR = 100  # seconds for all files; they take about 15


def in_words(reason: str, folder: str) -> bool:
    """A sentence for people: no traceback, no class of an exception, nothing of where the file lies."""
    return (
        len(reason.split()) >= 4
        and "Traceback" not in reason
        and not re.search(r"\b\w+(Error|Exception)\b", reason)
        and folder not in reason
    )


@pytest.fixture(scope="module")
def crew():
    """A process with little memory."""
    with contextlib.closing(Crew(Setting(MEMORY, threads=1))) as crew:
        yield crew


def test_the_corpus_is_large(corpus):
    """At least 300 files, no two of the same bytes among those that are files."""
    plain = [file for file in corpus if len(file.name) < 200 and file.is_file()]
    assert len(corpus) >= 300
    assert len({file.read_bytes() for file in plain}) >= 0.97 * len(plain)


def test_every_file_is_measured_or_named(corpus, files_study):
    """On two processes nothing is lost: what can be decoded has its values, and the rest a reason in words."""
    study = files_study(corpus)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = measure(study, jobs=2, limits=Limits(patience=SECONDS, memory=MEMORY))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < PROCESSOR
    faults = dict(summary.faults)
    names = {metric.name for metric in registry().values()}
    assert {file.name for file in corpus} == faults.keys() | study.stored.keys()
    assert summary.done == len(study.stored)
    assert study.open_files == 0
    for file, words in corpus.items():
        reason = faults.get(file.name, "")
        assert words in reason, file.name
        assert not reason or in_words(reason, str(file.parent)), reason
        found = study.stored.get(file.name)
        assert found is None or {m.metric for m in found} == names, file.name
    # A crash, a hang or a want of memory would be a fault of the kit or of FFmpeg, found by this corpus.
    assert [name for name, reason in faults.items() if "measuring it" in reason] == []


def test_every_file_is_looked_at_or_refused(corpus, crew):
    """What says what is in a file, and what makes a picture of it, answer or raise ClipUnreadable, each within bounds."""
    refused = []
    for file in corpus:
        for function in (probe, poster):
            try:
                crew.call(function, str(file), seconds=SECONDS)
            except ClipUnreadable as error:
                refused.append((str(error), str(file.parent)))
    assert len(refused) > 200
    assert [reason for reason, folder in refused if not in_words(reason, folder)] == []


def test_a_small_file_cannot_take_all_memory(corpus, crew):
    """An MP4 of a few kilobytes that speaks of 80 million frames, for which FFmpeg would take 4.8 GB, is refused."""
    bomb = next(file for file in corpus if file.name == "a_bomb_of_frames.mp4")
    assert bomb.stat().st_size < 10_000
    with pytest.raises(ClipUnreadable):
        crew.call(probe, str(bomb), seconds=SECONDS)
    usage = crew.call(resource.getrusage, resource.RUSAGE_SELF, seconds=SECONDS)
    assert usage.ru_maxrss * 1024 < 2 * MEMORY
