"""A process that has everything imported and forks a run for each line that it reads: `python zygote.py LOG`.

A line is the JSON of what `generate` is given. It answers with the child's pid, and with how the child ended.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import kit.decode
import kit.providers.http  # noqa: F401 - imported once, for all the children
from kit.generation import Policy, generate
from kit.study import Study


def run(order: dict[str, object], log: str) -> int:
    policy = Policy(
        poll_first=0.1,
        poll_last=0.5,
        backoff_first=0.05,
        backoff_last=0.4,
        settle_after=0.5,
        unsent_tries=50,
        limited_tries=500,
    )
    try:
        with Study.open(str(order.pop("study"))) as study:
            summary = generate(study, policy=policy, **order)
    except BaseException:  # noqa: BLE001 - it is in the log, and the exit code says so
        with Path(log).open("a") as file:
            traceback.print_exc(file=file)
        return 1
    with Path(log).open("a") as file:
        file.write(str(summary) + "\n")
    return 0


def main(log: str) -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                code = run(json.loads(line), log)
            finally:
                os._exit(code)
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
