"""`zip`: the site as one file, for a USB stick, a class or a host. The same site gives the same bytes.

Unpacked, it works from any static server under any path, with no network.
"""

import zipfile
from pathlib import Path

from book.paths import BUILD, HTML
from book.progress import BuildError
from book.stamps import files
from book.weight import SENT_AS_IT_IS
from book.wheels import SAME_DATE

NAME = "ecs-by-experiment"
"""The archive's name, and the one folder in it."""

ARCHIVE = BUILD / f"{NAME}.zip"

READ_ME = f"""ECS by Experiment

Open a terminal in the folder that holds "{NAME}", and serve it:

    python -m http.server

Then open http://localhost:8000/{NAME}/ in a browser. Any other static server will do, under any path.
Nothing is installed and nothing is sent anywhere: Python runs in the browser, from this folder.
A browser that opens the files directly (file://) shows the text and the pictures, but lets no script run.
"""

PLAIN_FILE = 0o100644 << 16
"""What Unix reads in an archive: a file that all may read."""


def build() -> str:
    """Writes the archive of the built site."""
    if not (HTML / "lite" / "jupyter-lite.json").is_file():
        raise BuildError(f"{HTML} is not a whole site: run `make book` first.")
    count = pack(HTML, ARCHIVE)
    return f"{count} files, {ARCHIVE.stat().st_size / 1e6:.0f} MB in {ARCHIVE}"


def pack(site: Path, target: Path) -> int:
    """Packs a folder with a word on how to open it; the number of files."""
    found = files(site)
    unfinished = target.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w") as archive:
        add(archive, "README.txt", READ_ME.encode())
        for path in found:
            add(archive, path.relative_to(site).as_posix(), path.read_bytes())
    unfinished.replace(target)
    return len(found) + 1


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Adds a file, packed unless it is packed already, with one date and the same rights for all."""
    info = zipfile.ZipInfo(f"{NAME}/{name}", SAME_DATE)
    info.create_system = 3  # Unix, wherever it is made
    info.external_attr = PLAIN_FILE
    info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in SENT_AS_IT_IS else zipfile.ZIP_DEFLATED
    archive.writestr(info, content, compresslevel=9)
