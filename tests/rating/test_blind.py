"""Nothing that a rater gets says whose clip it is: no answer of any question, no byte of any copy."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import av
import numpy as np
import pytest

from kit.decode import probe
from kit.errors import BadParameter, ClipError, ClipMissing, StudyError
from kit.importing import new_clip
from kit.rating import BlindMedia, RatingOptions, RatingSession
from kit.rating.blind import Source
from kit.storage.config import StudyConfig
from kit.storage.records import NewRequest
from kit.study import Study
from kit.suite import Prompt, Suite

MODELS = ("veritas-9000", "umbra-cinema")
# What must not come out: models, prompt ids that carry them, file names, titles and comments in containers.
TELLING = ("veritas", "umbra", "tell-tale", "secret-title", "secret-comment", "Lavf", "x264", "sandbox")


def telling_clip(path, seed, *, sound, container="mp4"):
    """A clip with sound, title, comment and the encoder's own remarks."""
    random = np.random.default_rng(seed)
    with av.open(str(path), "w", format=container) as out:
        out.metadata["title"] = "secret-title"
        out.metadata["comment"] = "secret-comment sandbox veritas-9000"
        stream = out.add_stream("libx264" if container == "mp4" else "libvpx-vp9", rate=12)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.metadata["handler_name"] = "umbra-cinema"
        audio = out.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for i in range(8):
            picture = np.roll(
                np.kron(random.integers(0, 255, (8, 12, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8)),
                i,
                1,
            )
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())
        if audio is not None:
            for i in range(20):
                frame = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts = 48_000, i * 1024
                out.mux(audio.encode(frame))
            out.mux(audio.encode())
    return path


@pytest.fixture
def study(tmp_path):
    """Seven prompts, whose ids carry a model's name, filmed by two models whose clips tell much of themselves."""
    ids = [f"tell-tale-{MODELS[i % 2]}-{i}" for i in range(7)]
    suite = Suite(
        "s", "S", tuple(Prompt(p, f"A boat, no. {i}.", checks=("Wet.",)) for i, p in enumerate(ids))
    )
    with Study.create(tmp_path / "study", StudyConfig("Veritas-9000?", MODELS, suite=suite)) as study:
        files, requests = [], []
        for i, prompt_id in enumerate(ids):
            for j, model in enumerate(MODELS):
                kind = "webm" if (i, j) == (2, 0) else "mp4"
                file = tmp_path / f"{model}-{i}.{kind}"
                telling_clip(file, 2 * i + j, sound=kind == "mp4" and i % 2 == 0, container=kind)
                files.append((file, new_clip(file)))
                requests.append(NewRequest(prompt_id, f"A boat, no. {i}.", model, 1, "p", files[-1][1].clip))
        study.store_clips(files, requests)
        yield study


def test_nothing_told_names_a_model(study):
    """The JSON of every op over a whole queue, undo, errors and summary, and every byte of every copy, are searched."""
    media = BlindMedia(study, study.rating.secret())
    session = RatingSession(
        study, rater="mira", options=RatingOptions(scores=True, reveal="never"), media=media
    )
    told, names, numbers = [], set(), count()

    def ask(op, **data):
        answer = session.ask(op, data)
        told.append(answer)
        return answer

    def save(position, step, **data):
        return ask("save", token=f"token-{next(numbers):05}", position=position, step=step, **data)

    start = ask("start")
    position, places = start["position"], 0
    while position is not None:
        item = ask("item", position=position)
        names |= {m["name"] for m in item["media"]}
        places += 1
        if position == 3:
            save(position, "skip")
            ask("undo", token="take-it-back")
        for dimension in start["dimensions"]:
            data = {"seconds": 1, "watched": {"through": True, "plays": 1, "mode": "wipe"}}
            after = save(position, "vote", dimension=dimension["id"], choice="left", **data)
        save(position, "scores", scores={"left": {"artifacts": 1}, "right": {"artifacts": 5}})
        save(position, "checks", checks={"left": ["yes"], "right": ["no"]})
        save(position, "note", note="hm")
        position = after["position"]
    assert places == 7 + 1 + 2
    ask("summary")
    for op, data in [("reveal", {}), ("item", {"position": 99}), ("save", {"step": "vote"}), ("tell", {})]:
        with pytest.raises(BadParameter) as refused:
            session.ask(op, data)
        told.append(str(refused.value))
    text = json.dumps(told, ensure_ascii=False).casefold()
    hashes = list(study.clips["clip"])
    ids = list(study.prompts["prompt_id"])
    found = [word for word in (*MODELS, *TELLING[:5], "Lavf", *hashes, *ids) if word.casefold() in text]
    assert found == []
    # No key of an item says what kind it is, and all items have the same keys.
    items = [t for t in told if isinstance(t, dict) and "media" in t]
    assert {tuple(sorted(item)) for item in items} == {
        (
            "answers",
            "checks",
            "complete",
            "html",
            "media",
            "next",
            "number",
            "position",
            "previous",
            "prompt",
            "total",
        )
    }
    assert len(names) == 2 * places
    for name in names:
        assert len(name) == 32
        copy = session.media(name)
        data = copy.path.read_bytes()
        assert len(data) == copy.bytes
        for word in (*MODELS, *TELLING, *hashes, *ids):
            assert word.encode().lower() not in data.lower(), (word, name)
        with av.open(str(copy.path)) as container:
            assert not container.streams.audio
            assert "title" not in container.metadata
            assert "comment" not in container.metadata
        assert copy.mime in {"video/mp4", "video/webm"}
        assert (probe(copy.path).width, probe(copy.path).frames) == (96, 8)
    media.close()


