"""What the tests take of npm for VS Code is the very package that is pinned."""

import base64
import hashlib
import tarfile
from pathlib import Path

import pytest

from book import vscode
from book.progress import BuildError


def a_package(folder: Path, integrity: str = "") -> tuple[Path, vscode.Package]:
    """An archive with one file, and the package that it is, or is said to be."""
    file = folder / "file.js"
    file.write_text("1;", encoding="utf-8")
    archive = folder / "archive.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(file, "package/dist/file.js")
    hashed = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    return archive, vscode.Package("@some/package", "1.0.0", integrity or hashed, "package/dist/file.js")


def test_the_file_wanted_is_taken_out_of_the_package(tmp_path: Path) -> None:
    archive, package = a_package(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    vscode.unpack(archive, package, out)
    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == {"file.js": "1;"}


def test_a_package_with_other_bytes_is_refused(tmp_path: Path) -> None:
    archive, package = a_package(tmp_path, "sha512-other")
    with pytest.raises(BuildError, match=r"npm's @some/package@1\.0\.0 is sha512-.*, and must be sha512-other"):
        vscode.unpack(archive, package, tmp_path)


def test_npm_names_a_scoped_packages_archive_so() -> None:
    assert vscode.PACKAGES[0].archive == "vscode-jupyter-ipywidgets8-1.0.9.tgz"
