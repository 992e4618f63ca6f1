"""Sphinx: takes out of the pages everything that would ask another host for something.

Jupyter Book loads sphinx-thebe and sphinx-comments whatever the settings say, and thebe's script comes from a CDN on
every page. MathJax's default is a CDN too. MyST-NB stores the state of every ipywidget of a notebook in the page, each
with its JavaScript: our widgets bring their own HTML instead.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

UNWANTED = ("sphinx_thebe", "sphinx_comments")
"""Extensions that Jupyter Book always loads, and whose event handlers and styles are taken out again."""

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def setup(app: Sphinx) -> None:
    """Called by book.extension, which is loaded after all the others."""
    for listeners in app.events.listeners.values():
        listeners[:] = [each for each in listeners if not each.handler.__module__.startswith(UNWANTED)]
    app.registry.css_files[:] = [each for each in app.registry.css_files if "thebe" not in each[0]]
    app.connect("doctree-read", drop_widget_state)
    app.connect("html-page-context", refuse_math)


def drop_widget_state(app: Sphinx, doctree: nodes.document) -> None:
    """Removes the notebook's widget state; a widget that has nothing else to show is a warning, so the build fails."""
    for node in list(doctree.findall(nodes.raw)):
        if WIDGET_STATE in node.astext():
            node.parent.remove(node)
    for bundle in doctree.findall(is_mime_bundle):
        kinds = [child.get("mime_type") for child in bundle.children if isinstance(child, nodes.Element)]
        if WIDGET_VIEW in kinds:
            LOGGER.warning("a widget of %s has no HTML of its own, so a reader would see nothing", app.env.docname)
    app.env.nb_metadata.get(app.env.docname, {}).pop("js_files", None)  # type: ignore[attr-defined]


def is_mime_bundle(node: nodes.Node) -> bool:
    """True of MyST-NB's container of one output in several formats."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"


def refuse_math(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Warns of a formula: the book has no MathJax of its own, and a reader's browser is sent to no CDN."""
    if doctree is not None and any(doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))):
        LOGGER.warning("%s has a formula, and the site ships no MathJax: write it in words or as code", pagename)
