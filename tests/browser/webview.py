"""A notebook's outputs as VS Code shows them: its renderer in a page like its webview, with a Jupyter kernel behind.

What is Microsoft's is the renderer, `@vscode/jupyter-ipywidgets8` of npm, and require.js as its Jupyter extension has
it. What the extension and VS Code do around it is written here and in vscode/host.mjs after their public sources
[microsoft/vscode-jupyter, src/webviews/webview-side/ipywidgets; microsoft/vscode, backLayerWebView.ts and
webview/browser/pre/index.html; read 2026-11-25]: the page's styles, the theme as classes of the body and variables of
the root, the widgets' scripts from the environment's nbextensions, a connection of its own to the kernel.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from book import toolchain, vscode

HERE = Path(__file__).parent / "vscode"
THEMES: dict[str, dict[str, str]] = json.loads((HERE / "themes.json").read_text(encoding="utf-8"))
"""VS Code's own themes: what kind each is, and those of its colours that a page of ours reads."""

PANELS = ("white", "themed")
"""What versions of the Jupyter extension put under a widget: white in every theme, or what the theme has."""


class Server(NamedTuple):
    """A Jupyter server with one kernel."""

    address: str
    token: str
    kernel: dict[str, str]


@contextmanager
def jupyter(origin: str, folder: Path) -> Iterator[Server]:
    """A Jupyter server on this host, which pages of `origin` may ask, with a Python kernel that works in `folder`."""
    token = secrets.token_hex(16)
    settings = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": folder,
        "ServerApp.allow_origin": origin,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": token,
    }
    argv = [sys.executable, HERE / "server.py", *(f"--{name}={value}" for name, value in settings.items())]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder)}
    log = (folder / "server.log").open("w", encoding="utf-8")
    with log, subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}/"
            asked = urllib.request.Request(
                f"{address}api/kernels", data=b'{"name": "python3"}', headers={"Authorization": f"token {token}"}
            )
            with urllib.request.urlopen(asked) as answer:
                yield Server(address, token, json.load(answer))
        finally:
            server.terminate()


def write_page(folder: Path) -> None:
    """The page's files: the renderer, require.js, the host and the styles, anywidget as pip has installed it."""
    for source in (vscode.FOLDER / "ipywidgets.js", vscode.FOLDER / "require.js", *HERE.glob("*.css")):
        shutil.copy(source, folder)
    shutil.copytree(Path(sys.prefix) / "share/jupyter/nbextensions/anywidget", folder / "nbextensions/anywidget")
    for theme in THEMES:
        for panel in PANELS:
            (folder / name_of(theme, panel)).write_text(html(theme, panel), encoding="utf-8")
    options = ["--bundle", "--format=esm", "--define:global=globalThis", "--define:process.env={}"]
    subprocess.run(
        [*toolchain.tool("esbuild"), HERE / "host.mjs", *options, f"--outfile={folder / 'host.js'}"],
        env={**toolchain.environment(), "NODE_PATH": str(toolchain.PACKAGES / "node_modules")},
        capture_output=True,
        check=True,
    )


def name_of(theme: str, panel: str) -> str:
    """The page of a theme."""
    return f"{theme.replace(' ', '-')}-{panel}.html"


def html(theme: str, panel: str) -> str:
    """The webview in a theme, with one of PANELS under its widgets."""
    kind = THEMES[theme]["kind"]
    styles = ";".join(f"--vscode-{name}:{value}" for name, value in THEMES[theme].items() if name != "kind")
    body = f'class="{kind}" data-vscode-theme-kind="{kind.split()[0]}" data-vscode-theme-id="{theme}"'
    page = (HERE / "webview.html").read_text(encoding="utf-8")
    return (
        page.replace('"STYLES"', f'"{escape(styles)}"')
        .replace("<body BODY>", f"<body {body}>")
        .replace('"PANEL"', f'"{panel}.css"')
    )


def run(page: Page, code: str) -> int:
    """Run a cell in the kernel; the number of widgets that it shows. Playwright's Error when the cell fails."""
    shown: int = page.evaluate("(code) => run(code)", code)
    return shown
