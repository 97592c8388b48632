"""What keeps the camera metric honest: shake that is no move, things that are no parallax, and motions that compete."""

from dataclasses import replace

import numpy as np
import pytest

from kit.camera.background import Blocks
from kit.camera.contest import contested, doubted, unpulled
from kit.camera.depth import deepened
from kit.camera.estimate import STILL, PairMotion, Similarity, about_middle, fit, holds
from kit.camera.path import Step, path
from kit.camera.segments import Segment
from kit.camera.sliding import row_slide, span_of
from kit.camera.staying import in_place
from kit.metrics.flow import Flow

WIDE, HIGH, COLUMNS, ROWS, PAIRS = 320, 180, 14, 8, 24


def grid():
    """Block centres (112, 2) of a 320x180 picture."""
    x = (np.arange(COLUMNS) + 0.5) * WIDE / COLUMNS - 0.5
    y = (np.arange(ROWS) + 0.5) * HIGH / ROWS - 0.5
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)


def blocks(moved):
    """A second of pairs in which every block does what `moved` (T, 112, 2) says, all of them clear."""
    return Blocks(
        grid(),
        np.asarray(moved, np.float32),
        np.full((PAIRS, ROWS * COLUMNS), 0.9, np.float32),
        (np.arange(PAIRS) + 1) / PAIRS,
        (WIDE, HIGH),
    )


def seen(moved, confidence):
    """The flow of one pair in which each block goes what `moved` (112, 2) says."""
    none = np.zeros(len(moved), np.float32)
    return Flow(
        grid(), moved, confidence, none, none, none, none, none, mismatch=0.0, width=WIDE, height=HIGH
    )


def everywhere(dx, dy=0.0):
    """The same displacement of all blocks in all pairs (T, 112, 2)."""
    return np.tile(np.array([dx, dy]), (PAIRS, ROWS * COLUMNS, 1)).astype(float)


def slid(moved):
    """The span of a pan over all pairs, and what its rows slide (112, 2)."""
    span = span_of(Segment("pan_right", 0.0, 1.0), blocks(moved), np.ones(PAIRS, bool))
    assert span is not None
    return span, row_slide(span)


@pytest.mark.parametrize("seed", range(8))
def test_a_shaking_camera_stays_where_it_is(seed):
    """Places that tremble by 2 pixels lead nowhere: the path ends where the last frame is, no pair being a misfit."""
    places = np.random.default_rng(seed).normal(0, 2.0, (49, 2))
    steps = [
        Step(
            k / 24,
            (k + 1) / 24,
            PairMotion(Similarity(dx / WIDE, dy / HIGH, 1.0, 0.0), 1.0, 1.0, 0.1, tells=True),
            held=False,
            usable=True,
        )
        for k, (dx, dy) in enumerate(np.diff(places, axis=0))
    ]
    line = path(steps, WIDE, HIGH)
    assert line.known.all()
    assert line.places[-1, :2] * WIDE == pytest.approx(places[-1] - places[0], abs=1e-6)


def test_one_misfit_beside_a_steady_pan_is_left_out():
    """A pair that jumps by 40 pixels between pairs that go 2 is filled from them."""
    shifts = np.full(24, 2.0)
    shifts[12] = -40.0
    steps = [
        Step(
            k / 24,
            (k + 1) / 24,
            PairMotion(Similarity(dx / WIDE, 0.0, 1.0, 0.0), 1.0, 1.0, 0.1, tells=True),
            held=False,
            usable=True,
        )
        for k, dx in enumerate(shifts)
    ]
    assert path(steps, WIDE, HIGH).places[-1, 0] * WIDE == pytest.approx(48.0)


def test_a_subject_before_a_sliding_background_stays_in_place():
    """Six blocks that stand still in the lower middle, while all others slide 72 pixels, are a subject."""
    moved = everywhere(-3.0)
    still = [row * COLUMNS + column for row in (4, 5, 6) for column in (6, 7)]
    moved[:, still] = 0.0
    span, around = slid(moved)
    assert around[:, 0] == pytest.approx(-72.0)
    assert np.flatnonzero(in_place(span, around)).tolist() == still


def test_a_thing_over_half_of_a_row_is_no_background_that_slides():
    """A camera that pans by 5 pixels behind a wide thing that goes 48 stands still behind nobody."""
    moved = everywhere(-0.2)
    rows = np.arange(ROWS * COLUMNS) // COLUMNS
    columns = np.arange(ROWS * COLUMNS) % COLUMNS
    moved[:, (rows >= 3) & (columns >= 3) & (columns <= 10)] = [-2.0, 0.0]
    span, around = slid(moved)
    assert not in_place(span, around).any()


