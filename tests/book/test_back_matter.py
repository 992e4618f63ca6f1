"""The back matter is made from its sources: the engine's comments, its price list, and what the chapters hold."""

import json
import re
from pathlib import Path

import pytest

from book.html import jupyter_book
from book.listings import MARK, PRICES, around, comments, dollars, model_notes
from book.paths import ROOT
from book.stamps import files

CODE = '''
LIMIT = 3
"""How many."""
# Model: not documented; it is three. Look at
# the rest of the comment.

class Part:
    size: int = 1  # Model: one size.

    def work(self):
        # Model: no time.
        # Model: no cost.
        return 0

    def _hidden(self):
        return 1  # Model: nobody sees it.
'''

PAGE = """# One

```{glossary}
Tea
  What the shop sells. See {term}`Shop`.

Shop
  Sells {term}`tea <Tea>`.
```

A fact.[^fact] Another.[^other]

[^fact]: Guide of Tea, [Leaves](https://example.org/leaves). Read today.
[^other]: Guide of Tea, [Leaves](https://example.org/leaves) and [Cups](https://example.org/cups). A talk, [Water](https://example.org/water).
"""

ASKS = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

# It asks

```{code-cell} ipython3
from ecslite.widgets import Exercise, Number
Exercise("How many?", Number(3), solution="Three.", name="asks-exercise")
```

```{code-cell} ipython3
Exercise("Is it `2 < 3`?", Number(1), solution="Yes.", kind="question", name="asks-question")
```
"""


def test_a_note_has_its_place_and_all_its_lines():
    found = [(around(CODE, line), text) for line, text in comments(CODE)]
    assert found == [
        ("LIMIT", "Not documented; it is three. Look at the rest of the comment."),
        ("Part.size", "One size."),
        ("Part.work", "No time."),
        ("Part.work", "No cost."),
        ("Part", "Nobody sees it."),
    ]


def test_every_simplification_of_the_engine_is_noted():
    sources = [path.read_text(encoding="utf-8") for path in files(ROOT / "ecslite") if path.suffix == ".py"]
    assert len(model_notes()) == sum(text.count(MARK) for text in sources)


@pytest.mark.parametrize(("usd", "shown"), [(0.04048, "0.04048"), (0.0000002, "0.0000002"), (3.0, "3")])
def test_a_price_shows_all_its_digits(usd: float, shown: str):
    assert dollars(usd) == shown


def words(html: str) -> str:
    """The article's text without its elements."""
    article = html[html.index("<article") : html.index("</article>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", article.replace("</dt>", " ")))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A book of one chapter, with all the lists; built twice, the second time with one more chapter."""
    folder = tmp_path_factory.mktemp("back")
    for name in ("book", "chapters"):
        (folder / name).mkdir()
    (folder / "book" / "favicon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    for name in ("model-notes", "price-list", "terms", "sources", "questions"):
        (folder / "book" / f"{name}.md").write_text(f"# The list\n\n```{{{name}}}\n```\n")
    (folder / "book" / "intro.md").write_text("# The root\n\nWords.\n")
    (folder / "chapters" / "one.md").write_text(PAGE)
    (folder / "chapters" / "asks.md").write_text(ASKS)
    (folder / "chapters" / "two.md").write_text("# Two\n\nWords.\n")
    names = ["chapters/one", "chapters/two", "book/model-notes", "book/price-list", "book/terms", "book/sources"]
    names += ["book/questions", "chapters/asks"]
    contents = "".join(f"- file: {name}\n" for name in names)
    (folder / "book" / "_toc.yml").write_text(f"format: jb-book\nroot: book/intro\nchapters:\n{contents}")
    jupyter_book(folder, folder / "executed")
    more = "# Two\n\n```{glossary}\nCup\n  Holds tea.\n```\n"
    (folder / "chapters" / "two.md").write_text(f"{more}\nA fact.[^a]\n\n[^a]: [Leaves](https://example.org/leaves).\n")
    jupyter_book(folder, folder / "executed")
    site = folder / "_build" / "html"
    return {path.stem: path.read_text(encoding="utf-8") for path in site.glob("book/*.html")}


def test_the_glossary_has_all_terms_by_the_alphabet_with_their_chapters(pages: dict[str, str]):
    assert "Cup Holds tea. Two Shop Sells tea. One Tea What the shop sells. See Shop. One" in words(pages["terms"])


def test_a_term_leads_to_where_it_is_explained(pages: dict[str, str]):
    assert 'href="../chapters/one.html#term-Tea"' in pages["terms"]


def test_a_source_stands_once_with_every_chapter_that_names_it(pages: dict[str, str]):
    said = words(pages["sources"])
    assert ("Guide of Tea, Leaves: One; Two." in said, "A talk, Water: One." in said) == (True, True)
    assert "Guide of Tea, Cups: One." in said
    assert said.count("Leaves") == 1


def test_the_prices_are_those_of_the_bills(pages: dict[str, str]):
    said = words(pages["price-list"])
    kept = json.loads(Path(PRICES).read_text(encoding="utf-8"))
    missing = [
        name for name, one in kept["prices"].items() if f"{name} {dollars(one['usd'])} per {one['per']}" not in said
    ]
    assert missing == []
    assert [name for name in kept["discounts"] if name not in said] == []


def test_the_notes_stand_under_their_packages(pages: dict[str, str]):
    assert set(re.findall(r'<h2><code[^>]*><span class="pre">([\w.]+)', pages["model-notes"])) == {
        note.package for note in model_notes()
    }


def test_all_questions_of_a_chapter_are_asked_again_with_their_solutions_and_its_exercises_are_not(
    pages: dict[str, str],
):
    page = pages["questions"]
    assert re.findall(r'data-question="([^"]+)"', page) == ["asks-question"]
    assert (
        '<section data-chapter="chapters/asks" data-exercises="[&quot;asks-exercise&quot;, &quot;asks-question&quot;]">'
        in page
    )
    assert '<h2><a href="../chapters/asks.html">It asks</a></h2>' in page
    asked, solved = "Is it <code>2 &lt; 3</code>?", "<details><summary>Solution</summary><p>Yes.</p></details>"
    assert (asked in page, solved in page, "How many?" in page) == (True, True, False)
