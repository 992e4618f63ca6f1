"""A plain figure: a spec with its text alternative, shown wherever the notebook is."""

from __future__ import annotations

from typing import Any

from ecslite.errors import EcsliteError
from ecslite.views.figures import Spec
from ecslite.widgets import still

__all__ = ["Figure"]

PLOTLY_MIME = "application/vnd.plotly.v1+json"


class Figure:
    """A figure spec and, in `alt`, what it shows. A notebook shows it; `plotly()` makes it plotly's own object."""

    def __init__(self, spec: Spec, alt: str, *, name: str = "figure") -> None:
        self.spec = spec
        self.alt = alt
        self.name = name

    def plotly(self) -> Any:
        """A `plotly.graph_objects.Figure` of the same spec; EcsliteError where plotly is not installed."""
        try:
            from plotly.graph_objects import Figure as PlotlyFigure  # noqa: PLC0415 - plotly is optional
        except ImportError:
            raise EcsliteError("plotly is not installed here: run `pip install plotly`, then try again") from None
        return PlotlyFigure(self.spec)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        html = still.still_figure(self.spec, self.alt, self.name)
        if still.in_book():
            return {"text/html": html}
        return {PLOTLY_MIME: self.spec, "text/html": html, "text/plain": self.alt}
