"""The Sphinx extension on small books of the tests' own: the page contract, and what must make a build fail."""

import json
import re
from pathlib import Path

import pytest

from book.html import clear_old_pages, faults, jupyter_book, mirror
from book.progress import BuildError

HEADER = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n# A page\n\n"

CELLS = """
```{code-cell} ipython3
:tags: [setup, remove-cell]
greeting = "</script><b>hello"
```

```{code-cell} ipython3
:tags: [hide-input]
print(greeting)
```

```{code-cell} ipython3
:tags: [explorer, remove-input]
import os
from IPython.display import HTML
import ipywidgets
unseen = ipywidgets.IntSlider()
HTML('<div class="ecs-explorer">ECSLITE_BOOK=' + os.environ["ECSLITE_BOOK"] + "</div>")
```
"""


def book(folder: Path, chapter: str) -> Path:
    """A book with a root page and one chapter; the folder of its site."""
    for name in ("book", "chapters"):
        (folder / name).mkdir()
    (folder / "book" / "_toc.yml").write_text("format: jb-book\nroot: book/intro\nchapters:\n- file: chapters/one\n")
    (folder / "book" / "intro.md").write_text("# The root\n\nWords.\n")
    (folder / "book" / "favicon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "chapters" / "one.md").write_text(HEADER + chapter)
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of a good book."""
    folder = tmp_path_factory.mktemp("good")
    site = book(folder, CELLS)
    jupyter_book(folder, folder / "executed")
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What two builds in a row say of a book with several faults that are only warnings to Sphinx."""
    folder = tmp_path_factory.mktemp("bad")
    widget = "```{code-cell} ipython3\nimport ipywidgets\nipywidgets.IntSlider()\n```\n"
    figure = (
        "```{code-cell} ipython3\n"
        "from IPython.display import display\n"
        'display({"application/vnd.plotly.v1+json": {"data": []}}, raw=True)\n```\n'
    )
    book(folder, f"{widget}\n{figure}\n{{math}}`x^2`\n\n{{lab}}`no-such-lab`\n\n[gone](no-such-page.md)\n")
    failures = []
    for _ in range(2):
        with pytest.raises(BuildError) as failure:
            jupyter_book(folder, folder / "executed")
        failures.append(str(failure.value))
    return failures


def facts(page: str) -> dict[str, object]:
    """The page's JSON block."""
    found = re.findall(r'<script type="application/json" id="ecs-page">(.*?)</script>', page)
    assert len(found) == 1
    return json.loads(found[0])


def test_a_page_has_the_sources_of_all_its_cells_hidden_ones_too(pages: dict[str, str]) -> None:
    cells = facts(pages["chapters/one.html"])["cells"]
    assert [(cell["id"], cell["tags"]) for cell in cells] == [
        ("c1", ["setup", "remove-cell"]),
        ("c2", ["hide-input"]),
        ("c3", ["explorer", "remove-input"]),
    ]
    assert cells[0]["source"] == 'greeting = "</script><b>hello"'


def test_rendered_cells_carry_their_ids_and_removed_ones_have_no_div(pages: dict[str, str]) -> None:
    found = re.findall(r'<div class="cell[^"]*" data-cell="(\w+)"', pages["chapters/one.html"])
    assert found == ["c2", "c3"]


@pytest.mark.parametrize(
    ("page", "root"), [("chapters/one.html", "../"), ("book/intro.html", "../"), ("search.html", "./")]
)
def test_assets_are_named_relative_to_the_page(pages: dict[str, str], page: str, root: str) -> None:
    block = facts(pages[page])
    assert (block["root"], block["assets"]) == (root, f"{root}_static/ecs/")
    assert f'<script type="module" src="{root}_static/ecs/page.js"></script>' in pages[page]
    assert f'<link rel="stylesheet" href="{root}_static/ecs/page.css">' in pages[page]


def test_plotly_is_loaded_only_where_there_is_a_figure(pages: dict[str, str]) -> None:
    assert {name for name, page in pages.items() if "plotly.min.js" in page} == {"chapters/one.html"}


def test_cells_know_that_they_run_for_the_book(pages: dict[str, str]) -> None:
    assert "ECSLITE_BOOK=1" in pages["chapters/one.html"]


def test_no_widget_state_and_no_thebe_is_left_in_a_page(pages: dict[str, str]) -> None:
    assert [name for name, page in pages.items() if "jupyter.widget" in page or "thebe" in page.lower()] == []


def test_a_widget_without_html_of_its_own_fails_the_build(complaints: list[str]) -> None:
    assert "a widget of chapters/one has no HTML of its own" in complaints[0]


def test_a_figure_without_html_of_its_own_fails_the_build(complaints: list[str]) -> None:
    assert "application/vnd.plotly.v1+json" in complaints[0]


def test_a_formula_fails_the_build(complaints: list[str]) -> None:
    assert "chapters/one has a formula, and the site ships no MathJax" in complaints[0]


def test_a_link_to_a_lab_that_is_not_there_fails_the_build(complaints: list[str]) -> None:
    assert "there is no lab 'no-such-lab' in labs/released" in complaints[0]


def test_a_link_to_a_page_that_is_not_there_fails_the_build(complaints: list[str]) -> None:
    assert "no-such-page.md" in complaints[0]


def test_a_second_build_of_the_same_fault_fails_too(complaints: list[str]) -> None:
    assert complaints[0] == complaints[1]


def test_a_book_that_knows_its_address_has_a_sitemap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_URL", "https://example.org/some/path")
    site = book(tmp_path, "Words.\n")
    jupyter_book(tmp_path, tmp_path / "executed")
    assert "<loc>https://example.org/some/path/chapters/one.html</loc>" in (site / "sitemap.xml").read_text()
    assert 'href="/some/path/_static/' in (site / "404.html").read_text()


def test_a_failing_cell_fails_the_build_and_is_shown(tmp_path: Path) -> None:
    book(tmp_path, "```{code-cell} ipython3\nthis_name_is_nowhere\n```\n")
    with pytest.raises(BuildError, match=r"this_name_is_nowhere(.|\n)*NameError") as failure:
        jupyter_book(tmp_path, tmp_path / "executed")
    assert "click" not in str(failure.value)


def test_only_faults_are_shown_of_a_failed_builds_output() -> None:
    noise = "[IPKernelApp] WARNING | Kernel is running\nreading sources\n"
    assert faults(f"{noise}one.md: WARNING: gone\n") == "one.md: WARNING: gone"


def test_a_mirror_copies_what_changed_and_removes_what_is_gone(tmp_path: Path) -> None:
    source, copy = tmp_path / "source", tmp_path / "copy"
    (source / "deep").mkdir(parents=True)
    (source / "a").write_text("a")
    (source / "deep" / "b").write_text("b")
    counts = [mirror(source, copy), mirror(source, copy)]
    (source / "a").unlink()
    (source / "deep" / "b").write_text("bb")
    counts.append(mirror(source, copy))
    left = {path.relative_to(copy).as_posix(): path.read_text() for path in copy.rglob("*") if path.is_file()}
    assert (counts, left) == ([2, 0, 1], {"deep/b": "bb"})


def test_the_page_of_a_chapter_that_is_gone_leaves_the_site(tmp_path: Path) -> None:
    site, contents = tmp_path / "html", tmp_path / "_toc.yml"
    left = []
    for text in ("one, two", "one, two", "one"):
        contents.write_text(text)
        clear_old_pages(site, contents, tmp_path / "stamps")
        left.append(site.exists())
        site.mkdir(exist_ok=True)
    assert left == [False, True, False]
