"""`python -m book STEP`: the steps of the build, as the Makefile calls them.

A step's module is imported when the step runs: `setup` and `port` work in a Python that has no packages yet.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from book.paths import HTML, KERNEL
from book.progress import BuildError, fail, step


def setup() -> None:
    """.venv and npm's packages."""
    module("environment").setup()


def kernel() -> None:
    """The page's assets, in _build/kernel."""
    step("kernel", lambda: module("pyodide").build(KERNEL) or "page assets and Pyodide folder in _build/kernel")


def html() -> None:
    """The chapters, in _build/html."""
    step("html", lambda: module("html").build())


def lite() -> None:
    """The labs' JupyterLite, in _build/html/lite."""
    step("lite", lambda: module("lite").build())


def book() -> None:
    """The whole site."""
    kernel()
    html()
    lite()


def zip_() -> None:
    """The site in one file."""
    step("zip", module("archive").build)


def pdf() -> None:
    """The site on paper."""
    step("pdf", module("pdf").build)


def linkcheck() -> None:
    """Every page that the book links to is asked for."""
    step("links", module("html").check_links)


def port() -> int:
    """Looks whether the port is free, before anybody waits for a build."""
    web = module("serve")
    number: int = web.parse_port(os.environ.get("PORT") or str(web.DEFAULT_PORT))
    web.check_port(number)
    return number


def serve() -> None:
    """The whole site, built and served."""
    number = port()
    book()
    module("serve").serve(HTML, number)


def browsers() -> None:
    """Chromium and Firefox for the tests, and VS Code's renderer of widgets."""
    step("browsers", module("browsers").ensure)
    step("vscode", module("vscode").ensure)


def types() -> None:
    """TypeScript's compiler over the page's code."""
    step("tsc", module("toolchain").check_types)


def lock() -> None:
    """Both lock files, from requirements.in and package.json."""
    step("lock", module("toolchain").lock)


def module(name: str) -> Any:
    """A module of the build."""
    return import_module(f"book.{name}")


STEPS: dict[str, Callable[[], object]] = {
    each.__name__.rstrip("_"): each
    for each in (setup, kernel, html, lite, book, zip_, pdf, linkcheck, port, serve, browsers, types, lock)
}


def main(words: list[str]) -> int:
    """Runs one step; the exit code."""
    if len(words) != 1 or words[0] not in STEPS:
        return fail(f"usage: python -m book STEP, where STEP is one of: {', '.join(STEPS)}")
    try:
        STEPS[words[0]]()
    except BuildError as error:
        return fail(f"\n{error}")
    except KeyboardInterrupt:
        return fail("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
