import av
import numpy as np
import pytest

from kit.calibration.damage import smooth
from kit.metrics.native import FEW, LARGE, tiles
from kit.metrics.spectrum import Spectrum, share

# Real clips whose pictures, halved by area, are sharp in every pixel.
SHARP = ["showdown_t2v/hummingbird__kling_1_6.mp4", "showdown_t2v/hummingbird__wan_2_1.mp4",
         "videoalign/videoalign_1__B.mp4"]  # fmt: skip


def supported(picture):
    """The share of a picture's size that its detail supports."""
    spectrum = Spectrum()
    spectrum.add(tiles(np.ascontiguousarray(picture), LARGE, FEW))
    return share(spectrum.half())


@pytest.fixture(scope="module")
def sharp(clips_dir):
    """One halved frame of each of the clips."""
    found = []
    for name in SHARP:
        with av.open(str(clips_dir / name)) as container:
            frame = next(f for i, f in enumerate(container.decode(video=0)) if i == 8)
        found.append(
            frame.reformat(frame.width // 4 * 2, frame.height // 4 * 2, format="gray", interpolation="AREA")
        )
    return found


@pytest.mark.clips
@pytest.mark.parametrize("kernel", ["BILINEAR", "BICUBIC", "LANCZOS"])
@pytest.mark.parametrize("factor", [1.25, 1.5, 2.0, 3.0, 4.0])
def test_an_enlarged_picture_is_recognised(sharp, kernel, factor):
    """Real pictures enlarged by a known factor support 1 / factor of their size, to 15 %; bilinear loses up to 20 %."""
    within = 0.2 if kernel == "BILINEAR" else 0.15
    for frame in sharp:
        size = (int(frame.width * factor) // 2 * 2, int(frame.height * factor) // 2 * 2)
        large = frame.reformat(*size, interpolation=kernel).to_ndarray()
        assert supported(large) == pytest.approx(1 / factor, rel=within)


@pytest.mark.clips
def test_a_sharp_picture_supports_its_own_size(sharp):
    """The same pictures before they are enlarged are found to hold detail for their own size."""
    for frame in sharp:
        assert supported(frame.to_ndarray()) > 0.95


def discs(size=256, *, sigma=0.0, seed=0):
    """A heap of discs of many grays and sizes, drawn four times as large and averaged down, then softened."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0 : 4 * size, 0 : 4 * size].astype(np.float32)
    picture = np.full((4 * size, 4 * size), 120, np.float32)
    for _ in range(60):
        (cx, cy), r = random.uniform(0, 4 * size, 2), random.uniform(0.1, 0.6) * size
        picture[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = random.uniform(30, 225)
    small = np.rint(picture.reshape(size, 4, size, 4).mean(axis=(1, 3))).astype(np.uint8)
    return smooth(small, sigma) if sigma else small


def test_softer_edges_support_less():
    """The softer a drawn picture is made, the smaller the size that holds it; the sharp one holds all of its own."""
    found = [supported(discs(sigma=sigma)) for sigma in (0.0, 0.7, 1.2, 2.0, 3.5)]
    assert found[0] > 0.95
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.3


def test_noise_does_not_make_a_soft_picture_fine():
    """Grain of four codes over a soft picture changes the answer by less than a tenth of the size."""
    soft = discs(sigma=1.5)
    grain = np.random.default_rng(1).normal(0, 4, soft.shape)
    noisy = np.clip(soft + grain, 0, 255).astype(np.uint8)
    assert supported(noisy) == pytest.approx(supported(soft), abs=0.1)


def test_the_metric_says_what_it_found(film):
    """A soft clip says which size would do, a flat one that nothing can be told."""
    found = film([discs(sigma=2.5)] * 6, metrics=["effective_resolution", "nominal_size"])
    assert found["nominal_size"].value == 256
    assert found["effective_resolution"].value < 128
    assert "as if enlarged" in found["effective_resolution"].text
    flat = film([np.full((256, 256), 90, np.uint8)] * 6, metrics=["effective_resolution"])[
        "effective_resolution"
    ]
    assert np.isnan(flat.value)
    assert "too little detail" in flat.text


def test_sharpness_lost_for_a_moment_has_its_time(film, texture):
    """A clip of three seconds whose middle second is blurred: the variation is large and the second is named."""
    rng = np.random.default_rng(0)
    sharp = np.clip(texture(128, 128) + rng.normal(0, 12, (128, 128)), 0, 255).astype(np.uint8)
    soft = sharp.astype(float)
    for _ in range(4):
        soft = (soft + np.roll(soft, 1, 0) + np.roll(soft, 1, 1) + np.roll(soft, (1, 1), (0, 1))) / 4
    pictures = [sharp] * 36 + [soft.astype(np.uint8)] * 12 + [sharp] * 36
    found = film(pictures, metrics=["sharpness_variation"])["sharpness_variation"]
    ((start, end),) = found.events
    assert start == pytest.approx(1.5, abs=0.3)
    assert end == pytest.approx(2.0, abs=0.3)
    assert film([sharp] * 48, metrics=["sharpness_variation"])["sharpness_variation"].value == 0


def test_motion_that_costs_detail_is_seen(film, texture):
    """A second at rest, then a pan whose frames are smeared: detail in motion is less than at rest."""
    scene = np.clip(texture(128, 400) + np.random.default_rng(0).normal(0, 12, (128, 400)), 0, 255)

    def view(dx):
        return scene[:, dx : dx + 160]

    rest = [view(0).astype(np.uint8)] * 24
    smear = [np.mean([view(4 * i + k) for k in range(5)], axis=0).astype(np.uint8) for i in range(24)]
    found = film(rest + smear, metrics=["sharpness_in_motion"])["sharpness_in_motion"]
    assert found.value < 0.9
    assert "moving frames against" in found.text
    still = film(rest, metrics=["sharpness_in_motion"])["sharpness_in_motion"]
    assert np.isnan(still.value)
