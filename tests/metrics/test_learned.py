"""Learned metrics with tiny random networks that the tests save themselves; skipped where PyTorch is not installed."""

import gzip

import numpy as np
import pytest

from kit.errors import BadParameter, MissingExtra
from kit.metrics import learned

SENTENCE = "A cat's 2 hats!"


@pytest.fixture
def vocabulary(tmp_path):
    """A vocabulary file in CLIP's format with four merges."""
    path = tmp_path / "bpe.txt.gz"
    path.write_bytes(gzip.compress(b"#version\nc a\nca t</w>\nh a\nha t\n"))
    return path


@pytest.fixture
def torch():
    """PyTorch, where it is installed; its TorchScript is told to be old in newer releases."""
    return pytest.importorskip("torch", reason="PyTorch is not installed (extra 'learned')")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_text_fit_is_the_mean_cosine(torch, vocabulary, tmp_path, make_clip):
    """With a network whose image vector is (1, 0) and whose text vector is (1, 1), the cosine is 1 / sqrt 2."""

    class Tiny(torch.nn.Module):
        @torch.jit.export
        def encode_image(self, pictures: torch.Tensor) -> torch.Tensor:
            one = torch.ones((pictures.shape[0], 1)) * (pictures.shape[3] == 224)
            return torch.cat([one, torch.zeros_like(one)], dim=1)

        @torch.jit.export
        def encode_text(self, numbers: torch.Tensor) -> torch.Tensor:
            return torch.ones((numbers.shape[0], 2)) * 5

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.encode_image(pictures)

    path = tmp_path / "tiny.pt"
    torch.jit.script(Tiny()).save(str(path))
    fit = learned.TextFit(path, vocabulary)
    assert fit(make_clip(tmp_path / "clip.mp4"), SENTENCE) == pytest.approx(2**-0.5, abs=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_quality_metric_measures_like_any_other(torch, tmp_path, film):
    """A network that gives the mean of what it sees gives a gray picture's brightness, through the usual watcher."""
    from kit.decode import frames, probe
    from kit.metrics.base import Look

    class Mean(torch.nn.Module):
        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            return clip.mean() + 0 * clip.shape[2]

    path = tmp_path / "mean.pt"
    torch.jit.script(Mean()).save(str(path))
    film([np.full((48, 64), 102, np.uint8)] * 6, metrics=["exposure"])
    metric = learned.quality_metric(path, name="mean_score", source="made by this test.")
    watcher = metric.watcher(probe(tmp_path / "film.mkv"))
    for frame in frames(tmp_path / "film.mkv"):
        watcher.see(Look(frame, None))
    assert watcher.result(0.25).value == pytest.approx(102 / 255, abs=0.01)


def test_missing_weights_are_named(tmp_path):
    """Nothing is downloaded: a path that is not there is an error that says so, with or without PyTorch."""
    with pytest.raises(BadParameter, match="never downloads"):
        learned.load(tmp_path / "none.pt")


def test_without_pytorch_the_extra_is_named(tmp_path, monkeypatch):
    """Where PyTorch is missing, the error names the extra to install."""
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    path = tmp_path / "weights.pt"
    path.write_bytes(b"x")
    with pytest.raises(MissingExtra, match="learned"):
        learned.load(path)


def test_a_file_that_is_no_network_is_refused(torch, tmp_path):
    """Bytes that are no TorchScript are named as such."""
    path = tmp_path / "weights.pt"
    path.write_bytes(b"not a network")
    with pytest.raises(BadParameter, match="no TorchScript"):
        learned.load(path)


def test_tokens_follow_the_merges(vocabulary):
    """'cat' is merged to one token, 'hats' to 'hat' and 's', and start and end stand around them."""
    tokens = learned.Tokenizer(vocabulary)
    letters = 2 * 256
    start, end = letters + 4, letters + 5
    of = {chr(byte): i for i, byte in enumerate([*range(33, 127), *range(161, 173), *range(174, 256)])}
    row = tokens("Cat hats")
    assert row.shape == (77,)
    assert list(row[:5]) == [start, letters + 1, letters + 3, 256 + of["s"], end]
    assert not row[5:].any()


def test_tokens_are_cut_at_77(vocabulary):
    """A text of a hundred words still ends with the end token."""
    row = learned.Tokenizer(vocabulary)("cat " * 100)
    assert row[76] == 2 * 256 + 5


def test_a_file_that_is_no_vocabulary_is_refused(tmp_path):
    """The error names the file that was expected."""
    path = tmp_path / "bpe.txt.gz"
    path.write_bytes(b"plain")
    with pytest.raises(BadParameter, match="bpe_simple_vocab"):
        learned.Tokenizer(path)
