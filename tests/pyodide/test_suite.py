"""The engine's own tests pass in the browser's Python as well (npm's Pyodide, run by Node)."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from bench.pyodide import FOLDER
from book.paths import ROOT
from book.toolchain import node

ENGINE = ("sim", "network", "capacity", "ecs", "autoscaling", "billing", "serverless", "theory")
"""Folders of tests/ that mirror the engine's, and those that hold it to closed forms."""


def test_the_engines_tests_pass_in_pyodide():
    assert (FOLDER / "pyodide.asm.wasm").exists(), "book/node_modules has no Pyodide: run `make setup`"
    here = Path(__file__).parent
    folders = [f"tests/{name}" for name in ENGINE if (ROOT / "tests" / name).is_dir()]
    argv = [node(), here / "suite.mjs", ROOT, FOLDER, sysconfig.get_path("purelib"), here / "suite.py", *folders]

    run = subprocess.run(argv, capture_output=True, text=True, check=False)

    assert run.returncode == 0, (run.stdout + run.stderr)[-6000:]
    assert "passed" in run.stdout
