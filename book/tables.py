"""Docutils nodes for pages that are made from sources: tables, sections, and text with `code` and links in it."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from docutils import nodes

Cell = Sequence[nodes.Node]
"""What stands in one cell: inline nodes."""

MARKS = re.compile(r"`+([^`]+)`+|(https?://[^\s<>]*[^\s<>.,;:)])")
"""Code in back ticks, or an address without the punctuation after it."""


def rich(text: str) -> list[nodes.Node]:
    """Text as nodes: `code` as code, and an address as a link that shows its host."""
    made: list[nodes.Node] = []
    end = 0
    for found in MARKS.finditer(text):
        made.append(nodes.Text(text[end : found.start()]))
        code, address = found.groups()
        made.append(nodes.literal("", code) if code else link(host(address), address))
        end = found.end()
    return [*made, nodes.Text(text[end:])]


def host(address: str) -> str:
    """The host of an address, as people say it."""
    return urlsplit(address).netloc.removeprefix("www.")


def link(text: str, address: str) -> nodes.reference:
    """A link out of the book."""
    return nodes.reference("", text, refuri=address, internal=False)


def table(heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[Cell]]) -> nodes.table:
    """A table with a row of heads."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(heads))
    group += nodes.thead("", row([[nodes.Text(head)] for head in heads]))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=["ecs-listing"])


def row(cells: Sequence[Cell]) -> nodes.row:
    """One row."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def section(title: str, *inside: nodes.Node) -> nodes.section:
    """A section with an id of its own title."""
    return nodes.section("", nodes.title("", "", *rich(title)), *inside, ids=[nodes.make_id(title)])
