"""Which blocks are background shows over seconds: what crosses the picture for a while is not."""

import numpy as np
import pytest

from kit.camera.background import Blocks
from kit.camera.belonging import belonging, weights_of_pairs
from kit.camera.estimate import SURE, PairMotion, Similarity, about_middle, weights

WIDE, HIGH, COLUMNS, ROWS, PAIRS = 320, 180, 14, 8, 48
ROW, COLUMN = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
GRID = np.stack([(COLUMN + 0.5) * WIDE / COLUMNS - 0.5, (ROW + 0.5) * HIGH / ROWS - 0.5], axis=1).astype(
    np.float32
)
CAMERA, THING = (-2.0, 0.0), (3.0, 1.0)


def crossed():
    """Two seconds in which a thing of six columns with nearly all the texture crosses a picture that pans."""
    middle = np.arange(PAIRS)[:, None] * COLUMNS / PAIRS
    thing = (np.abs(COLUMN - middle) <= 3) & (ROW >= 1) & (ROW <= 6)
    moved = np.where(thing[..., None], THING, CAMERA).astype(np.float32)
    confidence = np.where(thing, 0.95, 0.15).astype(np.float32)
    times = (np.arange(PAIRS) + 1) / 24
    return Blocks(GRID, moved, confidence, times, (WIDE, HIGH))


def pair(shift, inliers):
    """A pair's fit that says a shift (x, y) in pixels."""
    return PairMotion(Similarity(shift[0] / WIDE, shift[1] / HIGH, 1.0, 0.0), inliers, 1.0, 0.1, tells=True)


def shifts(pairs):
    """What the pairs say, in pixels (T, 2)."""
    return np.array([[p.motion.dx * WIDE, p.motion.dy * HIGH] for p in pairs])


def test_weights_are_those_of_single_pairs():
    """For many pairs at once the weights are what `weights` says of each pair's blocks that have a say, and 0 for others."""
    confidence = np.random.default_rng(5).uniform(0, 1, (4, ROWS * COLUMNS))
    p = about_middle(GRID, (WIDE, HIGH))
    found = weights_of_pairs(confidence, p, (WIDE, HIGH))
    for row, own in zip(found, confidence, strict=True):
        say = own >= SURE
        assert row[say] == pytest.approx(weights(own[say], p[say], (WIDE, HIGH)))
        assert not row[~say].any()


def test_pairs_that_followed_a_thing_are_brought_back():
    """Each third pair took the thing's motion for the camera's; the places of the others tell."""
    blocks = crossed()
    pairs = [pair(THING if k % 3 == 0 else CAMERA, 0.5) for k in range(PAIRS)]
    found = shifts(belonging(pairs, pairs, blocks, np.ones(PAIRS, bool)))
    assert found == pytest.approx(np.tile(CAMERA, (PAIRS, 1)), abs=0.05)


def test_pairs_on_which_most_agreed_are_left():
    """Nothing is fitted again where the picture is plain, nor where a pair is of no use."""
    blocks = crossed()
    plain = [pair(THING, 0.95)] * PAIRS
    assert belonging(plain, plain, blocks, np.ones(PAIRS, bool)) == plain
    useless = [pair(THING, 0.5)] * PAIRS
    assert belonging(useless, useless, blocks, np.zeros(PAIRS, bool)) == useless


def test_a_window_that_settled_on_one_place_is_not_taken_over():
    """Windows that follow what moves in one corner stand back behind pairs that nearly all of the picture agrees with."""
    corner = (COLUMN < 4) & (ROW < 3)
    moved = np.tile(np.where(corner[:, None], THING, CAMERA).astype(np.float32), (PAIRS, 1, 1))
    blocks = Blocks(
        GRID,
        moved,
        np.full((PAIRS, ROWS * COLUMNS), 0.5, np.float32),
        (np.arange(PAIRS) + 1) / 24,
        (WIDE, HIGH),
    )
    # One pair on which little agreed has the span looked at; the others keep what they are given.
    own = [pair(CAMERA, 0.5 if k == 0 else 0.9) for k in range(PAIRS)]
    found = shifts(belonging(own, [pair(THING, 0.9)] * PAIRS, blocks, np.ones(PAIRS, bool)))
    assert found == pytest.approx(np.tile(CAMERA, (PAIRS, 1)), abs=0.05)
