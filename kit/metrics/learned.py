"""Metrics that need a trained network: how well a clip fits its text, and a learned score of its quality.

Optional (`pip install "t2v-eval-kit[learned]"`), and never downloaded: the weights are local files that you bring and
whose licence you have read. Both are TorchScript archives, which carry their own architecture, so no model's code is
needed here. What a TorchScript file holds is a program: load only files that you trust.

`TextFit` takes CLIP's own `ViT-B-32.pt` as OpenAI publishes it (or any archive with `encode_image` and `encode_text`)
and its vocabulary `bpe_simple_vocab_16e6.txt.gz`. `quality_metric` takes a network that maps (1, 3, frames, height,
width) float32 from 0 to 1 to one number, such as an export of DOVER-Mobile, and makes a `Metric` for the registry.
"""

import gzip
import html
import itertools
import math
import os
import re
import warnings
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from kit.decode import ClipFacts, frames
from kit.errors import BadParameter, MissingExtra
from kit.metrics.base import NOTHING, Look, Metric, Reading
from kit.metrics.native import Sampler

_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_SPREAD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
_SIDE = 224
_TOKENS = 77
_MOST = 16  # frames of a clip, evenly spread
_MERGES = 49152 - 256 - 2  # of the vocabulary file, those that CLIP uses

_NOT_FIT = (
    "Not whether the prompt was followed: CLIP scores agreed with people at 0.24 to 0.35 in published tests, and they "
    "do not read counts, directions or camera moves."
)


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("torch", "learned", "a learned metric") from error
    return torch


def load(weights: str | os.PathLike[str]) -> Any:
    """A TorchScript archive from a local file, ready to be used on the processor.

    Raises BadParameter where there is no such file or it is no TorchScript, MissingExtra without PyTorch.
    """
    file = Path(weights)
    if not file.is_file():
        raise BadParameter(f"there are no weights at {file}; the kit never downloads any")
    torch = _torch()
    try:
        with warnings.catch_warnings():
            # PyTorch calls the format old; it is the one that these networks are published in.
            warnings.simplefilter("ignore", DeprecationWarning)
            return torch.jit.load(str(file), map_location="cpu").eval()
    except RuntimeError as error:
        raise BadParameter(f"{file} is no TorchScript archive that this PyTorch can read") from error


class TextFit:
    """How well clips fit texts, by a model of CLIP's kind.

    Raises as `load`, and BadParameter for a vocabulary file that is none.
    """

    def __init__(self, weights: str | os.PathLike[str], vocabulary: str | os.PathLike[str]) -> None:
        self._model = load(weights)
        self._tokens = Tokenizer(vocabulary)

    def __call__(self, clip: str | os.PathLike[str], text: str) -> float:
        """Mean cosine between the text and up to 16 frames of the clip, -1 to 1 (for CLIP about 0.15 to 0.4)."""
        torch = _torch()
        pictures = np.stack([_square(picture) for picture in _spread(clip)])
        with torch.inference_mode():
            seen = self._model.encode_image(torch.from_numpy(pictures)).float()
            told = self._model.encode_text(torch.from_numpy(self._tokens(text)[None])).float()
        seen = seen / seen.norm(dim=-1, keepdim=True)
        told = told / told.norm(dim=-1, keepdim=True)
        return float((seen @ told.T).mean())


def _spread(clip: str | os.PathLike[str]) -> list[NDArray[np.uint8]]:
    """Up to 16 pictures (h, w, 3) of a clip, evenly spread in one pass that keeps at most 32."""
    kept: list[NDArray[np.uint8]] = []
    every = 1
    for frame in frames(clip, long_edge=2 * _SIDE, rgb=True):
        if frame.index % every == 0 and frame.rgb is not None:
            kept.append(frame.rgb)
        if len(kept) == 2 * _MOST:
            kept, every = kept[::2], 2 * every
    if not kept:
        raise BadParameter(f"{Path(clip).name}: no frame can be decoded")
    return [kept[i] for i in np.unique(np.linspace(0, len(kept) - 1, min(_MOST, len(kept))).astype(int))]


