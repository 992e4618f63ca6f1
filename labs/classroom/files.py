"""The files that a class handed in, in a folder or in a .zip, without one of them being unpacked.

A .zip is a stranger's file: its names are looked at and never written to, links in it are never followed, and no
entry is read beyond its limit, whatever size it claims. Deep in a folder only notebooks and zips are listed.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from labs.lab import LabError
from labs.submission import LARGEST_BYTES

__all__ = ["HANDED_IN", "File", "handed_in", "inside"]

MOST_ENTRIES = 100_000
"""Entries of one folder or zip, with all that lies in it."""

MOST_DIRECTORY_BYTES = 4 * 1024**2
"""Of the list of entries at the end of a zip that a learner handed in, about 40,000 of them."""

HANDED_IN = (".ipynb", ".zip")
"""What can hold answers. Other files tell at the most that somebody handed in something."""

PASSED_OVER = (".ipynb_checkpoints", "node_modules", "__pycache__", "__MACOSX", "site-packages")
"""Folders that hold no submission."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that are unpacked piece by piece. A few bytes of bzip2 can come to gigabytes in one step."""


@dataclass(frozen=True, slots=True)
class File:
    """A file or a folder: where it lies, as text from the top on, and when it was last changed."""

    parts: tuple[str, ...]
    kind: str
    """"file", "folder" or "link"."""
    modified: datetime | None = None
    content: Callable[[], bytes] | None = None

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def path(self) -> str:
        """As text, with / between the parts."""
        return "/".join(self.parts)

    def read(self) -> bytes:
        """The content; LabError with a sentence if it is none that is read."""
        if self.kind != "file" or self.content is None:
            raise LabError(
                f"{self.name[:80]} is a link or no ordinary file, and was not followed: hand in the file itself"
            )
        content = self.content()
        if len(content) > LARGEST_BYTES:
            raise LabError(f"the file has more than {LARGEST_BYTES:,} bytes, and no more are read: clear all outputs")
        return content


def handed_in(top: Path) -> list[File]:
    """All files of a folder or a .zip, in the order of their names; LabError if it is neither."""
    if top.is_dir():
        return sorted(_capped(_folder(top), str(top)), key=_place)
    if not top.is_file() or top.suffix.lower() != ".zip":
        raise LabError(f"{top} is not a folder and not a .zip: name what holds the submissions")
    return _entries(top, str(top))


def inside(file: File) -> list[File]:
    """The files of a zip that a learner handed in; LabError with a sentence if it is hostile or broken."""
    content = file.read()
    _small_directory(content)
    return _entries(io.BytesIO(content), file.name)


def _place(file: File) -> tuple[str, ...]:
    return file.parts


def _capped(files: Iterator[File], name: str) -> list[File]:
    found = []
    for file in files:
        found.append(file)
        if len(found) > MOST_ENTRIES:
            raise LabError(
                f"{name} holds more than {MOST_ENTRIES:,} files and folders: name a folder of submissions only"
            )
    return found


def _folder(top: Path) -> Iterator[File]:
    """Links are listed and not followed."""
    for here, folders, names in os.walk(top):
        folders[:] = [each for each in folders if each not in PASSED_OVER and (each == ".git" or each[:1] != ".")]
        parts = tuple(map(_text, Path(here).relative_to(top).parts))
        for name in folders:
            link = (Path(here) / name).is_symlink()
            yield File((*parts, _text(name)), "link" if link else "folder")
        folders[:] = [each for each in folders if each != ".git"]
        for name in names:
            if name[:1] != "." and _listed((*parts, name)):
                yield _on_disk(Path(here) / name, parts)


def _listed(parts: tuple[str, ...]) -> bool:
    """All files near the top, where some layouts have a learner's name in every file's name."""
    return len(parts) <= 2 or PurePosixPath(parts[-1]).suffix.lower() in HANDED_IN


def _on_disk(path: Path, parts: tuple[str, ...]) -> File:
    try:
        seen = path.lstat()
    except OSError:
        return File((*parts, _text(path.name)), "link")
    kind = "file" if stat.S_ISREG(seen.st_mode) else "link"
    modified = datetime.fromtimestamp(int(seen.st_mtime), UTC)
    return File((*parts, _text(path.name)), kind, modified, lambda: _read(path))


def _read(path: Path) -> bytes:
    """One byte more than is allowed, at the most, of a file that is not a link at this moment either."""
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise LabError(f"the file cannot be read ({error.strerror}): hand it in again") from None


def _text(name: str) -> str:
    """A file's name as text, also where it is not UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _small_directory(content: bytes) -> None:
    """LabError if a zip's list of entries would take much memory to read, or is said in the form for huge zips."""
    end = content.rfind(b"PK\x05\x06")
    try:
        size = struct.unpack_from("<L", content, end + 12)[0] if end >= 0 else 0
    except struct.error:
        size = 0
    if size > MOST_DIRECTORY_BYTES or content[max(end - 20, 0) : end][:4] == b"PK\x06\x07":
        raise LabError("the zip lists too many entries for a submission: hand in the notebook itself (.ipynb)")


def _entries(source: Path | io.BytesIO, name: str) -> list[File]:
    """The notebooks, zips and folders of a zip."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise LabError(f"{name} cannot be read as a zip ({error}): download it again, or hand in the .ipynb") from None
    return sorted(_capped((_entry(archive, each) for each in archive.infolist() if _wanted(each)), name), key=_place)


def _wanted(info: zipfile.ZipInfo) -> bool:
    parts = _parts(info)
    if any(part in PASSED_OVER or (part[:1] == "." and part not in (".git", "..")) for part in parts):
        return False
    return bool(parts) and (info.is_dir() or _listed(parts))


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Windows' own zips have backslashes."""
    return tuple(part for part in info.filename.replace("\\", "/").split("/") if part and part != ".")


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> File:
    path = info.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        raise LabError(
            f"the zip names {path[:80]!r}, and a name in a zip must not lead out of it: make the zip again without .."
        )
    if info.is_dir():
        return File(_parts(info), "folder")
    link = stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG)
    return File(_parts(info), "link" if link else "file", _when(info), lambda: _unpack(archive, info))


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """One byte more than is allowed, at the most."""
    if info.flag_bits & 1:
        raise LabError(f"{info.filename[-80:]!r} is locked with a password, which is not asked for: zip it without one")
    if info.compress_type not in _METHODS:
        raise LabError(
            f"{info.filename[-80:]!r} is packed by method {info.compress_type}, and only 0 (stored) and 8 (deflate)"
            " are read: zip it with your system's own tool"
        )
    try:
        with archive.open(info) as stream:
            return stream.read(LARGEST_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, RuntimeError) as error:
        raise LabError(f"{info.filename[-80:]!r} cannot be unpacked ({error}): hand it in again") from None


def _when(info: zipfile.ZipInfo) -> datetime | None:
    """When an entry was last changed, where the zip says it in UTC (field 0x5455); a zip's own time has no zone."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 0x5455 and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<L", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    return None
