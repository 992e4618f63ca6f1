"""The board alone: a run's parts at any moment, scrubbed and played, with why each thing happened."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from ecslite.sim.run import Run
from ecslite.views import alt, figures, parts
from ecslite.views import board as board_view
from ecslite.widgets import assets, still

__all__ = ["Board"]


class Board(anywidget.AnyWidget):
    """The board of a finished run, or of one service of it. It needs no kernel: all of the run's moments are in it."""

    board = traitlets.Dict().tag(sync=True)
    events: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, run: Run, *, service: str | None = None, name: str = "board") -> None:
        self.name = name
        self._shown = _figure(run, service)
        self._esm, self._css = ("", "") if still.in_book() else (assets.esm(), assets.css())
        super().__init__(board=board_view.board(run, service=service), events=board_view.events(run))

    def open(self) -> None:
        """Open the line to the page; a book in the making has none, and must not store a widget's state."""
        if not still.in_book():
            super().open()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """In the book the still form and nothing else; elsewhere the live widget."""
        if still.in_book():
            return {"text/html": still.still_board(self.board, self.events, self.name, self._shown)}, {}
        return super()._repr_mimebundle_(**kwargs)


def _figure(run: Run, service: str | None) -> tuple[figures.Spec, str]:
    """What stands in the board's place on paper: the figure of its first service, or of its serverless parts."""
    names = [service] if service else [one.subject for one in run.levels if one.name == "DesiredCount"]
    if names:
        return figures.service(run, service=names[0]), alt.service(run, service=names[0])
    return parts.figure(run), parts.alt(run)
