"""Where the build reads and writes. Everything that the build makes is under _build/, .venv/ and book/node_modules/."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""

VENV = ROOT / ".venv"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
"""The site: any static file server can serve it, under any path."""

KERNEL = BUILD / "kernel"
"""The page's assets: scripts, styles, the memory snapshot and the Pyodide folder."""

ASSETS = HTML / "_static" / "ecs"
"""Where the site has a copy of KERNEL."""

LITE = HTML / "lite"
"""JupyterLite, where the labs open."""

STAMPS = BUILD / "stamps"
LOGS = BUILD / "logs"
RELEASED_LABS = ROOT / "labs" / "released"


def venv_python() -> Path:
    """The interpreter of .venv."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
