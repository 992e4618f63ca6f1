"""`setup`: .venv with the exact packages of requirements.txt, and npm's packages of book/package-lock.json.

Runs in a bare Python, so it uses the standard library only. A second call compares hashes and does nothing else.
"""

import os
import sys
import venv
from pathlib import Path

from book import toolchain
from book.paths import ROOT, VENV, venv_python
from book.progress import BuildError, command, step
from book.stamps import digest, unless_fresh

OLDEST_PYTHON = (3, 11)


def setup() -> None:
    """Makes .venv and book/node_modules what the two lock files say."""
    step("python", python_packages)
    step("npm", npm_packages)


def python_packages() -> str:
    """The packages of requirements.txt, with their exact versions, and ecslite itself, editable, in .venv."""
    inputs = digest(ROOT / "requirements.txt", ROOT / "pyproject.toml", also=[sys.platform])
    return unless_fresh("requirements", inputs, venv_python(), install, stamps=VENV / "stamps")


def install() -> str:
    """Installs into .venv, which is made if it is missing."""
    if not venv_python().exists():
        create_venv(VENV)
    pip = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    command("pip", [*pip, "-r", ROOT / "requirements.txt"])
    command("pip-ecslite", [*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT])
    return "packages of requirements.txt installed in .venv"


def create_venv(folder: Path) -> None:
    """A fresh virtual environment; BuildError if this Python is too old, or lacks ensurepip (Debian's bare python3)."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise BuildError(
            f"Python {found} is too old for the book: install 3.11 or newer, then `make setup PYTHON=python3.12`."
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - present or not, that is the question
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise BuildError(
            f"{sys.executable} cannot make virtual environments, as it has no ensurepip: "
            f"on Debian and Ubuntu, `apt-get install python{version}-venv`."
        ) from None
    venv.EnvBuilder(with_pip=True, clear=folder.exists(), symlinks=os.name != "nt").create(folder)


def npm_packages() -> str:
    """The packages of book/package-lock.json in book/node_modules, exactly."""
    modules = toolchain.PACKAGES / "node_modules"
    inputs = digest(toolchain.PACKAGES / "package.json", toolchain.PACKAGES / "package-lock.json")
    return unless_fresh("npm", inputs, modules, npm_ci, stamps=VENV / "stamps")


def npm_ci() -> str:
    """Runs `npm ci` with .venv's own Node; no package's install script is run."""
    argv = [*toolchain.npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    command("npm", argv, env=toolchain.environment(), cwd=toolchain.PACKAGES)
    return "packages of book/package-lock.json installed"
