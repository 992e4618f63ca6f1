"""What Start fetches stays within the budget, and what was left out of Python's library is missed by nothing."""

import re
import zipfile
from pathlib import Path

from book import stdlib
from book.paths import KERNEL, ROOT
from book.weight import FETCHED_BY_START, kilobytes

BUDGET_KB = 15_000
LIBRARY = KERNEL / "pyodide" / "python_stdlib.zip"
ORIGINAL = ROOT / "book" / "node_modules" / "pyodide" / "python_stdlib.zip"

NEVER_RUN_HERE = re.compile(r"win32|windows|conemu|/historyapp\.py$")
"""Modules for Windows, and a command-line tool that needs SQLite, which this Pyodide has not."""


def modules(names):
    """Module names of an archive's members: a/b/__init__.py is a.b."""
    return {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in names}


def imported_at_once(source):
    """What a module imports before anything of it runs; an indented import is inside `try` or a function, and may fail.

    Read by its lines: the browser's Python has grammar that the oldest one that builds the book cannot parse.
    """
    for names in re.findall(r"^import +([\w., ]+)", source, re.MULTILINE):
        yield from (name.split()[0] for name in names.split(",") if name.strip())
    for module, names in re.findall(r"^from +([\w.]+) +import +(\([^)]*\)|.*)", source, re.MULTILINE):
        yield module
        yield from (f"{module}.{name}" for name in re.findall(r"\w+", names))


def archives():
    """Everything in Python that runs on a page or in a lab."""
    return [LIBRARY, KERNEL / "site.zip", *sorted((KERNEL / "pyodide").glob("*.whl"))]


def test_what_start_fetches_is_within_the_budget():
    """The files from Start to live widgets, as sent with gzip."""
    assert kilobytes(KERNEL / name for name in FETCHED_BY_START) <= BUDGET_KB


def test_nothing_imports_what_was_left_out_of_pythons_library():
    """Not the library itself, not the page's packages, not JupyterLite's."""
    with zipfile.ZipFile(ORIGINAL) as before, zipfile.ZipFile(LIBRARY) as after:
        left_out = modules(name for name in before.namelist() if name.endswith(".py")) - modules(after.namelist())
    missed = []
    for path in archives():
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".py")]
            names = [name for name in names if not NEVER_RUN_HERE.search(name)]
            sources = {name: archive.read(name).decode("utf-8", "replace") for name in names}
        missed += [
            (Path(path).name, name, wanted)
            for name, source in sources.items()
            for wanted in imported_at_once(source)
            if wanted in left_out
        ]
    assert missed == []


def test_pythons_library_holds_what_was_left_in_byte_for_byte():
    """Members are dropped, never changed."""
    with zipfile.ZipFile(ORIGINAL) as before, zipfile.ZipFile(LIBRARY) as after:
        kept = [name for name in before.namelist() if not name.endswith("/") and not stdlib.LEFT_OUT.search(name)]
        assert {name: before.read(name) for name in kept} == {name: after.read(name) for name in after.namelist()}