def _square(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The middle of a picture as CLIP wants it: (3, 224, 224), short side scaled by bicubic, normalised."""
    height, width = picture.shape[:2]
    scale = _SIDE / min(height, width)
    size = max(_SIDE, round(width * scale)), max(_SIDE, round(height * scale))
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    large = frame.reformat(*size, interpolation="BICUBIC").to_ndarray()
    top, left = (size[1] - _SIDE) // 2, (size[0] - _SIDE) // 2
    middle = large[top : top + _SIDE, left : left + _SIDE].astype(np.float32) / 255
    return np.ascontiguousarray(((middle - _MEAN) / _SPREAD).transpose(2, 0, 1), dtype=np.float32)


class Tokenizer:
    """CLIP's byte-pair encoding, from its own vocabulary file."""

    def __init__(self, vocabulary: str | os.PathLike[str]) -> None:
        file = Path(vocabulary)
        try:
            lines = gzip.decompress(file.read_bytes()).decode("utf-8").split("\n")
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise BadParameter(f"{file} is not CLIP's vocabulary (bpe_simple_vocab_16e6.txt.gz)") from error
        merges = [tuple(line.split()) for line in lines[1 : 1 + _MERGES] if len(line.split()) == 2]
        self._bytes = _visible_bytes()
        letters = list(self._bytes.values())
        words = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
        self._number = {word: i for i, word in enumerate([*words, "<|start|>", "<|end|>"])}
        self._rank = {pair: i for i, pair in enumerate(merges)}

    def __call__(self, text: str) -> NDArray[np.int64]:
        """The text as 77 numbers, cut where it is longer, filled with zeros."""
        clean = re.sub(r"\s+", " ", html.unescape(html.unescape(text))).strip().lower()
        pieces = re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+|_+", clean)
        numbers = [self._number[part] for piece in pieces for part in self._merged(piece)]
        row = np.zeros(_TOKENS, np.int64)
        whole = [self._number["<|start|>"], *numbers[: _TOKENS - 2], self._number["<|end|>"]]
        row[: len(whole)] = whole
        return row

    def _merged(self, piece: str) -> list[str]:
        letters = [self._bytes[byte] for byte in piece.encode("utf-8")]
        parts = [*letters[:-1], letters[-1] + "</w>"]
        while len(parts) > 1:
            pairs = list(itertools.pairwise(parts))
            best = min(pairs, key=lambda pair: self._rank.get(pair, math.inf))
            if best not in self._rank:
                break
            at, merged = 0, []
            while at < len(parts):
                joined = tuple(parts[at : at + 2]) == best
                merged.append("".join(best) if joined else parts[at])
                at += 2 if joined else 1
            parts = merged
        return parts


def _visible_bytes() -> dict[int, str]:
    """A printable letter for each of the 256 bytes, as GPT-2's encoding has them, in its order."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in kept]
    return {**{byte: chr(byte) for byte in kept}, **{byte: chr(256 + i) for i, byte in enumerate(others)}}


class _Quality:
    def __init__(self, model: Any) -> None:
        self._model = model
        self._sampler = Sampler(2)
        self._pictures: list[NDArray[np.uint8]] = []

    def see(self, look: Look) -> None:
        if len(self._pictures) < 2 * _MOST and self._sampler.due(look.seconds):
            small = look.frame.picture.reformat(_SIDE, _SIDE, format="rgb24", interpolation="AREA")
            self._pictures.append(np.asarray(small.to_ndarray(), dtype=np.uint8))

    def result(self, end: float) -> Reading:  # noqa: ARG002
        if not self._pictures:
            return NOTHING
        torch = _torch()
        stack = np.stack(self._pictures).astype(np.float32).transpose(3, 0, 1, 2)[None] / 255
        with torch.inference_mode():
            return Reading(float(self._model(torch.from_numpy(stack)).float().mean()))


def quality_metric(weights: str | os.PathLike[str], *, name: str, source: str) -> Metric:
    """A metric for the registry from a video-quality network in a local file; `source` says where it comes from.

    It is given up to 32 frames, two a second, scaled to 224 x 224. The file is read when the first clip is measured.
    """
    loaded: list[Any] = []

    def watch(facts: ClipFacts) -> _Quality:  # noqa: ARG001
        if not loaded:
            loaded.append(load(weights))
        return _Quality(loaded[0])

    return Metric(
        name=name,
        version=1,
        unit="score",
        dimension="video_realism",
        better="higher",
        label=f"Learned quality ({name})",
        meaning="The network's score, from up to 32 frames at two a second, scaled to 224 x 224.",
        not_meaning=(
            "Not what people see: networks trained on filmed video agreed with people at about 0.36 on generated video "
            "in published tests. Scaling hides fine detail from it."
        ),
        source=source,
        watcher=watch,
    )
