"""Sphinx: the role `lab`, a link that opens a released lab in the site's own JupyterLite, in a tab of its own.

{lab}`01-a-service-keeps-its-promise`
{lab}`Open the first lab <01-a-service-keeps-its-promise>`
"""

from html import escape
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import ReferenceRole

from book.paths import RELEASED_LABS


class LabLink(ReferenceRole):
    """A link to a lab; a lab that is not in labs/released is a warning, so the build fails."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The link, relative to the page that has it."""
        if not (RELEASED_LABS / f"{self.target}.ipynb").is_file():
            known = ", ".join(sorted(path.stem for path in RELEASED_LABS.glob("*.ipynb"))) or "none"
            message = f"there is no lab {self.target!r} in labs/released; there are: {known}"
            return [], [self.inliner.reporter.warning(message, line=self.lineno)]
        up = "../" * self.env.docname.count("/")
        url = f"{up}lite/notebooks/index.html?path={quote(self.target)}.ipynb"
        link = f'<a class="ecs-lab" href="{escape(url)}" target="_blank" rel="noopener">{escape(self.title)}</a>'
        return [nodes.raw("", link, format="html")], []


def setup(app: Sphinx) -> None:
    """Called by book.extension."""
    app.add_role("lab", LabLink())
