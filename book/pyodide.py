"""`kernel`: everything that makes a page live, in one folder that the site copies as it is.

    page.js live.js worker.js page.css     the page's own code, bundled by esbuild
    plotly.min.js                          plotly.js, the basic bundle
    pyodide/                               Pyodide's core and all wheels, with a lock file that names only these;
                                           JupyterLite starts from the same folder
    site.zip                               the Python files of the page's packages, for imports after the start
    snapshot.bin.gz                        the memory of a Pyodide in which those packages are imported already

Each part has a stamp of its own: an edit of the engine makes ecslite's files and the snapshot again, and no more.
"""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import deflate

from book import stdlib, toolchain, wheels
from book.paths import BUILD, ROOT
from book.progress import command
from book.stamps import digest, files, unless_fresh

SOURCES = ROOT / "book" / "kernel"
MODULES = ROOT / "book" / "node_modules"
CACHE = BUILD / "cache" / "wheels"

LIBRARY = BUILD / "cache" / "library"
"""site.zip, unpacked: where the snapshot's maker imports from, and leaves compiled files."""

CORE = ["pyodide.mjs", "pyodide.js", "pyodide.asm.mjs", "pyodide.asm.wasm"]
"""The files of npm's pyodide that a browser loads, beside the standard library; it brings no packages."""

PACKED_BEST = 12
"""libdeflate's slowest level, four seconds of a build: the smallest file that every browser can unpack."""

BOOT = ["boot.mjs", "own_bytes.mjs", "bridge.py", "snapshot.mjs", "compile.py", "warm_up.py", "zero.mjs"]
"""The files of book/kernel that the snapshot is made with."""


def build(out: Path) -> str:
    """Makes in `out` whatever is missing or out of date; what was made, in words."""
    out.mkdir(parents=True, exist_ok=True)
    stamps = out.parent / "stamps"
    engine = [ROOT / "ecslite", ROOT / "pyproject.toml"]
    pins = [ROOT / "requirements.txt", Path(__file__), Path(wheels.__file__), Path(stdlib.__file__)]
    lock = ROOT / "book" / "package-lock.json"
    memory = out / "snapshot.bin.gz"
    made: list[str] = []

    def part(name: str, inputs: str, target: Path, make: Callable[[], str]) -> None:
        if unless_fresh(f"kernel-{name}", inputs, target, make, stamps=stamps) != "unchanged":
            made.append(name)

    part("wheels", digest(*pins), CACHE, lambda: wheels.download(CACHE))
    part("pyodide", digest(*pins, *engine, lock), out / "pyodide", lambda: make_pyodide(out))
    part("files", digest(*pins, *engine, SOURCES / "bridge.py"), out / "site.zip", lambda: make_files(out))
    part("snapshot", digest(*pins, *engine, lock, *boot()), memory, lambda: make_snapshot(out))
    part("scripts", digest(*pins, *engine, lock, SOURCES, memory), out / "page.js", lambda: make_scripts(out))
    return f"{', '.join(made)} made" if made else "unchanged"


def boot() -> list[Path]:
    """The files that the snapshot is made with."""
    return [SOURCES / name for name in BOOT]


def make_pyodide(out: Path) -> str:
    """The Pyodide folder: core, wheels, and a lock file for these wheels alone."""
    target = out / "pyodide"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for name in CORE:
        shutil.copy(MODULES / "pyodide" / name, target)
    stdlib.write(MODULES / "pyodide" / "python_stdlib.zip", target / "python_stdlib.zip")
    wheels.write_engine(target)
    for wheel in wheels.shipped(CACHE):
        shutil.copy(wheel, target)
    wheels.write_lock(MODULES / "pyodide" / "pyodide-lock.json", target)
    return "made"


def make_files(out: Path) -> str:
    """The archive of Python files that the worker mounts."""
    wheels.write_site(CACHE, SOURCES / "bridge.py", out / "site.zip")
    return "made"


def make_snapshot(out: Path) -> str:
    """The memory of a Python that has imported and warmed up everything that a chapter uses."""
    shutil.rmtree(LIBRARY, ignore_errors=True)
    with zipfile.ZipFile(out / "site.zip") as archive:
        archive.extractall(LIBRARY)
    memory = BUILD / "cache" / "snapshot.bin"
    argv = [toolchain.node(), SOURCES / "snapshot.mjs", out, LIBRARY, memory]
    command("snapshot", argv, env=toolchain.environment(), cwd=SOURCES)
    (out / "snapshot.bin.gz").write_bytes(deflate.gzip_compress(memory.read_bytes(), PACKED_BEST))
    memory.unlink()
    return "made"


def make_scripts(out: Path) -> str:
    """The page's scripts and styles."""
    version = digest(out / "site.zip", *boot(), also=core_hashes(out))[:12]
    command(
        "scripts", [toolchain.node(), SOURCES / "bundle.mjs", out, version], env=toolchain.environment(), cwd=SOURCES
    )
    shutil.copy(MODULES / "plotly.js-basic-dist-min" / "plotly-basic.min.js", out / "plotly.min.js")
    return "made"


def core_hashes(out: Path) -> list[str]:
    """What the core's files are, in a few words."""
    return [f"{path.name} {digest(path)}" for path in files(out / "pyodide") if path.suffix != ".whl"]
