"""A progress bar with a Stop button for a sweep, in a notebook and on the book's pages."""

from __future__ import annotations

from time import monotonic

import ipywidgets
from IPython.display import display

from ecslite.sweep import Sweep, Trial

__all__ = ["Progress", "watch"]

SHOWN_EVERY = 0.1
"""Seconds between two changes of the bar: runs may take milliseconds."""


class Progress:
    """How far a sweep is; `box` is the widget. Stop lets the run that is being made end, and makes no other."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._shown_at = 0.0
        self.bar = ipywidgets.IntProgress(max=sweep.total, layout={"width": "16em"})
        self.words = ipywidgets.Label(f"0 of {sweep.total} runs")
        self.button = ipywidgets.Button(description="Stop", tooltip="Make no further run, and keep those that are made")
        self.button.on_click(lambda _: sweep.stop())
        self.box = ipywidgets.HBox([self.bar, self.words, self.button])

    def show(self, sweep: Sweep) -> None:
        """Draws the bar, a few times a second at most, and at the end for certain."""
        now = monotonic()
        if sweep.done < sweep.total and now - self._shown_at < SHOWN_EVERY:
            return
        self._shown_at = now
        self.bar.value = sweep.done
        self.words.value = f"{sweep.done} of {sweep.total} runs"

    def close_up(self) -> None:
        """The sweep has ended: what was made is said, and there is nothing left to stop."""
        self.bar.value = self._sweep.done
        whole = self._sweep.done == self._sweep.total
        self.words.value = f"all {self._sweep.total} runs" if whole else f"stopped after {self._sweep.done} runs"
        self.button.disabled = True


async def watch(sweep: Sweep) -> list[Trial]:
    """Runs a sweep under a progress bar; the trials that were made.

    Stop is heard between two runs. In Jupyter on a machine, whose kernel takes no message while a cell runs, the
    kernel's own interrupt stops it instead.
    """
    shown = Progress(sweep)
    display(shown.box)
    try:
        return await sweep.run(shown.show)
    finally:
        shown.close_up()
