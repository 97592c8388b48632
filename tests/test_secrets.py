"""Keys and signed links reach no file, log, error, notebook or report, whatever goes wrong on the way."""

import os
import subprocess
import sys
from pathlib import Path

from kit.testing import sandbox_server

CANARIES = {"piapi": "canary-piapi-8c1f", "kling": "canary-ak-77de:canary-sk-41ab", "fal": "canary-fal-93ee"}
FAULTS = [
    {"on": "submit", "provider": "piapi", "nth": 1, "fault": "status", "status": 429, "retry_after": 0.1},
    {"on": "submit", "provider": "kling", "nth": 1, "fault": "html"},
    {"on": "submit", "provider": "fal", "nth": 2, "fault": "reset", "when": "after"},
    {"on": "poll", "every": 5, "fault": "status", "status": 502},
    {"on": "download", "nth": 1, "fault": "cut", "part": 0.5},
    {"on": "poll", "provider": "piapi", "nth": 2, "fault": "expired_link"},
    {"on": "task", "task": 2, "fault": "refused"},
]


def test_no_secret_is_written_anywhere(tmp_path: Path) -> None:
    """A run with faults on three providers, then tasks, doctor and report: no byte written or said holds a secret."""
    said = b""

    def kit(*arguments: str, environ: dict[str, str]) -> int:
        nonlocal said
        command = [sys.executable, "-m", "kit", *arguments, "--debug"]
        run = subprocess.run(
            command, cwd=tmp_path, env=os.environ | environ, capture_output=True, check=False
        )
        said += run.stdout + run.stderr
        return run.returncode

    with sandbox_server(keys=CANARIES, faults=FAULTS, schedule={"*": [0, 0]}) as server:
        environ = server.environ()
        assert kit("init", "study", "--suite", "article-four", environ=environ) == 0
        for model, provider in (("kling-3.0", "piapi"), ("kling-2.6", "kling"), ("kling-3.0-omni", "fal")):
            kit("generate", "study", "--model", model, "--via", provider, "--max-usd", "100", "--prompt", "steaming-cup",
                "--prompt", "code-on-laptop", "--set", "duration", "5", environ=environ)  # fmt: skip
        wrong = {"PIAPI_API_KEY": "canary-wrong-5a5a"}
        kit("generate", "study", "--model", "kling-4.0", "--max-usd", "100", "--prompt", "rain-umbrella",
            environ=environ | wrong)  # fmt: skip
        assert kit("tasks", "study", "--json", environ=environ) == 0
        assert kit("doctor", "study", environ=environ) == 0
        assert kit("report", "study", environ=environ) == 0
        journal = server.journal()

    assert len(journal.created) >= 4
    assert journal.downloads
    assert not any(entry["carried_key"] for entry in journal.downloads)
    secrets = [part for key in (*CANARIES.values(), *wrong.values()) for part in key.split(":")]
    assert [s for s in secrets if s.encode() in said] == []
    assert b"signature=" not in said
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        assert [s for s in secrets if s.encode() in content] == [], path
        if path.suffix != ".js":
            assert b"signature=" not in content, path
