"""One line for each step of a build, with how long it took; and how a step fails in words."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from book.paths import LOGS, ROOT

COLOURS = re.compile(r"\x1b\[[0-9;]*m")

TAIL_LINES = 60
"""How much of a failed command's output is shown; the whole of it stays in _build/logs."""


class BuildError(Exception):
    """A step failed for a reason that its message tells in full: no traceback is shown."""


def step(name: str, run: Callable[[], str]) -> None:
    """Runs one step and prints `name: what it did (seconds)`; `run` returns what it did, in a few words."""
    print(f"{name:<9}", end=" ", flush=True)
    start = time.perf_counter()
    try:
        done = run()
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{done} ({time.perf_counter() - start:.1f} s)", flush=True)


def command(
    name: str,
    argv: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    *,
    cwd: Path = ROOT,
    logs: Path = LOGS,
    explain: Callable[[str], str] = lambda output: "",
) -> str:
    """The output of a command, kept in `logs`/NAME.log too.

    When it fails: BuildError with what `explain` finds in the output, else with the output's last lines.
    """
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    with log.open("w", encoding="utf-8") as sink:
        words = [str(word) for word in argv]
        done = subprocess.run(words, cwd=cwd, env=env, stdout=sink, stderr=subprocess.STDOUT, check=False)
    output = COLOURS.sub("", log.read_text(encoding="utf-8", errors="replace"))
    if done.returncode:
        reason = explain(output) or "\n".join(output.splitlines()[-TAIL_LINES:])
        raise BuildError(
            f"{reason}\n\nThe step {name!r} failed: `{words[0]}` ended with {done.returncode}. All of its output: {log}"
        )
    return output


def fail(message: str) -> int:
    """Prints a message for a person on standard error; the exit code of a failed build."""
    print(message, file=sys.stderr, flush=True)
    return 1
