"""How another package adds a metric: the whole of such a package, installed the way pip leaves it, and used.

A package needs two things: a `Metric` somewhere in its code, and a line in its metadata that names it. In a
pyproject.toml that line is

    [project.entry-points."kit.metrics"]
    darkness = "kit_darkness:DARKNESS"
"""

import os
import subprocess
import sys
from pathlib import Path

CODE = '''
from kit.metrics import Look, Metric, Reading


class Darkest:
    """Remembers the darkest frame; one watcher is made for each clip."""

    def __init__(self, facts):
        self.series = []

    def see(self, look: Look) -> None:
        # look.frame.gray is a small gray picture, look.frame.luma the brightness plane at full size; look.flow,
        # look.tiles and others are worked out when asked for, once for all metrics.
        self.series.append((look.seconds, float(look.frame.gray.mean())))

    def result(self, end: float) -> Reading:
        seconds, value = min(self.series, key=lambda pair: pair[1])
        return Reading(value, f"at {seconds:.2f} s", events=[(seconds, seconds)], series=self.series)


DARKNESS = Metric(
    name="darkest_frame",
    version=1,
    unit="grey levels",
    dimension="video_realism",
    better=None,
    label="Darkest frame",
    meaning="Mean brightness of the darkest frame.",
    not_meaning="Not a fault: night is dark.",
    source="An example.",
    watcher=Darkest,
    calibration="Not calibrated.",
)
'''
USE = """
import sys
from kit.measure import measure_clip
from kit.metrics import registry
metric = registry()["darkest_frame"]
assert list(registry())[-1] == "darkest_frame"
(found,) = measure_clip(sys.argv[1], ["darkest_frame"]).measurements
print(metric.label, metric.calibration, found.unit, len(found.series), found.text, sep="|")
"""


def test_an_installed_package_adds_a_metric(tmp_path, make_clip):
    """A package with one module and one entry point is found by a fresh interpreter and measures a clip."""
    (tmp_path / "kit_darkness.py").write_text(CODE)
    metadata = tmp_path / "kit_darkness-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kit-darkness\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[kit.metrics]\ndarkness = kit_darkness:DARKNESS\n")
    clip = make_clip(tmp_path / "clip.mp4", frames=6)
    kit = Path(sys.modules["kit"].__file__).parent.parent
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(kit)])}
    done = subprocess.run(
        [sys.executable, "-c", USE, str(clip)], env=env, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    label, calibration, unit, frames, text = done.stdout.strip().split("|")
    assert (label, calibration, unit, frames) == ("Darkest frame", "Not calibrated.", "grey levels", "6")
    assert text.startswith("at ")
