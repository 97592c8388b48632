import itertools
from fractions import Fraction

import av
import numpy as np
import pytest

from kit.calibration.damage import KINDS, STRENGTHS, damage
from kit.calibration.pieces import Picture, Piece, cut_out, through, write
from kit.errors import BadParameter


@pytest.fixture(scope="module")
def piece():
    """A second of a textured pan in colour, 96 x 128."""
    random = np.random.default_rng(0)
    wide = np.kron(random.integers(40, 200, (12, 40)), np.ones((8, 8))).astype(np.uint8)
    colour = np.full((48, 64), 128, np.uint8)
    pictures = [
        Picture(np.ascontiguousarray(wide[:, 3 * i : 3 * i + 128]), colour, colour) for i in range(24)
    ]
    return Piece("pan", Fraction(24), tuple(pictures))


def read(path):
    """The brightness planes of a file."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def test_writing_loses_nothing(piece, tmp_path):
    """What is written is read again to the last code, and cutting it out again gives the same pictures."""
    path = write(piece, tmp_path / "piece.mkv")
    assert all(np.array_equal(a, p.y) for a, p in zip(read(path), piece.pictures, strict=True))
    again = cut_out(path, seconds=1)
    assert again.fps == piece.fps
    assert len(again.pictures) == 24
    assert np.array_equal(again.pictures[7].y, piece.pictures[7].y)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_the_same_every_time(piece, kind):
    """Twice the same piece, kind and strength give the same pictures; strength 0 gives the piece itself."""
    one, two = damage(piece, kind, 3), damage(piece, kind, 3)
    assert all(np.array_equal(a.y, b.y) for a, b in zip(one.pictures, two.pictures, strict=True))
    assert damage(piece, kind, 0) is piece
    assert [p.y.shape for p in one.pictures] == [p.y.shape for p in piece.pictures]


@pytest.mark.parametrize("kind", KINDS)
def test_stronger_damage_is_farther_from_the_truth(piece, kind):
    """The mean difference to the undamaged pictures grows with every strength."""
    far = []
    for strength in STRENGTHS:
        spoilt = damage(piece, kind, strength)
        pairs = zip(spoilt.pictures, piece.pictures, strict=True)
        far.append(np.mean([np.abs(a.y.astype(int) - b.y).mean() for a, b in pairs]))
    assert far[0] > 0
    assert far == sorted(far)
    assert len(set(far)) == len(far)


@pytest.mark.parametrize(("strength", "gone"), [(1, 6), (2, 12), (3, 17), (4, 23), (5, 29)])
def test_drops_are_as_many_as_they_say(piece, strength, gone):
    """Of 48 frames 12 to 60 % show the one before: the first so many in one hold, the rest one at a time."""
    long = piece.showing([p._replace(y=p.y.copy()) for p in piece.pictures * 2])
    shown = damage(long, "drops", strength).pictures
    held = [i for i in range(1, 48) if shown[i] is shown[i - 1]]
    assert len(held) == gone
    assert all(shown[i] is long.pictures[i] for i in range(48) if i not in held)
    holds = "".join("x" if i in held else " " for i in range(48)).split()
    run = max(6, -(-6 * gone // 10))
    assert sorted(map(len, holds)) == [1] * (gone - run) + [run]


@pytest.mark.parametrize("count", [16, 18, 24])
def test_drops_grow_in_short_pieces_too(piece, count):
    """Where the share gives no freeze of a quarter of a second, each strength still drops more than the last."""
    short = piece.showing(piece.pictures[:count])
    gone = []
    for strength in STRENGTHS:
        shown = damage(short, "drops", strength).pictures
        gone.append(sum(a is b for a, b in itertools.pairwise(shown)))
    assert gone == sorted(set(gone))


def test_noise_has_the_strength_it_says():
    """On a gray picture, strength 3 is a standard deviation of 7 codes, fresh in each frame."""
    gray = Picture(np.full((64, 64), 120, np.uint8), *[np.full((32, 32), 128, np.uint8)] * 2)
    one, two = damage(Piece("gray", Fraction(8), (gray, gray)), "noise", 3).pictures
    assert one.y.std() == pytest.approx(7, rel=0.03)
    assert np.corrcoef(one.y.ravel(), two.y.ravel())[0, 1] == pytest.approx(0, abs=0.05)


def test_a_lossy_codec_keeps_every_frame(piece):
    """H.264 and VP9 both give back as many frames as went in, each near the one it was."""
    for codec, options in (
        ("libx264", {"crf": "20"}),
        ("libvpx-vp9", {"crf": "20", "b": "0", "cpu-used": "8"}),
    ):
        back = through(piece, codec=codec, options=options)
        assert len(back.pictures) == 24
        for one, two in zip(back.pictures, piece.pictures, strict=True):
            assert np.abs(one.y.astype(int) - two.y).mean() < 6


def test_a_clip_is_cropped_and_not_scaled(piece, tmp_path):
    """Of a larger picture the middle is taken, on a grid of 16 pixels; its codes are the clip's own."""
    path = write(piece, tmp_path / "piece.mkv")
    part = cut_out(path, width=64, height=48, seconds=1)
    assert part.size == (48, 64)
    assert np.array_equal(part.pictures[0].y, piece.pictures[0].y[16:64, 32:96])


def test_an_unknown_damage_is_refused(piece):
    """The error names what there is."""
    with pytest.raises(BadParameter, match="blur, noise, compression"):
        damage(piece, "rust", 1)
    with pytest.raises(BadParameter, match="from 0 to 5"):
        damage(piece, "blur", 6)
