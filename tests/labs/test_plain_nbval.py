"""The instructor's notebooks pass under `pytest --nbval`, by themselves: no wrapper, no environment of ours."""

from __future__ import annotations

import os
import subprocess
import sys

import papers
import pytest

from labs.hidden import PUBLIC, ClassKey
from labs.lab import read_lab, sources
from labs.notebooks import instructor, text

pytestmark = pytest.mark.lab


def nbval(folder, **environment):
    """The last line of what nbval says of a folder's notebooks."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECSLITE"))}
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "--color=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()[-1:]


def written(folder, labs, key):
    for lab in labs:
        (folder / f"{lab.name}.ipynb").write_text(text(instructor(lab, key)), encoding="utf-8")
    return folder


def test_the_notebooks_of_all_labs_pass(tmp_path):
    labs = [read_lab(path) for path in sources()]
    code, last = nbval(written(tmp_path, labs, ClassKey("a key of this class alone")))

    assert (code, "failed" in last[0]) == (0, False)


def test_they_pass_with_the_public_key_too_and_whatever_key_is_set_when_they_run(tmp_path):
    folder = written(tmp_path, [papers.COUNTING, papers.VARIED], PUBLIC)

    assert nbval(folder, ECSLITE_CLASS_KEY="another class's key")[0] == 0


def test_a_notebook_whose_reference_is_wrong_fails(tmp_path):
    """So that the tests above can fail."""
    notebook = papers.with_sources(instructor(papers.VARIED), {"ex-1-2-answer": "def largest(numbers): return 9"})
    (tmp_path / "wrong.ipynb").write_text(text(notebook), encoding="utf-8")
    code, last = nbval(tmp_path)

    assert (code, last[0].split()[:2]) == (1, ["1", "failed,"])
