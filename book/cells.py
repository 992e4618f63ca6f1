"""Sphinx: what the page's kernel must know of a notebook, and the names that tie it to the page.

Every code cell gets an id: the notebook's own in .ipynb files, "c1", "c2", ... in text notebooks, which store none (so
the same text gives the same page). The rendered cell carries the id as `data-cell`, and the page has the sources of all
cells, hidden ones too.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

Cell = dict[str, Any]
"""{"id", "source", "tags"}, as the page's kernel reads it."""


class RenderedCell(nodes.container):
    """MyST-NB's container of a code cell, with its id. A subclass, so that MyST-NB's own transforms still find it."""


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.add_node(RenderedCell, html=(visit_cell, depart_cell), override=True)
    app.connect("doctree-read", name_cells)
    app.connect("env-purge-doc", forget_cells)
    app.connect("env-merge-info", merge_cells)


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Keeps the page's cells in the build's environment, and names the cells that are rendered."""
    names = read_cells(app.env)
    store(app.env)[app.env.docname] = list(names.values())
    for node in list(doctree.findall(is_code_cell)):
        named = RenderedCell("", *node.children, **node.attributes)
        named["data_cell"] = names[node["cell_index"]]["id"]
        node.replace_self(named)


def read_cells(env: BuildEnvironment) -> dict[int, Cell]:
    """The code cells of the document that is being read, by their index among all cells; {} if it is no notebook."""
    path = env.doc2path(env.docname)
    text = Path(path).read_text(encoding="utf-8")
    reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)  # type: ignore[attr-defined]
    if reader is None:
        return {}
    own_ids = path.endswith(".ipynb")
    cells = {index: cell for index, cell in enumerate(reader.read(text).cells) if cell.cell_type == "code"}
    return {
        index: {
            "id": cell.id if own_ids else f"c{number}",
            "source": cell.source,
            "tags": list(cell.metadata.get("tags", [])),
        }
        for number, (index, cell) in enumerate(cells.items(), 1)
    }


def is_code_cell(node: nodes.Node) -> bool:
    """True of MyST-NB's container of a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def store(env: BuildEnvironment) -> dict[str, list[Cell]]:
    """The cells of every page read so far, by page; pickled with the environment, so an unchanged page has them."""
    if not hasattr(env, "ecs_cells"):
        env.ecs_cells = {}  # type: ignore[attr-defined]
    return env.ecs_cells  # type: ignore[attr-defined,no-any-return]


def forget_cells(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drops a page that is read again, or is gone."""
    store(env).pop(docname, None)


def merge_cells(app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment) -> None:
    """Takes over what a parallel reader found."""
    store(env).update({name: cells for name, cells in store(other).items() if name in docnames})


def visit_cell(translator: HTML5Translator, node: RenderedCell) -> None:
    """`<div class="cell ..." data-cell="c3">`."""
    attributes = {"CLASS": "docutils container", "data-cell": node["data_cell"]}
    translator.body.append(translator.starttag(node, "div", **attributes))


def depart_cell(translator: HTML5Translator, node: RenderedCell) -> None:
    """Closes the cell."""
    translator.body.append("</div>\n")
