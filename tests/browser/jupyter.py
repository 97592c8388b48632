"""Real JupyterLab, Notebook 7 and Voila servers on loopback, and notebooks opened in them in Chromium.

    def test_it(lab, open_notebook):
        notebook = open_notebook(lab, ["import kit", "kit.PairPlayer(...)"])
        notebook.run_all()
        notebook.page.locator(".kit-widget[data-state=ready]").wait_for()

A server has its own folders for configuration, data, settings and kernels' connections, a token, and lives as long as
the module's tests. Everything waits on a state of the page or on an answer of the server, never on time.
"""

import itertools
import json
import os
import queue
import secrets
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx
import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

Kind = Literal["lab", "notebook", "voila"]

LOCAL = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "ws://127.0.0.1:")
# Voila's page asks for these icons by itself; nothing of the kit does.
VOILAS_OWN = "https://cdn.jsdelivr.net/npm/@fortawesome/"
LIMIT = 60.0
_SETTINGS = {
    # The toast of news would lie over what is looked at, and it asks the Internet.
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Widget state goes into saved notebooks, so that their size is that of the worst case.
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
    # No question about the kernel, nor saving in the background.
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


@dataclass
class Server:
    """A running server. `root` is the folder that it serves, `base` its address with the base path."""

    kind: Kind
    base: str
    token: str
    root: Path
    home: Path
    process: subprocess.Popen[str]
    log: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call of the server's REST face, as `api/kernels`."""
        headers = {"Authorization": f"token {self.token}"}
        answer = httpx.request(method, self.base + path, headers=headers, timeout=LIMIT, **options)
        return answer.raise_for_status()

    def write(self, cells: Sequence[str] | nbformat.NotebookNode, name: str | None = None) -> str:
        """Write a notebook of code cells (or a finished one) into the root; returns its name."""
        name = name or f"nb-{secrets.token_hex(4)}.ipynb"
        node = cells if isinstance(cells, nbformat.NotebookNode) else notebook_of(cells)
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(node, path)
        return name

    def address(self, name: str) -> str:
        """Where a notebook is opened."""
        # A workspace of its own: JupyterLab would bring back the notebooks of earlier tests beside it.
        lab = f"lab/workspaces/{secrets.token_hex(4)}/tree/"
        place = {"lab": lab, "notebook": "notebooks/", "voila": "voila/render/"}[self.kind]
        return f"{self.base}{place}{quote(name)}?token={self.token}"

    def kernels(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "api/kernels").json())

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()


def notebook_of(cells: Sequence[str]) -> nbformat.NotebookNode:
    """A notebook of code cells for the Python that runs the tests."""
    node = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    node.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return node


@dataclass
class Notebook:
    """An open notebook: its page, what was thrown in it, which addresses outside this machine it asked for."""

    server: Server
    name: str
    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The notebook's file."""
        return self.server.root / self.name

    @property
    def widgets(self) -> Locator:
        """The kit's widgets on the page; each carries data-state loading, ready or error."""
        return self.page.locator(".kit-widget")

    def widget(self, index: int = 0) -> Locator:
        """One widget, once its module has taken over."""
        one = self.widgets.nth(index)
        one.and_(self.page.locator('[data-state="ready"]')).wait_for()
        return one

    def run_all(self, *, wait: bool = True) -> None:
        """Run every cell; with `wait` until all have run, none with an error. Voila has run them by itself."""
        if self.server.kind == "voila":
            return
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
        self.page.evaluate(
            """async (wait) => { const { shell, commands } = window.jupyterapp;
            await shell.currentWidget.revealed;
            await shell.currentWidget.sessionContext.session.kernel.info;
            const done = commands.execute("notebook:run-all-cells");
            if (wait) await done; }""",
            wait,
        )
        if wait:
            assert self.failures() == []

    def failures(self) -> list[str]:
        """The errors in the notebook's outputs."""
        found = self.page.evaluate(
            """() => [...window.jupyterapp.shell.currentWidget.content.model.toJSON().cells].flatMap((cell) =>
            (cell.outputs ?? []).filter((output) => output.output_type === "error")
            .map(({ ename, evalue, traceback }) => `${ename}: ${evalue} ${traceback.join(" ")}`))"""
        )
        return list(found)

    def save(self) -> nbformat.NotebookNode:
        """Save, and read what is on the disk then."""
        # Nothing is given back: what the command returns can be an object that leads to all of JupyterLab.
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")
        return nbformat.read(self.path, as_version=4)

    def kernel(self) -> dict[str, Any]:
        """The kernel of this notebook, as the server tells of it."""
        sessions = self.server.call("GET", "api/sessions").json()
        return next(s["kernel"] for s in sessions if s["path"] == self.name)

    def restart_kernel(self) -> None:
        """Restart through the server, without asking the page."""
        self.server.call("POST", f"api/kernels/{self.kernel()['id']}/restart")

    def kill_kernel(self) -> None:
        """Shut the kernel down through the server. In Voila every kernel there is."""
        if self.server.kind != "voila":
            self.server.call("DELETE", f"api/kernels/{self.kernel()['id']}")
            return
        for kernel in self.server.kernels():
            self.server.call("DELETE", f"api/kernels/{kernel['id']}")


