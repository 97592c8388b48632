"""A far half of the picture that hardly moves hides a move of the near half, but not from the camera metric."""

import numpy as np

from kit.camera.background import Blocks
from kit.camera.near import near_half
from kit.camera.segments import Segment
from kit.camera.sliding import span_of

WIDE, HIGH, COLUMNS, ROWS, PAIRS = 320, 180, 14, 8, 24
STATIC = Segment("static", 0.0, 1.0, confidence=0.9)


def told(far, near, columns=COLUMNS):
    """What a rest becomes when the upper half goes `far` and the lower half `near` pixels (x, y), or (112, 2), in a second.

    Only the first few columns of the lower half have texture.
    """
    x = (np.arange(COLUMNS) + 0.5) * WIDE / COLUMNS - 0.5
    y = (np.arange(ROWS) + 0.5) * HIGH / ROWS - 0.5
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
    moved = np.where((grid[:, 1] > HIGH / 2)[:, None], near, far) / PAIRS
    dark = (grid[:, 1] > HIGH / 2) & (grid[:, 0] > columns * WIDE / COLUMNS)
    blocks = Blocks(
        grid,
        np.tile(moved, (PAIRS, 1, 1)).astype(np.float32),
        np.tile(np.where(dark, 0.0, 0.9), (PAIRS, 1)).astype(np.float32),
        (np.arange(PAIRS) + 1) / PAIRS,
        (WIDE, HIGH),
    )
    span = span_of(STATIC, blocks, np.ones(PAIRS, bool))
    assert span is not None
    return near_half(STATIC, span)


def test_a_near_half_that_slides_with_the_far_half_is_a_pan_or_a_tilt():
    """The far half goes 4 pixels, the near half 48 the same way: content up is a camera that tilts down."""
    tilt, pan = told((0.0, -4.0), (0.0, -48.0)), told((4.0, 0.0), (48.0, 0.0))
    assert (tilt.word, pan.word) == ("tilt_down", "pan_left")
    assert tilt.amount == 48 / HIGH
    assert pan.amount == 48 / WIDE
    assert tilt.confidence < STATIC.confidence


def test_a_near_half_that_slides_before_a_far_half_that_stands_is_unsure():
    """That may be a river."""
    assert told((0.0, 0.0), (48.0, 0.0)).word == "unsure"


def test_a_near_half_may_be_dark_on_one_side_where_the_far_half_goes_along():
    """Five of its fourteen columns with texture are enough for a tilt, but seven not for a river, and four for nothing."""
    assert told((0.0, -4.0), (0.0, -48.0), columns=5).word == "tilt_down"
    assert told((0.0, -2.0), (0.0, -48.0), columns=7) is None
    assert told((0.0, 0.0), (0.0, -48.0), columns=7) is None
    assert told((0.0, -4.0), (0.0, -48.0), columns=4) is None


def test_a_near_half_that_drifts_is_a_rest():
    """Water and clouds drift before a still camera."""
    assert told((0.0, 0.0), (12.0, 0.0)) is None
    assert told((0.0, 0.0), (0.0, 0.0)) is None


def test_a_subject_that_crosses_the_near_half_does_not_hide_its_slide():
    """All of the near half goes up by 40 pixels, and half of it 60 to the right as well: the camera tilts down."""
    column = np.arange(ROWS * COLUMNS) % COLUMNS
    near = np.stack([np.where(column < 8, 60.0, -4.0), np.full(ROWS * COLUMNS, -40.0)], axis=1)
    assert told((0.0, -4.0), near).word == "tilt_down"


def test_where_nothing_near_stands_no_camera_is_called_still():
    """Blocks that all go 40 pixels, each its own way, are no rest; where a tenth of them stands they may be a crowd's."""
    angle = np.arange(ROWS * COLUMNS) * 2.4
    near = 40.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert told((0.0, 0.0), near).word == "unsure"
    near[::10] = 0.0
    assert told((0.0, 0.0), near) is None
