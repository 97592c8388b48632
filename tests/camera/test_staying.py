"""A subject that stays in place gives away a camera that goes along with it, and a ground that turns one that goes round it."""

import numpy as np
import pytest

from kit.camera.background import Blocks
from kit.camera.depth import deepened
from kit.camera.segments import Segment
from kit.camera.sliding import row_slide, span_of
from kit.camera.staying import in_place, same_size

WIDE, HIGH, COLUMNS, ROWS, PAIRS = 320, 180, 14, 8, 24
ROW, COLUMN = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
# From the middle of the picture, in pixels.
X, Y = (COLUMN + 0.5) * WIDE / COLUMNS - WIDE / 2, (ROW + 0.5) * HIGH / ROWS - HIGH / 2
GROWTH = 0.3


def blocks(moved, share=(1 / PAIRS,) * PAIRS):
    """A second in which each block goes what `moved` (112, 2) says, `share` of it in each pair, all of them clear."""
    grid = np.stack([X + (WIDE - 1) / 2, Y + (HIGH - 1) / 2], axis=1)
    return Blocks(
        grid.astype(np.float32),
        (np.asarray(moved) * np.asarray(share)[:, None, None]).astype(np.float32),
        np.full((PAIRS, ROWS * COLUMNS), 0.9, np.float32),
        (np.arange(PAIRS) + 1) / PAIRS,
        (WIDE, HIGH),
    )


def span(moved):
    """The sums over that second."""
    found = span_of(Segment("static", 0.0, 1.0), blocks(moved), np.ones(PAIRS, bool))
    assert found is not None
    return found


def sideways(x):
    """Displacements (112, 2) that go `x` (112,) pixels to the right."""
    return np.stack([np.broadcast_to(x, X.shape), np.zeros_like(X)], axis=1)


def at(*places):
    """Numbers of the blocks in these (row, column)."""
    return [row * COLUMNS + column for row, column in places]


def subject(moved):
    """Blocks that stay in place before what the rest of their rows slides."""
    found = span(moved)
    return np.flatnonzero(in_place(found, row_slide(found))).tolist()


def test_a_slim_figure_stays_in_place():
    """Two blocks, one above the other, that go 6 of the 60 pixels which all others of their rows go."""
    moved = sideways(-60.0)
    figure = at((5, 5), (6, 5))
    moved[figure] /= 10
    assert subject(moved) == figure


@pytest.mark.parametrize(
    "still",
    [at((5, 5)), at((5, 3), (6, 9)), at((1, 5), (2, 5)), at((5, 0), (6, 0))],
    ids=["one block", "apart", "far away", "at the side"],
)
def test_what_is_no_figure(still):
    """One block, two that don't touch, and two above the middle or at the frame's side are nobody who is followed."""
    moved = sideways(-60.0)
    moved[still] = 0.0
    assert subject(moved) == []


def test_a_slim_figure_needs_a_plain_row():
    """Where half of a row slides 60 pixels and half 36, two blocks that stand still may be a third distance."""
    moved = sideways(np.where(COLUMN % 2 == 0, -60.0, -36.0))
    moved[at((5, 5), (6, 5))] = 0.0
    assert subject(moved) == []


def growing():
    """Displacements (112, 2) of a picture that grows about its middle."""
    return GROWTH * np.stack([X, Y], axis=1)


def test_a_subject_keeps_its_size_while_the_street_grows():
    """Two columns below the middle that don't grow are a subject, though they sway by 3 pixels."""
    moved = growing()
    walker = at((5, 6), (5, 7), (6, 6), (6, 7), (7, 6), (7, 7))
    moved[walker] = [3.0, 0.0]
    assert np.flatnonzero(same_size(span(moved), GROWTH)).tolist() == walker


def test_the_far_end_of_a_street_is_no_subject():
    """Whole rows that don't grow below the middle are far away; so is what doesn't grow above it."""
    moved = growing()
    moved[(ROW == 4) | (ROW == 5)] = 0.0
    moved[(ROW < 4) & (np.abs(X) < 60)] = 0.0
    assert not same_size(span(moved), GROWTH).any()


def deep(moved, segment):
    """The segments that the one given becomes."""
    return deepened([segment], blocks(moved), np.ones(PAIRS, bool))


