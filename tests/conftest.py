"""What every test may use: real clips where they are, a PostgreSQL server of its own, small clips made here.

KIT_REQUIRE names what must not be missing ("postgres,chromium,node"): what is named there fails where it would
otherwise be skipped. `make test` and the build set it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from kit.doctor import find_browser

ROOT = Path(__file__).resolve().parent.parent


def missing(what: str, reason: str) -> None:
    """Skip the test, or fail it where the run was told that `what` has to be here."""
    if what in os.environ.get("KIT_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def clips_dir() -> Path:
    """The folder of real clips beside the project, or the one that KIT_CLIPS names."""
    folder = Path(os.environ.get("KIT_CLIPS", ROOT.parent / "shared" / "clips"))
    if not folder.is_dir():
        missing("clips", f"no folder of real clips at {folder}")
    return folder


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """The system's Chromium or Chrome, or the one that KIT_CHROMIUM names."""
    program = find_browser(os.environ)
    if program is None or not Path(program).is_file():
        missing("chromium", f"no Chromium at {program or 'any usual place'}; install it or set KIT_CHROMIUM")
    assert program is not None
    return program


def _postgres_tool(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of its own on a socket in a temporary folder; yields a URL without a database name."""
    initdb, pg_ctl = _postgres_tool("initdb"), _postgres_tool("pg_ctl")
    if initdb is None or pg_ctl is None:
        missing("postgres", "no PostgreSQL server programs (initdb, pg_ctl) on this machine")
    assert initdb is not None
    assert pg_ctl is not None
    # A short path: the name of a Unix socket may have some hundred characters only.
    folder = Path(tempfile.mkdtemp(prefix="kitpg", dir="/tmp"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    log = str(folder / "log")
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    try:
        subprocess.run([*as_user, initdb, "-D", data, "-U", "kit", "-A", "trust", "-E", "UTF8"], **run)
        subprocess.run([*as_user, pg_ctl, "-D", data, "-l", log, "-w", "-o", options, "start"], **run)
        try:
            yield f"postgresql+psycopg://kit@/{{name}}?host={folder}"
        finally:
            subprocess.run([*as_user, pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], **run)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database that is dropped after the test."""
    import psycopg

    host = postgres_server.split("host=")[1]
    name = f"kit_{os.getpid()}_{np.random.default_rng().integers(1 << 40)}"
    with psycopg.connect(f"host={host} user=kit dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_server.format(name=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def make_clip() -> Callable[..., Path]:
    """Writes a short H.264 clip whose picture depends on `seed`, and returns its path."""

    def make(
        path: Path, *, seed: int = 0, frames: int = 12, width: int = 96, height: int = 64, fps: int = 12
    ) -> Path:
        random = np.random.default_rng(seed)
        base = random.integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
        picture = np.kron(base, np.ones((8, 8, 1), dtype=np.uint8))
        with av.open(str(path), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=fps)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            # Without this x264 reads memory that nobody has set, and now and then gives other bytes.
            steady = {"x264-params": "mbtree=0"}
            stream.options = {"crf": "28", "preset": "veryfast", "threads": "1"} | steady
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(np.roll(picture, 2 * i, axis=1), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return make