def test_names_are_the_raters_own(study):
    """Other names for another rater and another secret, the same after a restart; nobody gets another's clips."""
    media = BlindMedia(study, study.rating.secret())
    mira, noor = (
        RatingSession(study, rater=r, options=RatingOptions(), media=media) for r in ("mira", "noor")
    )
    again = RatingSession(study, rater="mira", options=RatingOptions(), media=media)
    names = {m["name"] for m in mira.ask("start", {})["item"]["media"]}
    others = {m["name"] for m in noor.ask("start", {})["item"]["media"]}
    assert names == {m["name"] for m in again.ask("start", {})["item"]["media"]}
    assert not names & others
    for name in others:
        with pytest.raises(BadParameter, match="no clip under this name"):
            mira.media(name)
    elsewhere = BlindMedia(study, b"another secret of thirty-two byte")
    assert media.name("clip", 0) != elsewhere.name("clip", 0)
    # What is joined into a name cannot be moved from one part to the next.
    assert media.name("a\x1fb", "c") != media.name("a", "b\x1fc")
    assert media.name("ab", "c") != media.name("a", "bc")
    media.close()
    elsewhere.close()


def test_the_secret_is_made_once(tmp_path):
    """Twenty threads that open a new study at once agree on it."""
    with Study.create(tmp_path / "study") as study, ThreadPoolExecutor(20) as pool:
        ready = threading.Barrier(20)

        def secret(_):
            ready.wait()
            return study.rating.secret()

        found = set(pool.map(secret, range(20)))
    assert len(found) == 1
    assert len(found.pop()) == 32


def test_one_copy_serves_every_name(study):
    """Twelve threads that want the same clip under twelve names get the same file, and there is one."""
    media = BlindMedia(study, study.rating.secret())
    clip = study.clips["clip"][0]
    media.know({f"name-{i}": Source(clip) for i in range(12)})
    ready = threading.Barrier(12)

    def path(i):
        ready.wait()
        return media.path(f"name-{i}")

    with ThreadPoolExecutor(12) as pool:
        paths = set(pool.map(path, range(12)))
    assert len(paths) == 1
    assert len(list(paths.pop().parent.iterdir())) == 1
    media.close()


def test_copies_take_no_more_than_the_room_they_have(study, monkeypatch):
    """The least used go first, and come back when they are asked for again."""
    monkeypatch.setattr("kit.rating.blind._KEPT", 2)
    media = BlindMedia(study, study.rating.secret(), room=1)
    clips = list(study.clips["clip"])[:6]
    media.know({clip[:8]: Source(clip) for clip in clips})
    paths = [media.path(clip[:8]) for clip in clips]
    assert [path.exists() for path in paths] == [False] * 4 + [True] * 2
    media.path(clips[4][:8])
    back = media.path(clips[0][:8])
    assert back.exists()
    assert [path.exists() for path in paths[4:]] == [True, False]
    folder = back.parent
    media.close()
    assert not folder.exists()


def test_a_clip_that_cannot_be_shown_says_nothing_of_itself(study):
    """A file that is gone, or no video any more, is told without hash or path; once mended, it is shown."""
    media = BlindMedia(study, study.rating.secret())
    gone, broken = list(study.clips["clip"])[:2]
    media.know({"gone": Source(gone), "broken": Source(broken, degraded=True)})
    with study.clip_file(gone) as path:
        away = path.rename(path.with_suffix(".away"))
    with study.clip_file(broken) as other:
        other.write_bytes(b"no video")
    for name, error in (("gone", ClipMissing), ("broken", ClipError)):
        with pytest.raises(error) as refused:
            media.path(name)
        assert gone[:6] not in str(refused.value)
        assert broken[:6] not in str(refused.value)
        assert "/" not in str(refused.value)
    assert list(media._folder.iterdir()) == []
    away.rename(path)
    assert media.path("gone").exists()
    media.close()
    media.know({"late": Source(broken)})
    with pytest.raises(StudyError, match="closed"):
        media.path("late")


def test_degraded_copies_are_made_in_the_background(study):
    """They are there when the session has started and the worker has come to its end."""
    media = BlindMedia(study, study.rating.secret())
    session = RatingSession(study, rater="mira", options=RatingOptions(known=3), media=media)
    session.ask("start", {})
    media._worker.shutdown(wait=True)
    assert sum(source.degraded for source in media._copies) == 3
    media.close()
