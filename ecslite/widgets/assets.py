"""The widgets' JavaScript and style, as one self-contained module for a reader's own Jupyter.

The book's page bundles the same files. They import nothing but each other, so that putting them one after the other
in the order of their imports, without the import and export words, is the same program.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["MODULES", "css", "esm", "plotly_js"]

HERE = Path(__file__).parent

MODULES = (
    *("dom.js", "figure.js", "why.js", "places.js", "boxes.js", "cards.js", "stage.js", "board.js"),
    *("tables.js", "waterfall.js", "anatomy.js"),
    *("controls.js", "link.js", "line.js", "design.js", "exercise.js", "explorer.js"),
)
"""In the order of their imports: each imports only from those before it."""

PLOTLY_BUNDLE = HERE / "plotly-basic.min.js"
"""plotly.js, which the build of the wheel may put here."""

IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z]+\.js";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class) )", re.MULTILINE)


@cache
def esm() -> str:
    """All modules as one ES module."""
    return "\n".join(EXPORT.sub("", IMPORT.sub("", (HERE / name).read_text(encoding="utf-8"))) for name in MODULES)


@cache
def css() -> str:
    """The widgets' style sheet."""
    return (HERE / "widgets.css").read_text(encoding="utf-8")


def plotly_js() -> str | None:
    """The source of plotly.js: the wheel's own bundle, else that of an installed plotly, else None."""
    if PLOTLY_BUNDLE.exists():
        return PLOTLY_BUNDLE.read_text(encoding="utf-8")
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415 - plotly is optional, and slow to import
    except ImportError:
        return None
    return str(get_plotlyjs())
