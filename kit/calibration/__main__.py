"""Calibrates the metrics and writes what was found: `python -m kit.calibration --clips FOLDER`."""

import argparse
import datetime as dt
import sys
from pathlib import Path

from kit.calibration import report
from kit.calibration.camera import calibrate_camera
from kit.calibration.run import calibrate
from kit.errors import BadParameter
from kit.metrics import findings


def main() -> None:
    """Run the whole calibration; takes about ten minutes on two cores."""
    parser = argparse.ArgumentParser(prog="python -m kit.calibration", description=__doc__)
    parser.add_argument("--clips", type=Path, help="folder of real clips")
    parser.add_argument("--rendered", type=int, default=5, help="clips of the sandbox")
    parser.add_argument("--real", type=int, default=9, help="clips of the folder, at most")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tables (CSV)")
    parser.add_argument("--keep", action="store_true", help="write the sentences beside the metrics")
    parser.add_argument(
        "--camera", type=int, metavar="N",
        help="in place of damages film every N-th known camera move, over both sets of pictures (6: half an hour)",
    )  # fmt: skip
    given = parser.parse_args()
    if given.clips is not None and not given.clips.is_dir():
        parser.error(f"there is no folder {given.clips}; leave --clips out to go without real clips")
    if given.camera is not None and given.camera < 1:
        parser.error(f"--camera {given.camera} films nothing; expected 1 (every move) or more")
    target = Path(findings.__file__).with_name(findings.FILE) if given.keep else given.out / findings.FILE
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()

    def say(text: str) -> None:
        sys.stderr.write(text + "\n")

    if given.camera:
        tuned, others = (
            calibrate_camera(
                given.clips, every=given.camera, held_out=held_out, progress=lambda done: say(f"{done} films")
            )
            for held_out in (False, True)
        )
        tuned.save(given.out / "tuned")
        others.save(given.out / "held-out")
        command = f"python -m kit.calibration --clips CLIPS --camera {given.camera}"
        report.write_moves(
            target, report.moves_sentence(tuned.found, others.found), date=today, command=command
        )
        return
    try:
        found = calibrate(given.clips, rendered=given.rendered, real=given.real, progress=say)
    except BadParameter as error:
        parser.error(str(error))
    found.save(given.out)
    command = f"python -m kit.calibration --clips CLIPS --rendered {given.rendered} --real {given.real}"
    report.write_findings(target, found.sentences, date=today, command=command, clips=found.clips)
    for row in report.below(found.damaged).itertuples():
        say(f"{row.metric} follows {row.kind} at {row.mean:.3f} only")


if __name__ == "__main__":
    main()
