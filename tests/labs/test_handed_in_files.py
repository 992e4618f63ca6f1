"""Folders and zips of strangers: nothing is unpacked, followed or read beyond its limit."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime

import pytest

from labs.classroom import files
from labs.classroom.files import File, handed_in, inside
from labs.lab import LabError


def zipped(entries, **how):
    """A zip's bytes; entries: {name: content}, or ZipInfo instead of a name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def of_learner(content):
    """A zip as a learner hands it in."""
    return inside(File(("ann.zip",), "file", content=lambda: content))


def info(name, mode=0, **fields):
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def test_a_folder_and_a_zip_of_it_are_the_same_class(tmp_path):
    top = tmp_path / "class"
    (top / "ann" / ".ipynb_checkpoints").mkdir(parents=True)
    (top / "ann" / "lab.ipynb").write_text("{}")
    (top / "ann" / ".ipynb_checkpoints" / "lab.ipynb").write_text("{}")
    (top / "ann" / "data").mkdir()
    (top / "ann" / "data" / "big.csv").write_text("1")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for path in sorted(top.rglob("*")):
            archive.write(path, path.relative_to(top))

    here = [(file.path, file.kind) for file in handed_in(top)]
    assert here == [(file.path, file.kind) for file in handed_in(tmp_path / "class.zip")]
    assert here == [("ann", "folder"), ("ann/data", "folder"), ("ann/lab.ipynb", "file")]


def test_an_entry_is_read_where_it_lies():
    (file,) = of_learner(zipped({"lab.ipynb": b"{}"}))

    assert file.read() == b"{}"


@pytest.mark.parametrize(
    "name", ["../lab.ipynb", "/etc/lab.ipynb", "a/../../lab.ipynb", "C:\\lab.ipynb", "..\\lab.ipynb"]
)
def test_a_name_that_leads_out_of_the_zip_is_refused_with_the_rule(name):
    with pytest.raises(LabError, match="must not lead out of it: make the zip again"):
        of_learner(zipped({name: b"{}"}))


def test_a_link_in_a_zip_is_not_followed():
    (file,) = of_learner(zipped({info("lab.ipynb", stat.S_IFLNK | 0o777): b"/etc/passwd"}))

    with pytest.raises(LabError, match="link or no ordinary file"):
        file.read()


def test_a_bomb_is_read_to_its_limit_and_no_further(monkeypatch):
    monkeypatch.setattr(files, "LARGEST_BYTES", 1000)
    (file,) = of_learner(zipped({"lab.ipynb": bytes(100_000)}))

    with pytest.raises(LabError, match="more than 1,000 bytes"):
        file.read()


def test_a_zip_that_is_too_large_is_not_opened(monkeypatch):
    monkeypatch.setattr(files, "LARGEST_BYTES", 10)

    with pytest.raises(LabError, match="more than 10 bytes"):
        of_learner(zipped({"lab.ipynb": b"{}"}))


def test_too_many_entries_are_refused(monkeypatch):
    monkeypatch.setattr(files, "MOST_ENTRIES", 3)

    with pytest.raises(LabError, match="more than 3 files"):
        of_learner(zipped({f"{number}.ipynb": b"" for number in range(4)}))


def test_a_long_list_of_entries_is_not_even_read(monkeypatch):
    monkeypatch.setattr(files, "MOST_DIRECTORY_BYTES", 100)

    with pytest.raises(LabError, match="too many entries"):
        of_learner(zipped({f"{number}.ipynb": b"" for number in range(4)}))


def test_the_form_for_huge_zips_is_refused_of_a_learner():
    content = zipped({"lab.ipynb": b"{}"})
    end = content.rfind(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)

    with pytest.raises(LabError, match="too many entries"):
        of_learner(content[:end] + locator + content[end:])


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"PK\x05\x06", zipped({"lab.ipynb": b"{}"})[:60]],
    ids=["empty", "text", "mark alone", "cut off"],  # a zip holds the time at which it was made
)
def test_what_is_no_zip_is_told(content):
    with pytest.raises(LabError, match="cannot be read as a zip"):
        of_learner(content)


def test_a_packing_that_could_swell_in_one_step_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("lab.ipynb", b"{}")
    (file,) = of_learner(out.getvalue())

    with pytest.raises(LabError, match="method 12, and only 0"):
        file.read()


def test_a_password_is_not_asked_for():
    content = zipped({"lab.ipynb": b"{}"})
    for at in (content.find(b"PK\x01\x02") + 8, content.find(b"PK\x03\x04") + 6):
        content = content[:at] + b"\x01" + content[at + 1 :]
    (file,) = of_learner(content)

    with pytest.raises(LabError, match="locked with a password"):
        file.read()


def test_an_entry_that_was_damaged_is_told():
    content = bytearray(zipped({"lab.ipynb": bytes(range(200))}))
    content[60] ^= 255
    (file,) = of_learner(bytes(content))

    with pytest.raises(LabError, match="cannot be unpacked"):
        file.read()


def test_a_time_in_utc_is_known_and_a_zip_s_own_is_not():
    stamp = struct.pack("<HHBL", 0x5455, 5, 1, 1_790_000_000)
    other = struct.pack("<HHL", 0x7875, 4, 0)
    found = of_learner(zipped({info("a.ipynb", extra=other + stamp): b"", info("b.ipynb"): b""}))

    assert [file.modified for file in found] == [datetime.fromtimestamp(1_790_000_000, UTC), None]


def test_a_zip_in_a_learners_zip_is_listed_and_no_more():
    (file,) = of_learner(zipped({"more.zip": zipped({"lab.ipynb": b"{}"})}))

    assert file.suffix == ".zip"


def test_links_in_a_folder_are_listed_and_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ipynb").write_text("{}")
    top = tmp_path / "class"
    top.mkdir()
    (top / "ann").symlink_to(outside)
    (top / "bob.ipynb").symlink_to(outside / "secret.ipynb")

    found = handed_in(top)
    assert [(file.path, file.kind) for file in found] == [("ann", "link"), ("bob.ipynb", "link")]
    with pytest.raises(LabError, match="link"):
        found[1].read()


def test_a_file_that_becomes_a_link_after_it_was_seen_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("{}")
    top = tmp_path / "class"
    top.mkdir()
    (top / "ann.ipynb").write_text("{}")
    (file,) = handed_in(top)
    (top / "ann.ipynb").unlink()
    (top / "ann.ipynb").symlink_to(tmp_path / "secret")

    with pytest.raises(LabError, match="cannot be read"):
        file.read()


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "ann.ipynb")

    assert [file.kind for file in handed_in(tmp_path)] == ["link"]


def test_a_file_that_is_gone_before_it_is_looked_at_is_no_file(tmp_path, monkeypatch):
    (tmp_path / "ann.ipynb").write_text("{}")
    monkeypatch.setattr(files.Path, "lstat", lambda path: (path / "gone").stat())

    assert [file.kind for file in handed_in(tmp_path)] == ["link"]


def test_a_name_that_is_not_utf_8_is_shown_by_its_bytes(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.ipynb")).write_text("{}")

    assert [file.path for file in handed_in(tmp_path)] == ["\\xff.ipynb"]


@pytest.mark.parametrize("name", ["nowhere", "class.tar"])
def test_what_is_neither_a_folder_nor_a_zip_is_told(tmp_path, name):
    (tmp_path / "class.tar").write_text("")

    with pytest.raises(LabError, match="not a folder and not a"):
        handed_in(tmp_path / name)
