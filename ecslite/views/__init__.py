"""Views: a Run in, plain dicts out. Figures, their text alternatives and pictures, the board, tables, stories."""

from ecslite.views import alt, anatomy, board, costs, figures, loops, palette, parts, picture, story, tables, waterfall

__all__ = [
    "alt",
    "anatomy",
    "board",
    "costs",
    "figures",
    "loops",
    "palette",
    "parts",
    "picture",
    "story",
    "tables",
    "waterfall",
]
