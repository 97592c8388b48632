"""What is installed, which keys are there, what providers and the browser answer, and what to do about each fault."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import kit
from kit.errors import KitError
from kit.providers import NAMES, open_provider, present

Mark = Literal["ok", "note", "fault"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC_BROWSERS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FORMS = {
    "H.264 in MP4": 'video/mp4; codecs="avc1.640028"',
    "VP9 in WebM": 'video/webm; codecs="vp9"',
    "AV1 in MP4": 'video/mp4; codecs="av01.0.08M.08"',
    "HEVC in MP4": 'video/mp4; codecs="hvc1.1.6.L93.B0"',
}
_LITTLE_DISK = 2 * 10**9


@dataclass(frozen=True)
class Check:
    """One thing looked at: what it is, whether it is in order, what was found, and what to do where it is not."""

    name: str
    mark: Mark
    found: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.mark:<5}  {self.name}: {self.found}"
        return f"{line}\n       {self.advice}" if self.advice else line


def examine(study: str | None = None, *, environ: dict[str, str] | None = None) -> list[Check]:
    """Every check, none of which costs anything. Keys are only ever named, never shown."""
    environ = dict(os.environ) if environ is None else environ
    checks = [_python(), *_packages(), _encoder(), _kernel(), _disk(), browser(environ)]
    checks += [_key(name, source) for name, source in _keys(environ).items()]
    checks += asyncio.run(_providers(environ))
    return [*checks, *(_study(study) if study else ())]


def _python() -> Check:
    found = f"{sys.version.split()[0]}, kit {kit.__version__}"
    return Check("python", "ok" if sys.version_info >= (3, 11) else "fault", found)


def _packages() -> Iterable[Check]:
    """A check for each dependency that is missing, and one that lists the versions of those that are there."""
    there, missing = [], []
    for line in requires("t2v-eval-kit") or ():
        name = re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0]
        if "extra ==" in line:
            continue
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Check("packages", "ok", ", ".join(there))
    for name in missing:
        yield Check(name, "fault", "not installed", f"pip install {name}")
    for name, extra, purpose in (("psycopg", "postgres", "studies on PostgreSQL"), ("keyring", "keyring", "keys from the system's keyring"), ("jupyterlab", "lab", "the notebooks")):  # fmt: skip
        if find_spec(name) is None:
            yield Check(
                name, "note", f"not installed; needed for {purpose}", f"pip install 't2v-eval-kit[{extra}]'"
            )


def _encoder() -> Check:
    import av

    if "libx264" in av.codecs_available:
        return Check("video", "ok", f"PyAV {av.__version__} with the H.264 encoder")
    return Check(
        "video",
        "fault",
        f"PyAV {av.__version__} without libx264",
        "install PyAV from its wheel: pip install --force-reinstall av",
    )


def _kernel() -> Check:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Check(
            "kernel",
            "fault",
            "no kernel named python3",
            "python -m ipykernel install --sys-prefix --name python3",
        )
    program = Path(spec.argv[0])
    if program.is_absolute() and program.resolve() != Path(sys.executable).resolve():
        advice = "reports run in that Python, so the kit must be installed there too; or: python -m ipykernel install --sys-prefix --name python3"
        return Check("kernel", "note", f"python3 runs {program}", advice)
    return Check("kernel", "ok", "python3 runs this Python")


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free
    if free < _LITTLE_DISK:
        return Check(
            "disk",
            "fault",
            f"{free / 1e9:.1f} GB free here",
            "make room: clips of a study can take gigabytes",
        )
    return Check("disk", "ok", f"{free / 1e9:.0f} GB free here")


def find_browser(environ: Mapping[str, str]) -> str | None:
    """The program that KIT_CHROMIUM names, else the first Chromium or Chrome of this machine, else None."""
    named = environ.get("KIT_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    return named or next((path for path in _MAC_BROWSERS if Path(path).exists()), None)


def browser(environ: Mapping[str, str]) -> Check:
    """Which clips the browser at hand says it can play."""
    program = find_browser(environ)
    if program is None:
        return Check(
            "browser",
            "note",
            "no Chromium or Chrome found",
            "any browser of this decade opens a report; name one for this check in KIT_CHROMIUM",
        )
    try:
        answers = _ask_browser(program)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Check(
            "browser",
            "note",
            f"{program} did not answer ({type(error).__name__})",
            "start it by hand and open a report",
        )
    plays = [name for name, answer in answers.items() if answer]
    lacks = [name for name in answers if name not in plays]
    found = f"{program} plays {', '.join(plays) or 'none of the usual forms'}"
    if "H.264 in MP4" in lacks:
        return Check("browser", "fault", found, "most models deliver H.264; use a browser that plays it")
    return Check("browser", "ok", found + (f"; not {', '.join(lacks)}" if lacks else ""))


def _ask_browser(program: str) -> dict[str, bool]:
    script = "const v = document.createElement('video'), r = {};"
    script += f"for (const [n, t] of Object.entries({json.dumps(_FORMS)})) r[n] = !!v.canPlayType(t);"
    script += "document.body.textContent = '@@' + JSON.stringify(r) + '@@';"
    with tempfile.TemporaryDirectory(prefix="kit-doctor-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(f"<!doctype html><body><script>{script}</script></body>", encoding="utf-8")
        flags = [
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ]
        flags += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [program, *flags, f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    found = re.search(r"@@(.*?)@@", run.stdout)
    if found is None:
        raise ValueError("no answer in the page")
    answers: dict[str, bool] = json.loads(found.group(1))
    return answers


def _keys(environ: dict[str, str]) -> dict[str, str | None]:
    there = present(environ)
    return {name: there.get(name) for name in NAMES if name != "sandbox"}


def _key(name: str, source: str | None) -> Check:
    if source is None:
        return Check(
            f"key of {name}",
            "note",
            "none found",
            f"only needed to film through {name}; see: python -m pydoc kit.providers.keys",
        )
    return Check(f"key of {name}", "ok", f"found ({source})")


async def _providers(environ: dict[str, str]) -> list[Check]:
    """What each provider with a key answers to a call that costs nothing."""
    names = [name for name, source in _keys(environ).items() if source is not None]
    if environ.get("KIT_SANDBOX_URL"):
        names.append("sandbox")
    return list(await asyncio.gather(*(_ask_provider(name, environ) for name in names)))


async def _ask_provider(name: str, environ: dict[str, str]) -> Check:
    try:
        async with open_provider(name, environ=environ) as provider:
            account = await provider.account()
    except KitError as error:
        return Check(name, "fault", str(error).removeprefix(f"{name}: "), "")
    if account is None:
        return Check(name, "note", "has no free call, so its key could not be tried")
    facts = [
        None if account.concurrency is None else f"{account.concurrency} tasks at a time",
        None if account.balance_usd is None else f"${account.balance_usd:,.2f} left",
    ]
    return Check(name, "ok", "answers" + "".join(f", {fact}" for fact in facts if fact))


def _study(location: str) -> Iterable[Check]:
    from kit.study import Study

    try:
        with Study.open(location) as study:
            clips = study.clips
            gone = [clip for clip in clips["clip"] if not _there(study, clip)]
            yield Check(
                "study",
                "ok",
                f"{study.title}: {len(study.prompts)} prompts, {len(clips)} clips, {len(study.votes)} votes",
            )
            odd = int((~clips["browser_plays"]).sum())
    except KitError as error:
        yield Check("study", "fault", str(error))
        return
    if gone:
        yield Check(
            "clips",
            "fault",
            f"{len(gone)} files are gone, the first is {gone[0][:12]}…",
            "put them back, or import them again",
        )
    if odd:
        yield Check(
            "clips",
            "note",
            f"{odd} will not play in a usual browser",
            "they are measured all the same; convert them to H.264 to show them",
        )


def _there(study: Any, clip: str) -> bool:
    try:
        with study.clip_file(clip):
            return True
    except KitError:
        return False


def report(checks: Iterable[Check]) -> tuple[dict[str, Any], str]:
    """The checks as a JSON document and as text."""
    listed = list(checks)
    faults = sum(check.mark == "fault" for check in listed)
    closing = "all in order" if not faults else f"{faults} to mend"
    return {"checks": [asdict(check) for check in listed], "faults": faults}, "\n".join(
        [*map(str, listed), closing]
    )
