"""Sphinx: every chapter as a notebook for the reader's own Jupyter, beside its page, and the button that downloads it.

A chapter's text is MyST, which Jupyter shows as it stands. So its directives and roles become plain Markdown, numbers
that come from runs are written in, and `glue`, which is the book's alone, does nothing there. Only chapters become
notebooks: a lab's learners get the released one.
"""

import json
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from docutils import nodes
from sphinx.application import Sphinx

FOLDER = "chapters/"
"""Pages that become notebooks: those in this folder that have cells."""

TOP = """*A chapter of ECS by Experiment, as a notebook. Text: CC BY 4.0. Code: MIT.*

It needs the engine: in a checkout of the book, run `pip install ".[widgets]"` first.
Then run all cells from the top."""

GLUE = "from myst_nb import glue"
NO_GLUE = '''def glue(name, value, display=True):
    """The book writes such values into its text; here they stand there already."""
'''

FENCE = re.compile(
    r"^(?P<mark>:{3,}|`{3,})\{(?P<kind>[\w-]+)\}[ ]*(?P<title>[^\n]*)\n(?P<body>.*?)^(?P=mark)[ ]*$", re.M | re.S
)
OPTION = re.compile(r"^:[\w-]+:.*\n", re.M)
ROLE = re.compile(r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`<]*?)\s*(?:<(?P<target>[^`>]*)>)?`")
LINK = re.compile(r"(\]\((?:[\w./-]*/)?[\w-]+)\.md(#[\w-]*)?\)")
TERM = re.compile(r"^(\S[^\n]*)\n[ ]+", re.M)


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.connect("html-page-context", add_button, priority=950)
    app.connect("build-finished", write_all)


def has_notebook(app: Sphinx, page: str) -> bool:
    """True of a chapter with cells."""
    return page.startswith(FOLDER) and bool(app.env.metadata.get(page, {}).get("file_format") == "mystnb")


def add_button(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """The button in the page's header."""
    if has_notebook(app, pagename):
        button = {
            "type": "link",
            "url": f"{pagename.rpartition('/')[2]}.ipynb",
            "text": "",
            "tooltip": "Download this chapter as a notebook",
            "icon": "fas fa-download",
            "label": "download-notebook-button",
        }
        context["header_buttons"] = [button, *context.get("header_buttons", [])]


def write_all(app: Sphinx, failure: Exception | None) -> None:
    """Writes the notebooks of all chapters; a few milliseconds each."""
    if failure or app.builder.format != "html":
        return
    executed = Path(app.outdir).parent / "jupyter_execute"
    for page in sorted(app.env.found_docs):
        if has_notebook(app, page):
            numbers = glued(executed / f"{page}.glue.json")
            made = notebook(Path(app.env.doc2path(page)).read_text(encoding="utf-8"), numbers)
            nbformat.write(made, Path(app.outdir) / f"{page}.ipynb")


def glued(path: Path) -> dict[str, str]:
    """What the chapter's run has glued, as it stands in the text."""
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: one["data"].get("text/plain", "").strip("'\"") for name, one in kept.items()}


def notebook(text: str, numbers: dict[str, str]) -> nbformat.NotebookNode:
    """A chapter's source as a notebook without outputs."""
    made = jupytext.reads(text, fmt="md:myst")
    for place, cell in enumerate(made.cells):
        cell["id"] = f"c{place + 1}"
        if cell.cell_type == "markdown":
            cell.source = markdown(cell.source, numbers)
        else:
            cell.source = cell.source.replace(GLUE, NO_GLUE)
    made.cells.insert(0, nbformat.v4.new_markdown_cell(TOP, id="c0"))
    made.metadata = {"kernelspec": dict(made.metadata["kernelspec"]), "language_info": {"name": "python"}}
    made.nbformat_minor = 5
    return made


def markdown(text: str, numbers: dict[str, str]) -> str:
    """MyST as plain Markdown."""
    text = FENCE.sub(plain_fence, text)
    text = ROLE.sub(lambda found: plain_role(found, numbers), text)
    return LINK.sub(r"\1.ipynb\2)", text)


def plain_fence(found: re.Match[str]) -> str:
    """A directive: terms as bold words, anything else as a quotation under its title."""
    body = OPTION.sub("", found["body"]).strip("\n")
    if found["kind"] == "glossary":
        return TERM.sub(r"**\1**: ", body)
    title = found["title"].strip() or found["kind"].capitalize()
    lines = [f"**{title}**", "", *body.splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def plain_role(found: re.Match[str], numbers: dict[str, str]) -> str:
    """A role: the number that was glued, or its words."""
    if found["role"].startswith("glue"):
        return numbers.get(found["text"], found["text"])
    return found["text"]
