import av
import numpy as np
import pytest

from kit.metrics.native import FEW, LARGE, MOST, TILE, Sampler, corners, lattice, tiles
from kit.metrics.sharpness import detail_variance

SIZES = [(1, 1), (5, 300), (63, 2000), (64, 64), (144, 256), (288, 512), (360, 640), (720, 1280), (1080, 1920),
         (1920, 1080), (2160, 3840)]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("largest", "most"), [(TILE, MOST), (LARGE, FEW)])
def test_tiles_lie_inside_and_are_few(size, largest, most):
    """In any size there are tiles of one size and not too many, none of which leaves the picture or repeats another."""
    edge = min(largest, *size)
    tops, lefts = corners(*size, edge, most)
    assert 1 <= len(tops) * len(lefts) <= most
    assert max(tops) + edge <= size[0]
    assert max(lefts) + edge <= size[1]
    assert len(set(tops)) == len(tops)
    assert len(set(lefts)) == len(lefts)
    if edge == largest:
        assert all(corner % 16 == 0 for corner in tops + lefts)


def test_tiles_cover_a_small_picture():
    """Of 256 x 256 every pixel is in one tile."""
    picture = np.random.default_rng(0).integers(0, 256, (256, 256), dtype=np.uint8)
    found = tiles(picture)
    assert found.shape == (64, 32, 32)
    assert np.array_equal(np.sort(found.ravel()), np.sort(picture.ravel()))


def test_samples_do_not_depend_on_the_frame_rate():
    """Two seconds give eight samples at 24 and at 60 frames a second, and one for each frame at 2 a second."""
    for fps, expected in ((24, 8), (60, 8), (2, 4)):
        sampler = Sampler()
        assert sum(sampler.due(i / fps) for i in range(2 * fps)) == expected


@pytest.mark.parametrize("size", SIZES)
def test_a_lattice_is_odd_and_has_about_as_many_points(size):
    """The distance is odd, and at most four times as many points are taken as were asked for."""
    step = lattice(*size, 16_384)
    assert step % 2 == 1
    assert -(-size[0] // step) * -(-size[1] // step) <= 4 * 16_384


def variance(pictures):
    """The definition: variance of the Laplacian over all inner pixels of (..., h, w)."""
    p = pictures.astype(float)
    return (
        p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:] - 4 * p[..., 1:-1, 1:-1]
    ).var()


@pytest.mark.clips
@pytest.mark.parametrize(
    "name",
    [
        "showdown_t2v/hummingbird__kling_1_6.mp4",
        "videoalign/videoalign_1__A.mp4",
        "videoalign/videoalign_1__B.mp4",
    ],
)
def test_points_and_tiles_stand_for_the_whole_frame(clips_dir, name):
    """On frames of real HD clips, points give the whole frame's variance of the Laplacian to 10 %, tiles to 35 %."""
    with av.open(str(clips_dir / name)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 24 == 0 and index < 100:
                luma = frame.to_ndarray()[: frame.height]
                whole = variance(luma)
                assert detail_variance(luma) == pytest.approx(whole, rel=0.1)
                assert variance(tiles(luma)) == pytest.approx(whole, rel=0.35)
