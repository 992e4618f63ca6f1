"""What a file costs a reader: its size as a server with gzip sends it."""

import gzip
from collections.abc import Iterable
from pathlib import Path

SENT_AS_IT_IS = {".gz", ".zip", ".whl", ".woff2", ".png", ".jpg"}
"""Files that are compressed already."""

FETCHED_BY_START = (
    "live.js",
    "widgets.css",
    "worker.js",
    "snapshot.bin.gz",
    "pyodide/pyodide.mjs",
    "pyodide/pyodide.asm.mjs",
    "pyodide/pyodide.asm.wasm",
    "pyodide/pyodide-lock.json",
    "pyodide/python_stdlib.zip",
)
"""What Start needs of the page's assets, up to live widgets. A browser test holds this list against the requests."""


def packed(path: Path) -> int:
    """The bytes of a file as they are sent; 0 for a file that is not there."""
    if not path.is_file():
        return 0
    if path.suffix in SENT_AS_IT_IS:
        return path.stat().st_size
    return len(gzip.compress(path.read_bytes(), 9))


def kilobytes(files: Iterable[Path]) -> float:
    """The sum of some files, in kB."""
    return sum(map(packed, files)) / 1000
