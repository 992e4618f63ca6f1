"""Widgets: explorers, figures and boards for a notebook and for the book's pages.

The only room that needs ipywidgets and anywidget: `pip install ecslite[widgets]`.
"""

from ecslite.widgets.board import Board
from ecslite.widgets.controls import Choice, Prediction, Range
from ecslite.widgets.exercise import Exercise, Number, OneOf, Order
from ecslite.widgets.explorer import Explorer
from ecslite.widgets.figure import Figure
from ecslite.widgets.progress import Progress, watch
from ecslite.widgets.shown import (
    anatomy_view,
    costs_views,
    loops_views,
    parts_views,
    service_views,
    together,
    waterfall_view,
)

__all__ = [
    "Board",
    "Choice",
    "Exercise",
    "Explorer",
    "Figure",
    "Number",
    "OneOf",
    "Order",
    "Prediction",
    "Progress",
    "Range",
    "anatomy_view",
    "costs_views",
    "loops_views",
    "parts_views",
    "service_views",
    "together",
    "watch",
    "waterfall_view",
]