def test_a_thing_that_crosses_a_row_for_a_while_is_no_background_either():
    """A whole row that slides in the first third of the time only has no slide of its own."""
    moved = everywhere(0.0)
    moved[: PAIRS // 3, 4 * COLUMNS : 5 * COLUMNS] = [6.0, 0.0]
    _, around = slid(moved)
    assert not around.any()


def test_the_camera_is_what_moves_all_over_the_frame():
    """A thing with twice as many blocks that tell, and each of them more, but all in one place, is not the camera."""
    x, y = grid().T
    inside = (np.abs(x - WIDE / 2) < 75) & (np.abs(y - HIGH / 2) < 50)
    outside = np.flatnonzero(~inside)[::8]
    moved = np.zeros((len(x), 2), np.float32)
    moved[inside] = [5.0, 2.0]
    moved[outside] = [-2.0, 0.0]
    confidence = np.zeros(len(x), np.float32)
    confidence[inside], confidence[outside] = 1.0, 0.5
    assert np.count_nonzero(inside) >= 2 * len(outside)
    pair = fit(seen(moved, confidence))
    assert pair.motion.dx * WIDE == pytest.approx(-2.0, abs=0.05)
    assert pair.motion.dy * HIGH == pytest.approx(0.0, abs=0.05)


def test_what_holds_the_frame():
    """Half of the blocks hold a half where they lie everywhere, a quarter where they fill one half, nothing in one column."""
    p = about_middle(grid(), (WIDE, HIGH))
    w = np.ones(len(p))
    everywhere_else = (np.arange(len(p)) % COLUMNS + np.arange(len(p)) // COLUMNS) % 2 == 0
    assert holds(everywhere_else, p, w, (WIDE, HIGH)) == pytest.approx(0.5, rel=0.05)
    assert holds(p[:, 0] < 0, p, w, (WIDE, HIGH)) == pytest.approx(0.25, rel=0.05)
    assert holds(np.arange(len(p)) % COLUMNS == 3, p, w, (WIDE, HIGH)) == pytest.approx(0.0, abs=1e-9)
    assert holds(np.zeros(len(p), bool), p, w, (WIDE, HIGH)) == 0.0


def rivals(width):
    """Pairs in which the camera stands and the `width` columns on the left slide by 4 pixels."""
    thing = np.arange(ROWS * COLUMNS) % COLUMNS < width
    moved = everywhere(0.0)
    moved[:, thing] = [4.0, 0.0]
    pair = PairMotion(STILL, float(1 - thing.mean()), 1.0, 0.1, tells=True)
    return contested([pair] * PAIRS, blocks(moved), np.ones(PAIRS, bool))


def test_a_motion_over_half_of_the_picture_rivals_the_other():
    """Half of the picture going its own way is a rival; a seventh is none."""
    assert all(rivalled for _, rivalled in rivals(7))
    assert not any(rivalled for _, rivalled in rivals(2))


def test_contested_moves_beside_each_other_are_unsure():
    """Two moves at once that are both contested are one `unsure`; one steady move, a track and an orbit stay."""
    votes = [(k / 10, True) for k in range(1, 11)]
    pan, tilt = Segment("pan_left", 0.0, 1.0, size=0.1), Segment("tilt_up", 0.2, 0.8, size=0.1)
    assert [s.word for s in doubted([pan, tilt], votes)] == ["unsure"]
    assert doubted([pan], votes) == (pan,)
    assert doubted([pan, tilt], [(at, False) for at, _ in votes]) == (pan, tilt)
    track = Segment("track", 0.0, 1.0, direction="left", size=0.1)
    assert [s.word for s in doubted([track, tilt], votes)] == ["track", "unsure"]


def test_a_lesser_move_beside_another_needs_two_thirds_of_the_picture():
    """Half of the picture agreeing tells the larger of two moves at a time; most of it tells both."""
    zoom = Segment("zoom_in", 0.0, 2.0, 1.5, "x", 0.5, size=0.11)
    tilt = Segment("tilt_up", 0.0, 1.0, 0.08, "heights", 0.5, size=0.045)
    assert unpulled([zoom, tilt]) == (zoom,)
    both = (
        Segment("zoom_in", 0.0, 2.0, 1.5, "x", 0.8, size=0.11),
        Segment("tilt_up", 0.0, 1.0, 0.08, "heights", 0.8, size=0.045),
    )
    assert unpulled(both) == both
    # As large as the other, after it, or told by depth: it is kept.
    for other in (
        Segment("tilt_up", 0.0, 1.0, 0.16, "heights", 0.5, size=0.09),
        Segment("tilt_up", 2.0, 3.0, 0.08, "heights", 0.5, size=0.045),
        Segment("track", 0.0, 1.0, 0.04, "widths", 0.5, "left", size=0.045),
    ):
        assert set(unpulled([zoom, other])) == {zoom, other}


def test_what_outlasts_the_larger_move_is_unsure():
    """A lesser move that goes on for half a second after the larger one leaves that time unsure."""
    pan = Segment("pan_left", 0.0, 1.0, 0.3, "widths", 0.5, size=0.3)
    tilt = Segment("tilt_up", 0.0, 1.5, 0.08, "heights", 0.5, size=0.045)
    assert unpulled([pan, tilt]) == (pan, Segment("unsure", 1.0, 1.5))


def test_ground_of_which_no_row_is_seen_well_shows_no_depth():
    """Two blocks of each row below the middle bend away, but rows are seen above it only: the pan stays a pan."""
    moved = everywhere(-3.0)
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    low = row >= ROWS // 2
    moved[:, low, 0] += 0.1 * (grid()[low, 1] - (HIGH - 1) / 2)
    sides = (column == 4) | (column == 9)
    seen_well = np.where(~low | sides, 0.9, 0.0).astype(np.float32)
    ground = replace(blocks(moved), confidence=np.tile(seen_well, (PAIRS, 1)))
    pan = Segment("pan_right", 0.0, 1.0, 0.2, "widths", 1.0, size=0.2)
    assert [s.word for s in deepened([pan], ground, np.ones(PAIRS, bool))] == ["pan_right"]
