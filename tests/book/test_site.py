"""The built site, all of it: it asks no other host, works under any path, and holds no solution."""

import json
import re
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest

from book.lite import PRELOADED, PYODIDE_URL, for_browser
from book.paths import HTML, RELEASED_LABS

LOADING = re.compile(
    r"""<(?:script|img|iframe|source|audio|video|embed|object|use|image)\b[^>]*?\b(?:src|srcset|data|href)\s*=\s*["']?(?:https?:)?//[^>]*>
    |<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|modulepreload|prefetch|icon|manifest))[^>]*href=["']?(?:https?:)?//[^>]*>""",
    re.IGNORECASE | re.VERBOSE,
)
"""Elements that load something from an absolute address. A plain link that a reader may follow is none."""

STYLES = re.compile(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)'\"]*", re.IGNORECASE)
CDNS = re.compile(r"https?://[\w.-]*(?:jsdelivr|unpkg|cdnjs|googleapis|gstatic|esm\.sh|skypack|pypi\.org)[^\s\"'`)]*")


@pytest.fixture(scope="module")
def site() -> Path:
    """The built book."""
    if not (HTML / "lite" / "jupyter-lite.json").is_file():
        pytest.fail(f"{HTML} is not a whole site: run `make book` first")
    return HTML


def findings(site: Path, pattern: str, what: re.Pattern[str]) -> list[str]:
    """`file: match` for every match in the files of one kind."""
    return [
        f"{path.relative_to(site)}: {match.group(0)[:200]}"
        for path in sorted(site.rglob(pattern))
        for match in what.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    assert findings(site, "*.html", LOADING) == []


def test_no_style_loads_anything_from_another_host(site: Path) -> None:
    assert findings(site, "*.css", STYLES) == []


def test_the_books_own_scripts_name_no_cdn(site: Path) -> None:
    found = [line for line in findings(site, "*.js", CDNS) if not line.startswith(("lite/", "_static/ecs/pyodide/"))]
    assert found == []


def test_no_page_needs_a_place_at_the_hosts_root(site: Path) -> None:
    at_root = re.compile(r"""\b(?:src|href)=["']/[^/"'][^"']*""")
    pages = [line for line in findings(site, "*.html", at_root) if not line.startswith("404.html")]
    assert pages == []


def test_jupyterlite_uses_the_books_pyodide_and_never_pypi(site: Path) -> None:
    config = json.loads((site / "lite" / "jupyter-lite.json").read_text())["jupyter-config-data"]
    kernel = config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert (kernel["pyodideUrl"], kernel["disablePyPIFallback"]) == (PYODIDE_URL, True)
    assert (site / "lite" / PYODIDE_URL).is_file()


def test_pyodides_lock_names_the_wheels_that_are_there(site: Path) -> None:
    folder = site / "_static" / "ecs" / "pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    assert set(PRELOADED) | {"ecslite", "simpy", "ipywidgets", "anywidget"} <= set(packages)
    assert [each["file_name"] for each in packages.values() if not (folder / each["file_name"]).is_file()] == []


def test_the_site_holds_the_released_labs_and_no_source_of_any(site: Path) -> None:
    files = {path.name for path in (site / "lite" / "files").rglob("*") if path.is_file()}
    assert files == {path.name for path in RELEASED_LABS.glob("*.ipynb")}
    assert [path for path in site.rglob("*") if path.suffix == ".md" or path.name.endswith((".map", ".err.log"))] == []


def test_a_lab_in_the_site_is_the_released_notebook_and_nothing_more(site: Path) -> None:
    """What is not released, the tests of the labs look for in the released notebooks themselves."""
    there = {path.name: json.loads(path.read_text()) for path in (site / "lite" / "files").glob("*.ipynb")}
    assert there == {path.name: for_browser(json.loads(path.read_text())) for path in RELEASED_LABS.glob("*.ipynb")}


def test_no_file_of_the_site_has_a_cell_that_only_grading_knows(site: Path) -> None:
    """Not in a page, a notebook or a script, and nothing of labs/ in a wheel or a zip."""
    grading = re.compile(rb"ex-\d+-\d+-(?:collect|judge)|BEGIN SOLUTION")
    files = [path for path in site.rglob("*") if path.is_file()]
    packed = [name for path in files if is_zipfile(path) for name in ZipFile(path).namelist()]
    assert [path for path in files if grading.search(path.read_bytes())] == []
    assert [name for name in packed if name.startswith("labs/")] == []
    assert any(name == "ecslite/checks.py" for name in packed)


def test_every_chapter_is_there_as_a_notebook_and_its_page_leads_to_it(site: Path) -> None:
    pages = sorted((site / "chapters").glob("*.html"))
    assert [page.name for page in pages if not page.with_suffix(".ipynb").is_file()] == []
    assert [page.name for page in pages if f'href="{page.stem}.ipynb"' not in page.read_text(encoding="utf-8")] == []


def test_every_page_tells_its_title_and_what_it_is_about_where_links_are_shared(site: Path) -> None:
    pages = [*(site / "chapters").glob("*.html"), *(site / "book").glob("*.html")]
    tags = ('<meta property="og:title"', '<meta property="og:description"', '<meta name="description"')
    texts = {page.name: page.read_text(encoding="utf-8") for page in pages}
    assert [(name, tag) for name, text in texts.items() for tag in tags if tag not in text] == []


def test_a_page_that_is_not_there_says_so_and_leads_to_the_first(site: Path) -> None:
    page = (site / "404.html").read_text(encoding="utf-8")
    assert ("This page is not here" in page, '<a href="/">the first page</a>' in page) == (True, True)