def start(kind: Kind, folder: Path, *, base: str = "/", settings: dict[str, Any] | None = None) -> Server:
    """Start a server in a folder of its own and wait until it says that it listens."""
    root, home = folder / "root", folder / "home"
    root.mkdir(parents=True)
    port, token = _free_port(), secrets.token_hex(16)
    environ = {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    for name, values in {**_SETTINGS, **(settings or {})}.items():
        path = home / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    command = [sys.executable, "-m", *_arguments(kind, port, token, base, root)]
    process = subprocess.Popen(
        command, env=environ, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    server = Server(kind, f"http://127.0.0.1:{port}{base}", token, root, home, process)
    _wait_until_up(server)
    return server


def _arguments(kind: Kind, port: int, token: str, base: str, root: Path) -> list[str]:
    if kind == "voila":
        return [
            "voila", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", f"--token={token}",
            f"--Voila.base_url={base}", "--Voila.log_level=INFO", str(root),
        ]  # fmt: skip
    return [
        "jupyterlab" if kind == "lab" else "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={root}", f"--ServerApp.base_url={base}", "--LabApp.news_url=",
        "--ServerApp.terminals_enabled=False",
        # So that a test can wait for the application's own promises.
        "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_up(server: Server) -> None:
    """Read the server's log until it says where it runs; a thread goes on emptying the pipe."""
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        assert server.process.stderr is not None
        for line in server.process.stderr:
            server.log.append(line)
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=LIMIT)
        except queue.Empty:
            line = None
        if line is None:
            server.stop()
            pytest.fail(f"{server.kind} did not come up:\n{''.join(server.log)}")
        if "is running at" in line:
            return


def _serving(kind: Kind, tmp_path_factory: pytest.TempPathFactory, **options: Any) -> Iterator[Server]:
    pytest.importorskip({"lab": "jupyterlab"}.get(kind, kind))
    folder = tmp_path_factory.mktemp(kind)
    server = start(kind, folder, **options)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab 4 under a base path, as JupyterHub gives one."""
    yield from _serving("lab", tmp_path_factory, base="/user/ann/")


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Notebook 7."""
    yield from _serving("notebook", tmp_path_factory)


@pytest.fixture(scope="module")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Voila, which runs a notebook when it is opened and shows its outputs only."""
    yield from _serving("voila", tmp_path_factory)


@pytest.fixture
def open_notebook(chromium: Browser) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook: (server, cells or a finished notebook or the name of a file, **options of the context).

    When the test ends, no module of the kit may have thrown an error, and no page may have asked for anything outside
    this machine. The kit's modules are known by their blob: addresses; what Jupyter's own scripts throw is theirs.
    """
    contexts: list[BrowserContext] = []
    opened: list[Notebook] = []

    def open_(server: Server, what: Sequence[str] | nbformat.NotebookNode | str, **context: Any) -> Notebook:
        name = what if isinstance(what, str) else server.write(what)
        contexts.append(chromium.new_context(**{"viewport": {"width": 1200, "height": 900}, **context}))
        notebook = Notebook(server, name, contexts[-1].new_page())
        notebook.page.set_default_timeout(1000 * LIMIT)
        watch(notebook)
        notebook.page.goto(server.address(name))
        opened.append(notebook)
        return notebook

    yield open_
    for notebook in opened:
        if notebook.server.kind != "voila" and notebook.server.process.poll() is None:
            for session in notebook.server.call("GET", "api/sessions").json():
                notebook.server.call("DELETE", f"api/sessions/{session['id']}")
    for context in contexts:
        context.close()
    assert list(itertools.chain(*(one.errors for one in opened))) == []
    assert list(itertools.chain(*(one.outside for one in opened))) == []


def watch(notebook: Notebook) -> None:
    """Note what the page throws and where it goes."""

    def look(request: Any) -> None:
        notebook.requests.append(request.url)
        if not request.url.startswith((*LOCAL, VOILAS_OWN)):
            notebook.outside.append(request.url)

    def note(error: Any) -> None:
        if "blob:" in (error.stack or ""):
            notebook.errors.append(f"{error}\n{error.stack}")

    notebook.page.on("pageerror", note)
    notebook.page.on("request", look)
    notebook.page.route(VOILAS_OWN + "**", lambda route: route.abort())
