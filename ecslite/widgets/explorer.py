"""The explorer: one question, a prediction, at most four controls, and a scenario that is run for every setting.

    Explorer(
        question="How many tasks does a launch need?",
        controls=[Range("peak", "Traffic at the peak", 4, 40, 4, unit="requests/s")],
        scenario=shop,                                   # (peak=..., seed=...) -> Run
        outcome=lambda run: max(n for _, n, _ in run.level("RunningCount").steps),
        prediction=Prediction("How many tasks will run at the most?", 1, 10, unit="tasks", panel="tasks"),
        sentence=lambda run, previous: "...",
    )

The page writes `request`, Python runs the scenario and writes `result`. A setting that fails leaves the last good
result where it is, and says in words what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from ecslite.billing.bill import bill
from ecslite.errors import EcsliteError
from ecslite.sim.run import Run
from ecslite.views import alt, board, figures, tables
from ecslite.views.picture import picture
from ecslite.widgets import assets, still
from ecslite.widgets.controls import Control, Prediction, check_controls

__all__ = ["ADOPTING", "SCHEMA", "Explorer", "service_views"]

SCHEMA = 1
"""The number of the descriptor's form; the page refuses any other."""

ADOPTING = False
"""True while a page that shows stored results starts its kernel: explorers made then run nothing until they are
asked, and send no JavaScript, which the page has already."""

Views = Callable[[Run], Mapping[str, Any]]


def service_views(run: Run) -> dict[str, Any]:
    """What an explorer shows of a run with one service: figure, its words, board, events, table and bill."""
    return {
        "figure": figures.service(run),
        "alt": alt.service(run),
        "board": board.board(run),
        "events": board.events(run),
        "table": tables.minutes(run),
        "bill": tables.bill(bill(run).lines),
    }


class Explorer(anywidget.AnyWidget):
    """An instrument for one question; see the module's docstring for what it is made of.

    `scenario` takes the controls' values and `seed` by name and returns a Run. `sentence` takes the run and the one
    before it (None for the first) and says in one sentence what came out. `views` turns a run into what is shown.
    """

    spec = traitlets.Dict().tag(sync=True)
    request = traitlets.Dict().tag(sync=True)
    result = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        question: str,
        controls: Sequence[Control],
        scenario: Callable[..., Run],
        outcome: Callable[[Run], float],
        prediction: Prediction,
        sentence: Callable[[Run, Run | None], str],
        lead: str = "",
        views: Views = service_views,
        left_out: Sequence[str] = (),
        name: str | None = None,
        seed: int = 1,
    ) -> None:
        check_controls(controls, prediction)
        self._controls = tuple(controls)
        self._scenario, self._outcome, self._sentence, self._views = scenario, outcome, sentence, views
        self._previous: Run | None = None
        self._pictures = False
        """True once a page without plotly.js has asked: results then carry the small picture."""
        spec = {
            "schema": SCHEMA,
            "name": name or still.slug(question),
            "question": question,
            "lead": lead,
            "controls": [control.spec() for control in controls],
            "prediction": prediction.spec(),
            "left_out": list(left_out),
            "seed": seed,
        }
        embedded = ADOPTING or still.in_book()
        self._esm, self._css = ("", "") if embedded else (assets.esm(), assets.css())
        start = {control.name: control.value for control in controls}
        # A scenario that fails at the start fails here, before the reader, in words of its own.
        result = {} if ADOPTING else self._run({"n": 0, "settings": start, "seed": seed})
        if "figure" in result:
            prediction.check_panel(result["figure"])
        super().__init__(spec=spec, result=result)
        self.on_msg(self._answer)

    def open(self) -> None:
        """Open the line to the page; a book in the making has none, and must not store a widget's state."""
        if not still.in_book():
            super().open()

    @traitlets.observe("request")
    def _asked(self, change: Mapping[str, Any]) -> None:
        request = change["new"]
        if not request:
            return
        try:
            self.result = self._run(request)
        except EcsliteError as error:
            self.result = {"n": request.get("n"), "error": str(error)}
        except Exception as error:
            words = f"The scenario could not be run: {type(error).__name__}: {error}. Choose other settings."
            self.result = {"n": request.get("n"), "error": words}

    def _run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run the scenario with the request's settings, each checked by its control."""
        asked = request["settings"]
        settings = {control.name: control.checked(asked[control.name]) for control in self._controls}
        run = self._scenario(**settings, seed=request["seed"])
        told = {
            "n": request["n"],
            "settings": settings,
            "seed": request["seed"],
            "outcome": self._outcome(run),
            "sentence": self._sentence(run, self._previous),
        }
        self._previous = run
        shown = self._views(run)
        return {**told, **shown, **({"picture": picture(shown["figure"], shown["alt"])} if self._pictures else {})}

    def _answer(self, widget: object, content: Mapping[str, Any], buffers: object) -> None:
        """A page without plotly.js asks for it; it draws the small picture where there is none."""
        if content.get("type") == "plotly.js wanted":
            source = assets.plotly_js()
            if source is not None:
                self.send({"type": "plotly.js"}, [source.encode()])
            elif self.result.get("figure"):
                self._pictures = True
                self.send({"type": "plotly.js", "picture": picture(self.result["figure"], self.result["alt"])})

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """In the book the still form and nothing else; elsewhere the live widget."""
        if still.in_book():
            return {"text/html": still.still_explorer(self.spec, self.result)}, {}
        return super()._repr_mimebundle_(**kwargs)
