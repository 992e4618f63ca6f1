"""The site in one file: the same bytes for the same site, and everything of it under one folder."""

import os
import zipfile
from pathlib import Path

import pytest

from book import archive
from book.progress import BuildError


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site."""
    folder = tmp_path / "site"
    (folder / "book").mkdir(parents=True)
    (folder / "index.html").write_text("<p>words</p>" * 100)
    (folder / "book" / "a.bin.gz").write_bytes(b"packed" * 100)
    return folder


def test_the_same_site_gives_the_same_bytes(site: Path, tmp_path: Path):
    """Times and rights of the files do not count, nor does where the site stands."""
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    archive.pack(site, first)
    os.utime(site / "index.html", (1, 1))
    (site / "index.html").chmod(0o600)
    archive.pack(site.rename(tmp_path / "elsewhere"), second)
    assert first.read_bytes() == second.read_bytes()


def test_everything_stands_in_one_folder_with_a_word_on_how_to_open_it(site: Path, tmp_path: Path):
    target = tmp_path / "site.zip"
    count = archive.pack(site, target)
    with zipfile.ZipFile(target) as found:
        names = found.namelist()
        text = found.read(f"{archive.NAME}/README.txt").decode()
    expected = ["README.txt", "book/a.bin.gz", "index.html"]
    assert (names, count) == ([f"{archive.NAME}/{name}" for name in expected], 3)
    assert "python -m http.server" in text


def test_what_is_packed_already_is_stored_and_the_rest_is_packed(site: Path, tmp_path: Path):
    target = tmp_path / "site.zip"
    archive.pack(site, target)
    with zipfile.ZipFile(target) as found:
        kinds = {info.filename.rpartition("/")[2]: info.compress_type for info in found.infolist()}
    expected = {"README.txt": zipfile.ZIP_DEFLATED, "a.bin.gz": zipfile.ZIP_STORED, "index.html": zipfile.ZIP_DEFLATED}
    assert kinds == expected


def test_a_site_that_is_not_whole_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(archive, "HTML", tmp_path)
    with pytest.raises(BuildError, match="not a whole site: run `make book` first"):
        archive.build()


def test_a_whole_site_becomes_one_file(monkeypatch: pytest.MonkeyPatch, site: Path, tmp_path: Path):
    (site / "lite").mkdir()
    (site / "lite" / "jupyter-lite.json").write_text("{}")
    monkeypatch.setattr(archive, "HTML", site)
    monkeypatch.setattr(archive, "ARCHIVE", tmp_path / "whole.zip")
    assert archive.build() == f"4 files, 0 MB in {tmp_path / 'whole.zip'}"
