"""`html`: the chapters, executed and rendered by Jupyter Book into _build/html, and the page's assets beside them."""

import os
import re
import shutil
import sys
from pathlib import Path

from book import icons, policy
from book.paths import ASSETS, BUILD, HTML, KERNEL, RELEASED_LABS, ROOT, STAMPS
from book.progress import BuildError, command
from book.stamps import digest, files, unless_fresh

JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
"""Its command-line tool, in this interpreter."""

CACHES = BUILD / "executed"
"""Executed notebooks, in one folder for each state of the engine."""

FAILED_CELL = re.compile(r"An error occurred while executing the following cell:\n.*?(?=\n\nThe above exception)", re.S)
TOC = ROOT / "book" / "_toc.yml"
SETTINGS = ROOT / "_config.yml"
PAGES = HTML / "index.html"

NO_PAGES = {"_static", "lite"}
"""Folders of the site that hold no pages of the book."""

SEARCH_SCRIPTS = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')

FRONT_DOOR = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>ECS by Experiment</title>
<link rel="icon" href="_static/favicon.svg">
<meta http-equiv="refresh" content="0; url=book/intro.html">
<p><a href="book/intro.html">ECS by Experiment</a></p>
</html>
"""
"""The site's address without a page leads to the first one, also under a sub-path."""


def build() -> str:
    """Renders what has changed, and copies the assets."""
    done = unless_fresh("html", inputs(), PAGES, render)
    return f"{done}; {mirror(KERNEL, ASSETS)} assets copied"


def inputs() -> str:
    """The hash of everything that a page is made of."""
    book = [path for path in files(ROOT / "book") if path.suffix in {".py", ".md", ".yml", ".svg"}]
    roots = [SETTINGS, RELEASED_LABS, ROOT / "requirements.txt", ROOT / "chapters", ROOT / "ecslite", *book]
    return digest(*roots, also=[os.environ.get("BOOK_URL", "")])


def render() -> str:
    """Renders the book into _build/html."""
    clear_old_pages(HTML, TOC, STAMPS)
    jupyter_book(ROOT, execution_cache())
    tidy(HTML)
    PAGES.write_text(FRONT_DOOR, encoding="utf-8")
    policy.protect(HTML, pages(HTML), policy.PAGE)
    return f"pages rendered, {icons.trim(HTML)}"


def pages(site: Path) -> list[Path]:
    """The book's pages; JupyterLite's have a policy of their own."""
    return [path for path in files(site) if path.suffix == ".html" and path.relative_to(site).parts[0] not in NO_PAGES]


def clear_old_pages(site: Path, contents: Path, stamps: Path) -> None:
    """Empties the site when the table of contents changed: Sphinx never removes the page of a chapter that is gone."""

    def clear() -> str:
        shutil.rmtree(site, ignore_errors=True)
        return "cleared"

    unless_fresh("contents", digest(contents), site, clear, stamps)


def tidy(site: Path) -> None:
    """Removes what no reader needs: the pages' sources, the maps of the theme's scripts, its templates, and from every
    page but the search's own the search's scripts with the index of the whole book, which the theme loads everywhere.
    """
    shutil.rmtree(site / "_sources", ignore_errors=True)
    for path in [*site.glob("_static/**/*.map"), *site.glob("_static/*.html")]:
        path.unlink()
    for path in pages(site):
        text = path.read_text(encoding="utf-8")
        if path.name != "search.html" and (kept := SEARCH_SCRIPTS.sub("", text)) != text:
            path.write_text(kept, encoding="utf-8")


def check_links() -> str:
    """Asks every page that the book links to; BuildError names those that do not answer."""
    jupyter_book(ROOT, execution_cache(), builder="linkcheck")
    return "all links answer"


def jupyter_book(source: Path, cache: Path, builder: str = "html") -> str:
    """Runs Jupyter Book with the book's settings over `source`; a warning, missing reference or failing cell fails it.

    The site is in _build/html of `source`; the answer is what Jupyter Book printed.
    """
    argv = [sys.executable, "-c", JUPYTER_BOOK, "build", source, "--path-output", source, "--config", SETTINGS]
    strict = ["--toc", source / "book" / "_toc.yml", "--builder", builder, "-n", "-W", "--keep-going"]
    built = source / "_build"
    try:
        return command("html", [*argv, *strict], environment(cache), logs=built / "logs", explain=faults)
    except BuildError:
        # Sphinx warns of a page when it reads it, and would not read it again: a second build would pass.
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
        raise


def faults(output: str) -> str:
    """What a person needs of a failed build's output: the warnings, and a failed cell with its traceback."""
    lines = [line for line in output.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL): |\) broken ", line)]
    return "\n".join([*lines, *FAILED_CELL.findall(output)])


def execution_cache() -> Path:
    """The folder of executed notebooks for the engine as it is.

    MyST-NB keys its cache by a notebook's code alone, so a changed engine would go unnoticed: it gets a folder of its
    own, and those of former states are removed.
    """
    key = digest(ROOT / "ecslite", ROOT / "requirements.txt", also=[sys.version])[:16]
    for old in CACHES.glob("*"):
        if old.name != key:
            shutil.rmtree(old)
    return CACHES / key


def environment(cache: Path) -> dict[str, str]:
    """The process environment: cells know that they run for the book, and no Jupyter setting of the user's counts."""
    own = BUILD / "jupyter"
    (own / "ipython").mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "ECSLITE_BOOK": "1",
        "BOOK_EXECUTION_CACHE": str(cache),
        "BOOK_CODE": digest(*(ROOT / "book").glob("*.py"), RELEASED_LABS),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_PLATFORM_DIRS": "0",
        "IPYTHONDIR": str(own / "ipython"),
        "PYTHONPATH": str(ROOT),
    }


def mirror(source: Path, target: Path) -> int:
    """Makes `target` a copy of `source`; the number of files that had to be copied. Files that are gone are removed."""
    wanted = {path.relative_to(source): path for path in files(source)}
    for path in files(target):
        if path.relative_to(target) not in wanted:
            path.unlink()
    stale = {name: path for name, path in wanted.items() if changed(path, target / name)}
    for name, path in stale.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target / name)
    return len(stale)


def changed(source: Path, copy: Path) -> bool:
    """True if the copy is missing, or differs in size or in time."""
    if not copy.exists():
        return True
    before, after = source.stat(), copy.stat()
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
