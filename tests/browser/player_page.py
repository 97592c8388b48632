"""Pages with a player for the browser tests: clips whose frame number stands in their pixels, and how to read it."""

import base64
import csv
import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from playwright.sync_api import Locator, Page

from kit.frontend import module_source, stylesheet
from kit.player import PlayerClip, markup

BITS = 8
HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>player</title>'

# Helpers of the page: the frame number in a video's pixels, and samples of how far the clips are apart.
PROBES = """
window.frameOf = (video) => {
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 8;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, 64, 8);
  let number = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    if (context.getImageData(bit * 8 + 4, 4, 1, 1).data[0] > 127) number |= 1 << bit;
  }
  return number;
};
window.frames = (i = 0) =>
  [...document.querySelectorAll(".kit-player")[i].querySelectorAll(".kit-clip:not([hidden]) video")].map(frameOf);
window.sample = (milliseconds, pixels) => new Promise((resolve) => {
  const player = window.players[0];
  const samples = [];
  const begin = performance.now();
  const look = (now) => {
    const live = player.active.filter(({ video }) => !video.paused && !video.ended && !video.seeking);
    const times = live.map(({ video }) => video.currentTime);
    samples.push({
      at: now - begin, time: player.time, live: live.length, state: player.state,
      spread: times.length > 1 ? Math.max(...times) - Math.min(...times) : 0,
      shown: pixels ? player.active.map(({ video }) => window.frameOf(video)) : [],
      held: player.active.map((clip) => clip.at(player.time).held || clip.video.paused),
    });
    if (now - begin < milliseconds) requestAnimationFrame(look); else resolve(samples);
  };
  requestAnimationFrame(look);
});
"""


def film(
    path: Path,
    *,
    fps: int,
    frames: int,
    codec: str = "libx264",
    size: tuple[int, int] = (256, 144),
    sound: bool = False,
) -> Path:
    """Writes a clip whose frame number can be read from its pixels."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": "20", "preset": "ultrafast", "threads": "1"}
        tone = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            bits = (number >> np.arange(BITS)) & 1
            row = np.repeat(bits.astype(np.uint8) * 255, -(-width // BITS))[:width]
            picture = np.repeat(np.broadcast_to(row, (height, width))[..., None], 3, axis=2)
            container.mux(
                stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"))
            )
        container.mux(stream.encode())
        if tone is not None:
            for start in range(0, 48_000 * frames // fps, 1024):
                wave = 0.1 * np.sin(np.arange(start, start + 1024) * 2 * np.pi * 440 / 48_000)
                frame = av.AudioFrame.from_ndarray(
                    wave[None].astype(np.float32), format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts = 48_000, start
                container.mux(tone.encode(frame))
            container.mux(tone.encode())
    return path


def address(path: Path) -> str:
    """A clip as a data: address."""
    kind = "webm" if path.suffix == ".webm" else "mp4"
    return f"data:video/{kind};base64," + base64.b64encode(path.read_bytes()).decode()


def make_shelf(folder: Path) -> dict[str, PlayerClip]:
    """The clips of these tests: a fast long one, a slow short one, and some odd ones."""

    def put(
        name: str, *, fps: int, frames: int, size: tuple[int, int] = (256, 144), **how: Any
    ) -> PlayerClip:
        path = film(folder / f"{name}.mp4", fps=fps, frames=frames, size=size, **how)
        return PlayerClip(
            name=name,
            src=address(path),
            mime="video/mp4",
            poster=None,
            width=size[0],
            height=size[1],
            fps=fps,
            seconds=frames / fps,
            frames=frames,
            codec="h264",
            has_audio=bool(how.get("sound")),
            sandbox=False,
            download=path.as_uri(),
        )

    return {
        "fast": put("fast", fps=24, frames=120),
        "slow": put("slow", fps=8, frames=16),
        "half": put("half", fps=12, frames=60),
        "upright": put("upright", fps=30, frames=60, size=(160, 240)),
        "loud": put("loud", fps=24, frames=48, sound=True),
        "louder": put("louder", fps=24, frames=48, sound=True),
        "mpeg4": put("mpeg4", fps=24, frames=24, codec="mpeg4"),
    }  # fmt: skip


def html(*figures: str, script: str = "window.players = mountAll();", before: str = "") -> str:
    """A page of its own, as the report makes one."""
    return (
        f"{HEAD}<style>{stylesheet('player')}</style><body>{before}{''.join(figures)}"
        f'<script type="module">{module_source("player")}\nwindow.mount = mount;\n{script}\n{PROBES}</script>'
    )


def figure(*clips: PlayerClip, label: str = "A prompt", **options: Any) -> str:
    return str(markup(clips, label=label, **options))


def wait_state(page: Page, state: str, player: int = 0) -> Locator:
    """The player, once it has come to a state."""
    page.locator(".kit-player").nth(player).and_(page.locator(f'[data-state="{state}"]')).wait_for()
    return page.locator(".kit-player").nth(player)


def wait_time(page: Page, time: float) -> None:
    page.wait_for_function("(t) => Number(document.querySelector('.kit-player').dataset.time) >= t", arg=time)


def times(page: Page) -> list[float]:
    return page.evaluate("window.players[0].active.map(({video}) => video.currentTime)")


def press(page: Page, *keys: str, player: int = 0) -> None:
    for key in keys:
        page.locator(".kit-player").nth(player).press(key)


def numbers(page: Page) -> list[int]:
    """The frames that the player says it shows."""
    boxes = page.locator(".kit-clip:visible")
    return [int(boxes.nth(i).get_attribute("data-frame") or -1) for i in range(boxes.count())]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def real_clips(folder: Path, start: str) -> list[PlayerClip]:
    """The clips of one folder of real ones, as its own table of facts describes them."""
    names = {row["file"]: row["model"] for row in table(folder / "manifest.csv")}
    return [
        PlayerClip(
            name=names[row["file"]], src=(folder / row["file"]).as_uri(), poster=None, codec=row["codec"],
            mime="video/webm" if row["container"] == "matroska" else "video/mp4", width=int(row["width"]),
            height=int(row["height"]), fps=float(row["fps"]), seconds=float(row["duration"]),
            frames=int(row["frames"]), has_audio=bool(row["audio"]), sandbox=False,
        )
        for row in table(folder / "probe.csv")
        if row["file"].startswith(start)
    ]  # fmt: skip


def picture(page: Page, target: Locator) -> npt.NDArray[np.uint8]:
    """What is on the screen where an element is: height x width x 3, in device pixels."""
    box = target.bounding_box()
    assert box is not None
    ratio = page.evaluate("devicePixelRatio")
    with av.open(io.BytesIO(page.screenshot())) as container:
        screen = next(container.decode(video=0)).to_ndarray(format="rgb24")
    left, top = (round(box[side] * ratio) for side in ("x", "y"))
    right = round((box["x"] + box["width"]) * ratio)
    return screen[top : round((box["y"] + box["height"]) * ratio), left:right]


def bits(pixels: npt.NDArray[np.uint8]) -> int:
    """The frame number in a picture made by `film`."""
    row = pixels[pixels.shape[0] // 2, :, 0]
    places = ((np.arange(BITS) + 0.5) * len(row) / BITS).astype(int)
    return int(sum(1 << bit for bit, place in enumerate(places) if row[place] > 127))
