"""Views: a Run in, plain dicts out. Figures, their text alternatives and pictures, the board, tables, stories."""

from ecslite.views import alt, board, figures, palette, picture, story, tables

__all__ = ["alt", "board", "figures", "palette", "picture", "story", "tables"]
