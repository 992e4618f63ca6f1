"""Sphinx: the back matter that is read out of the engine's own files, so that nothing stands in the book twice.

```{model-notes}        every comment of the engine that begins "# Model:", a section a package
```
```{price-list}         ecslite/billing/prices.json, with sources and dates
```
"""

import ast
import io
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.paths import ROOT
from book.stamps import files
from book.tables import rich, section, table

ENGINE = ROOT / "ecslite"
PRICES = ENGINE / "billing" / "prices.json"
MARK = "# Model:"


@dataclass(frozen=True)
class Note:
    """One simplification: where it is made, and what it says."""

    package: str
    module: str
    name: str
    """The class or function around it; empty at the module's own level."""
    text: str


def model_notes(engine: Path = ENGINE) -> list[Note]:
    """All simplifications, by package and module, in the order of the code."""
    found = []
    for path in files(engine):
        if path.suffix != ".py":
            continue
        source = path.read_text(encoding="utf-8")
        module = ".".join([engine.name, *path.relative_to(engine).with_suffix("").parts]).removesuffix(".__init__")
        package = ".".join(module.split(".")[:2])
        found += [Note(package, module, around(source, line), text) for line, text in comments(source)]
    return sorted(found, key=lambda note: (note.package, note.module))


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each comment that begins with the mark; the comment lines right below it belong to it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {each.start: each.string for each in tokens if each.type == tokenize.COMMENT}
    for (line, column), text in lines.items():
        if text.startswith(MARK):
            words = [text.removeprefix(MARK).strip()]
            while more := lines.get((line + len(words), column)):
                if more.startswith(MARK):
                    break
                words.append(more.removeprefix("#").strip())
            said = " ".join(words)
            yield line, said[:1].upper() + said[1:]


def around(source: str, line: int) -> str:
    """What a comment is about: the innermost class or function around it, with dots, and the setting it stands at."""
    names: list[str] = []
    inside: list[ast.stmt] = ast.parse(source).body
    while True:
        here = [each for each in inside if each.lineno <= line <= (each.end_lineno or each.lineno)]
        named = [each for each in here if isinstance(each, ast.ClassDef | ast.FunctionDef)]
        if not named or named[0].name.startswith("_"):
            break
        names.append(named[0].name)
        inside = named[0].body
    return ".".join([*names, *setting(inside, line)])


def setting(body: list[ast.stmt], line: int) -> list[str]:
    """The name that is set on the comment's line or right above it, a docstring between them or not; [] if none is."""
    for place, each in enumerate(body):
        documents = isinstance(each, ast.Expr) and place > 0
        about = body[place - 1] if documents else each
        if (each.end_lineno or 0) in (line, line - 1) and isinstance(about, ast.AnnAssign | ast.Assign):
            target = about.target if isinstance(about, ast.AnnAssign) else about.targets[0]
            public = isinstance(target, ast.Name) and not target.id.startswith("_")
            return [ast.unparse(target)] if public else []
    return []


class ModelNotes(SphinxDirective):
    """The simplifications, a section a package."""

    def run(self) -> list[nodes.Node]:
        """The sections. A change of the engine makes Sphinx read all pages again (see book.html)."""
        found = groupby(model_notes(), key=lambda note: note.package)
        return [section(f"`{package}`", self.table_of(list(notes))) for package, notes in found]

    @staticmethod
    def table_of(notes: list[Note]) -> nodes.table:
        """A row a note: where, and what is simplified with what follows from it."""
        rows = [[rich(where(note)), rich(note.text)] for note in notes]
        return table(["Where in the code", "What is simplified, and what follows"], [35, 65], rows)


def where(note: Note) -> str:
    """The module within its package, and the name in it."""
    module = note.module.removeprefix(f"{note.package}.")
    return f"`{module}` `{note.name}`" if note.name else f"`{module}`"


class PriceList(SphinxDirective):
    """The prices and the discounts, each with its source and the date on which it was read."""

    def run(self) -> list[nodes.Node]:
        """Two sections."""
        self.env.note_dependency(str(PRICES))
        kept = json.loads(PRICES.read_text(encoding="utf-8"))
        prices = [
            self.row(name, f"{dollars(one['usd'])} per {one['per']}", one) for name, one in kept["prices"].items()
        ]
        shares = [self.row(name, f"{100 * one['share']:g} %", one) for name, one in kept["discounts"].items()]
        return [
            section("Prices", self.table_of("US dollars", prices)),
            section("Discounts and fees", self.table_of("Share", shares)),
        ]

    @staticmethod
    def row(name: str, amount: str, one: dict[str, Any]) -> list[list[nodes.Node]]:
        """Name, amount, source and date."""
        return [rich(f"`{name}`"), rich(amount), rich(one["source"]), rich(one.get("read", ""))]

    @staticmethod
    def table_of(amount: str, rows: list[list[list[nodes.Node]]]) -> nodes.table:
        """A row a price."""
        return table(["Name", amount, "Source", "Read"], [34, 20, 32, 14], rows)


def dollars(usd: float) -> str:
    """A price with all its digits, never as 1e-07."""
    return f"{usd:.12f}".rstrip("0").rstrip(".")


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.add_directive("model-notes", ModelNotes)
    app.add_directive("price-list", PriceList)
