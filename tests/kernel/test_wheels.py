"""The packages for the browser: pure Python, pinned, and all of them in the lock file."""

import hashlib
import json
import zipfile

import pytest

from book import wheels
from book.paths import KERNEL

PYODIDE = KERNEL / "pyodide"


@pytest.fixture(scope="module")
def lock():
    """pyodide-lock.json as built; the build runs before the tests."""
    return json.loads((PYODIDE / "pyodide-lock.json").read_text())


def test_every_package_is_pinned():
    """`name==version`, in the version that the rest of the project uses."""
    assert all(pin.count("==") == 1 for pin in wheels.pins())


def test_the_lock_names_every_wheel_with_its_own_hash(lock):
    """Neither more nor less than what lies beside it."""
    expected = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in PYODIDE.glob("*.whl")}
    assert expected == {entry["file_name"]: entry["sha256"] for entry in lock["packages"].values()}


def test_every_wheel_is_pure_python(lock):
    """There is no compiler for the browser here."""
    assert all(entry["file_name"].endswith("-none-any.whl") for entry in lock["packages"].values())


def test_every_dependency_of_the_lock_is_in_the_lock(lock):
    """So nothing is looked for anywhere else."""
    packages = lock["packages"]
    assert {name for entry in packages.values() for name in entry["depends"]} <= set(packages)


def test_an_import_of_ecslite_brings_what_it_needs(lock):
    """A lab's first line is `import ecslite`."""
    ecslite = lock["packages"]["ecslite"]
    assert ecslite["imports"] == ["ecslite"]
    assert {"simpy", "ipywidgets", "anywidget"} <= set(ecslite["depends"])


def test_the_wheel_of_ecslite_holds_its_data_and_scripts(tmp_path):
    """Prices and the widgets' JavaScript come along."""
    wheels.write_engine(tmp_path)
    [wheel] = tmp_path.glob("ecslite-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"ecslite/__init__.py", "ecslite/billing/prices.json", "ecslite/widgets/explorer.js"} <= names


def test_the_same_files_make_the_same_archive(tmp_path):
    """So that an unchanged site is the same bytes."""
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    wheels.write_zip(first, {"b": b"2", "a": b"1"})
    wheels.write_zip(second, {"a": b"1", "b": b"2"})
    assert first.read_bytes() == second.read_bytes()