def test_a_walk_behind_somebody_is_a_track():
    """A zoom in behind a subject that keeps its size is the camera's travel with it."""
    moved = growing()
    moved[at((5, 6), (5, 7), (6, 6), (6, 7))] = 0.0
    zoom = Segment("zoom_in", 0.0, 1.0, float(np.exp(GROWTH)), "x", 0.9, size=0.1)
    (track,) = deep(moved, zoom)
    assert (track.word, track.direction) == ("track", "in")
    (still,) = deep(growing(), zoom)
    assert still == zoom


PAN = Segment("pan_left", 0.0, 1.0, 0.15, "widths", 0.9, size=0.15)


def test_a_ground_that_turns_below_its_rim_is_an_orbit():
    """All that is far slides 48 pixels; from the rim on the ground slides less, and 12 the other way at the lower edge."""
    rim, edge = 0.1 * HIGH, 0.5 * HIGH
    moved = sideways(48 - 60 * np.clip((Y - rim) / (edge - rim), 0, None))
    (orbit,) = deep(moved, PAN)
    assert (orbit.word, orbit.direction) == ("orbit", "right")


def test_an_orbit_needs_both_halves_of_the_picture():
    """The same where little but the ground has texture: its far part is not seen, so it stays what it was."""
    rim, edge = 0.1 * HIGH, 0.5 * HIGH
    told = blocks(sideways(48 - 60 * np.clip((Y - rim) / (edge - rim), 0, None)))
    told.confidence[:, (Y < 0) & (COLUMN != 7)] = 0.0
    assert deepened([PAN], told, np.ones(PAIRS, bool)) == (PAN,)


def test_a_pan_past_things_at_all_distances_stays_a_pan():
    """What is near slides further the same way."""
    (pan,) = deep(sideways(48 + 60 * np.clip(Y / HIGH + 0.2, 0, None)), PAN)
    assert pan == PAN


ROUND = sideways(-0.6 * Y)  # the upper edge goes 54 pixels to the right, the lower edge as far to the left


def test_an_orbit_is_seen_on_both_sides_of_the_picture():
    """Where five columns of the right half stand still, what bends the others is a thing."""
    (orbit,) = deep(ROUND, PAN)
    assert orbit.word == "orbit"
    one_side = ROUND.copy()
    one_side[COLUMN > 8] = 0.0
    assert deep(one_side, PAN) == (PAN,)


def test_an_orbit_goes_on_all_the_time():
    """What bends the picture in its last third only, or there and back, is a thing that crossed it."""
    third = np.repeat([0.0, 0.0, 1.0], PAIRS // 3) / (PAIRS // 3)
    back = np.repeat([1.0, 1.0, -1.0], PAIRS // 3) / (PAIRS // 3)
    for share in (third, back):
        assert deepened([PAN], blocks(ROUND, share), np.ones(PAIRS, bool)) == (PAN,)


def test_a_rest_after_an_orbit_is_part_of_it_where_the_picture_goes_on_bending():
    """A similarity calls a slide to the right above and to the left below still; a short one shows by what came before."""
    pan, rest = (
        Segment("pan_left", 0.0, 0.7, 0.1, "widths", 0.9, size=0.1),
        Segment("static", 0.7, 1.0, confidence=0.9),
    )
    (orbit,) = deepened([pan, rest], blocks(ROUND), np.ones(PAIRS, bool))
    assert (orbit.word, orbit.start, orbit.end) == ("orbit", 0.0, 1.0)
    assert orbit.amount == pytest.approx(0.6 * 0.8 * HIGH / WIDE, rel=0.1)
    at_rest = np.where(np.arange(PAIRS) < 17, 1 / 17, 0.0)
    found = deepened([pan, rest], blocks(ROUND, at_rest), np.ones(PAIRS, bool))
    assert [segment.word for segment in found] == ["orbit", "static"]


def test_a_picture_that_hardly_slides_shows_nobody_who_does_not():
    """Four blocks that stand before rows sliding 16 pixels are somebody, if the picture as a whole slides as far."""
    moved = sideways(16.0)
    moved[at((5, 6), (5, 7), (6, 6), (6, 7))] = 0.0
    (track,) = deep(moved, Segment("pan_left", 0.0, 1.0, 16 / WIDE, "widths", 0.9, size=16 / WIDE))
    assert track.word == "track"
    slight = Segment("pan_left", 0.0, 1.0, 9 / WIDE, "widths", 0.9, size=9 / WIDE)
    assert deep(moved, slight) == (slight,)
