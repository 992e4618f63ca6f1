"""Sphinx: links to the released labs, which open in the site's own JupyterLite, in a tab of their own.

{lab}`01-a-service-keeps-its-promise`                          a link, anywhere in a text
{lab}`Open the first lab <01-a-service-keeps-its-promise>`

```{labs}                                                      all of them, each with a download for one's own Jupyter
```
"""

import json
from html import escape
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from book.paths import RELEASED_LABS


class LabLink(ReferenceRole):
    """A link to a lab; a lab that is not in labs/released is a warning, so the build fails."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link, relative to the page that has it."""
        if not (RELEASED_LABS / f"{self.target}.ipynb").is_file():
            known = ", ".join(path.stem for path in released()) or "none"
            message = f"there is no lab {self.target!r} in labs/released; there are: {known}"
            return [], [self.inliner.reporter.warning(message, line=self.lineno)]
        return [nodes.raw("", opening(self.env.docname, self.target, self.title), format="html")], []


class LabList(SphinxDirective):
    """All released labs, by their file names."""

    def run(self) -> list[nodes.Node]:
        """The list. A changed or added lab changes the build's hash, so the page is read again (see book.html)."""
        items = []
        for path in released():
            file = f"{up(self.env.docname)}lite/files/{quote(path.name)}"
            download = f'<a href="{escape(file)}" download>Download the notebook</a> for your own Jupyter'
            items.append(f"<li>{opening(self.env.docname, path.stem, title(path))}. {download}.</li>")
        return [nodes.raw("", f'<ul class="ecs-labs">{"".join(items)}</ul>', format="html")]


def released() -> list[Path]:
    """The released notebooks, and nothing else of the labs: sources with solutions and checks never reach the site."""
    return sorted(RELEASED_LABS.glob("*.ipynb"))


def title(notebook: Path) -> str:
    """The notebook's first heading; its file's name if it has none."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines()]
    return next((line[2:].strip() for line in lines if line.startswith("# ")), notebook.stem)


def opening(page: str, lab: str, text: str) -> str:
    """The link that opens a lab from a page."""
    url = f"{up(page)}lite/notebooks/index.html?path={quote(lab)}.ipynb"
    return f'<a class="ecs-lab" href="{escape(url)}" target="_blank" rel="noopener">{escape(text)}</a>'


def up(page: str) -> str:
    """The way from a page to the site's root."""
    return "../" * page.count("/")


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.add_role("lab", LabLink())
    app.add_directive("labs", LabList)
