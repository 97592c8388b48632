"""Filming with the real renderer, in its own processes."""

import contextlib
import json
import os
import signal
from concurrent.futures import BrokenExecutor

from kit.decode import probe
from kit.sandbox import render
from kit.sandbox_server.filming import RenderFilm
from kit.sandbox_server.jobs import Order
from kit.testing import sandbox_process


def test_the_clip_is_the_renderers(tmp_path):
    """A filmed clip has the bytes and the truth that the renderer gives for the same order, and nothing is left over."""
    order = Order("sandbox-steady", "a paper boat on a puddle", 2, 0.5, 96, 64, fps=8, checks=("a boat",))
    film = RenderFilm(jobs=1)
    try:
        footage = film.start(order).result(60)
        folder = footage.path.parent
        data = footage.read()
        assert [p.name for p in folder.iterdir()] == [footage.path.name]
    finally:
        film.close()
    assert not folder.exists()
    out = tmp_path / "same.mp4"
    truth = render(
        order.prompt,
        model=order.model,
        take=2,
        out=out,
        checks=order.checks,
        seconds=0.5,
        width=96,
        height=64,
        fps=8,
    )
    assert data == out.read_bytes()
    assert footage.truth == json.loads(truth.to_json())


def test_a_killed_worker_is_replaced():
    """After a worker was killed the next order is filmed by another."""
    order = Order("sandbox-quick", "a cup", 1, 0.25, 96, 64, fps=8)
    film = RenderFilm(jobs=1)
    try:
        film.start(order).result(60)
        (worker,) = film._pool._processes.values()
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(60)
        with contextlib.suppress(BrokenExecutor):  # the pool may not have noticed yet
            film.start(order).result(60)
        assert film.start(order).result(60).read()
    finally:
        film.close()


def test_no_room_for_films(monkeypatch, tmp_path):
    """Where nothing can be written the future says so, and nothing is raised at the order."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    film = RenderFilm(jobs=1)
    future = film.start(Order("sandbox-quick", "a cup", 1, 0.25, 96, 64, fps=8))
    film.close()
    assert isinstance(future.exception(0), FileNotFoundError)


def test_filmed_over_http(client, fetch, tmp_path):
    """A user's server films what was asked for: length, size, mark and truth."""
    with sandbox_process(any_model=False, film="render", jobs=1, manners="plain", speed=1000) as server:
        api = client(server, "sandbox")
        given = {
            "prompt": "a cup, the camera pans left",
            "duration": 1,
            "aspect_ratio": "1:1",
            "mode": "draft",
        }
        made = api.post(
            "/api/v1/task", json={"model": "sandbox-steady", "task_type": "video_generation", "input": given}
        )
        task = f"/api/v1/task/{made.json()['data']['task_id']}"
        done = {"status": ""}
        while done["status"] not in ("completed", "failed"):
            done = api.get(task).json()["data"]
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(fetch(done["output"]["video"]).content)
    facts = probe(clip)
    assert (facts.width, facts.height, facts.frames, facts.sandbox) == (360, 360, 24, True)
    truth = done["output"]["truth"]
    assert (truth["model"], truth["take"], truth["wanted_camera"]) == ("sandbox-steady", 1, ["pan_left"])
