"""A study to rate: two models with telling names, clips with telling file names and titles, prompts with checks."""

import csv
from collections.abc import Callable
from pathlib import Path

import av

from kit.study import Study

# None of these may ever reach a rater before the reveal.
MODELS = ("zebra-model", "yak-model")
FILE_WORD = "telltale"
TITLE_WORD = "giveaway"


def rating_study(
    location: Path | str,
    folder: Path,
    make_clip: Callable[..., Path],
    *,
    prompts: int = 3,
    frames: int = 6,
    size: tuple[int, int] = (96, 64),
    clips: str | None = None,
) -> Study:
    """A study at `location` with one pair for each prompt; its clips are first made in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for i in range(prompts):
        for j, model in enumerate(MODELS):
            plain = make_clip(
                folder / "plain.mp4", seed=2 * i + j, frames=frames, width=size[0], height=size[1]
            )
            name = f"{FILE_WORD}-{i}-{j}.mp4"
            titled(plain, folder / name)
            rows.append(
                {
                    "file": name,
                    "prompt_id": f"scene{i}",
                    "prompt": f"Scene {i}: a kite over a beach.",
                    "model": model,
                }
            )
    path = folder / "manifest.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    study = Study(location, clips=clips)
    study.import_clips(path)
    return study


def titled(source: Path, target: Path) -> None:
    """The same streams under a title that gives the model away."""
    with av.open(str(source)) as given, av.open(str(target), "w", format="mp4") as made:
        made.metadata["title"] = TITLE_WORD
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
