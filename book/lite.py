"""`lite`: JupyterLite in the site, with the released labs, on the same Pyodide folder as the page's kernel.

Always built into an empty folder: an incremental `jupyter lite build` drops pyodideUrl and falls back to a CDN without
a word. What was built is checked before it takes its place in the site.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from book import policy
from book.labs_links import released
from book.paths import BUILD, KERNEL, LITE, RELEASED_LABS, ROOT, VENV
from book.progress import BuildError, command
from book.stamps import digest, files, unless_fresh

WORK = BUILD / "lite"
"""Where JupyterLite is built, before it is moved into the site."""

PYODIDE_URL = "./../_static/ecs/pyodide/pyodide.mjs"
"""Relative to lite/: JupyterLite makes a URL absolute by the place of its own configuration if it begins with "./"."""

PRELOADED = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"]
"""What the kernel loads at its start, by names of pyodide-lock.json; the rest comes with the first import."""

STORAGE = ROOT / "book" / "lite_storage.js"
"""Tells a learner whose browser keeps nothing."""

DRIVERS = ["asyncStorage", "localStorageWrapper", "memoryStorageDriver"]
"""Where JupyterLite keeps things, by localforage's names, the first that works: IndexedDB, localStorage, memory."""

KERNEL_EXTENSION = "@jupyterlite/pyodide-kernel-extension"
LAB_EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", KERNEL_EXTENSION, "anywidget", "jupyterlab-plotly"]
"""The front-end extensions that the labs need; whatever else .venv holds stays out."""

APPS = ["notebooks", "lab"]


def build() -> str:
    """Builds JupyterLite if a lab, a version or this module changed."""
    also = [sys.version, json.dumps(lock_names())]
    inputs = digest(Path(__file__), STORAGE, Path(policy.__file__), ROOT / "requirements.txt", RELEASED_LABS, also=also)
    return unless_fresh("lite", inputs, LITE / "jupyter-lite.json", make)


def lock_names() -> list[str]:
    """The packages of the site's Pyodide folder; BuildError when the kernel is not built."""
    lock = KERNEL / "pyodide" / "pyodide-lock.json"
    if not lock.is_file():
        raise BuildError(f"{lock} is missing, and the labs run on that Pyodide: run `python -m book kernel` first.")
    return sorted(json.loads(lock.read_text())["packages"])


def make() -> str:
    """Builds into an empty folder, checks it, and puts it in its place."""
    missing = sorted(set(PRELOADED) - set(lock_names()))
    if missing:
        raise BuildError(f"pyodide-lock.json has no {', '.join(missing)}: add the wheels to the kernel's build.")
    shutil.rmtree(WORK, ignore_errors=True)
    source, contents = WORK / "source", WORK / "contents"
    source.mkdir(parents=True)
    contents.mkdir()
    for lab in released():
        write(contents / lab.name, for_browser(json.loads(lab.read_text(encoding="utf-8"))))
    write(source / "jupyter-lite.json", front_end_settings())
    write(source / "jupyter_lite_config.json", build_settings())
    argv = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", source]
    command("lite", argv, env=environment(), cwd=source)
    check(WORK / "site")
    for page in (WORK / "site").glob("*/index.html"):
        page.write_text(with_warning(with_icon(page.read_text(encoding="utf-8"))), encoding="utf-8")
    shutil.copy(STORAGE, WORK / "site" / STORAGE.name)
    policy.protect(WORK / "site", (WORK / "site").rglob("*.html"), policy.LAB)
    shutil.rmtree(LITE, ignore_errors=True)
    LITE.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(WORK / "site", LITE)
    return f"JupyterLite with {len(released())} labs"


def for_browser(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with its language named: then JupyterLite takes its one Python kernel, and asks nothing first."""
    metadata = {**notebook["metadata"], "language_info": {"name": "python"}}
    return {**notebook, "metadata": metadata}


def with_icon(page: str) -> str:
    """The page with its language and its icon named; a browser asks the host's root for an icon that no page names."""
    return page.replace("<html>", '<html lang="en">').replace(
        "<head>", '<head>\n    <link rel="icon" href="favicon.ico">'
    )


def with_warning(page: str) -> str:
    """The page with the script that says so when the browser's storage does not work."""
    return page.replace("</body>", f'<script type="module" src="../{STORAGE.name}"></script></body>')


def front_end_settings() -> dict[str, object]:
    """jupyter-lite.json: our Pyodide, no fallback to PyPI, nothing that asks another host.

    Without any storage of the browser's a notebook is kept in memory, where without a fallback it would not open.
    """
    kernel = {
        "pyodideUrl": PYODIDE_URL,
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": PRELOADED},
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "ECS by Experiment: labs",
            "enableMemoryStorage": True,
            **dict.fromkeys(("contentsStorageDrivers", "settingsStorageDrivers", "workspacesStorageDrivers"), DRIVERS),
            "litePluginSettings": {f"{KERNEL_EXTENSION}:kernel": kernel},
        },
    }


def build_settings() -> dict[str, object]:
    """jupyter_lite_config.json: what is copied into the site, by name."""
    extensions = VENV / "share" / "jupyter" / "labextensions"
    return {
        "LiteBuildConfig": {
            "output_dir": str(WORK / "site"),
            "cache_dir": str(WORK / "cache"),
            "contents": [str(WORK / "contents" / path.name) for path in released()],
            "apps": APPS,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extensions / name) for name in LAB_EXTENSIONS],
        }
    }


def environment() -> dict[str, str]:
    """The process environment without the user's own Jupyter settings and extensions."""
    own = BUILD / "jupyter"
    ours = {"JUPYTER_CONFIG_DIR": str(own / "config"), "JUPYTER_DATA_DIR": str(own / "data")}
    return {**os.environ, **ours, "JUPYTER_PLATFORM_DIRS": "0"}


def check(site: Path) -> None:
    """BuildError unless the built JupyterLite names our Pyodide and holds the released labs and no others."""
    config = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]
    kernel = config["litePluginSettings"][f"{KERNEL_EXTENSION}:kernel"]
    if kernel.get("pyodideUrl") != PYODIDE_URL or not kernel.get("disablePyPIFallback"):
        raise BuildError(f"JupyterLite was built with the kernel settings {kernel}, and would ask a CDN for Pyodide.")
    found = {path.name for path in files(site / "files")}
    expected = {path.name for path in released()}
    if found != expected:
        raise BuildError(f"JupyterLite holds the files {sorted(found)}, and should hold {sorted(expected)}.")


def write(path: Path, content: dict[str, object]) -> None:
    """Writes JSON."""
    path.write_text(json.dumps(content, indent=1) + "\n")
