"""The explorer: one question, a prediction, at most four controls, and a scenario that is run for every setting.

    Explorer(
        question="How many tasks does a launch need?",
        controls=[Range("peak", "Traffic at the peak", 4, 40, 4, unit="requests/s")],
        scenario=shop,                                   # (peak=..., seed=...) -> Run
        outcome=lambda run: max(n for _, n, _ in run.level("RunningCount").steps),
        prediction=Prediction("How many tasks will run at the most?", 1, 10, unit="tasks", panel="tasks"),
        sentence=lambda run, previous: "...",
        views=together(service_views, waterfall_view),
    )

The page writes `request`, Python runs the scenario and writes `result`. A setting that fails leaves the last good
result where it is, and says in words what was wrong. With `beside` two designs run over the same traffic; a request
for a band runs the scenario over many seeds, tells how far it is, and stops when it is told to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import anywidget
import traitlets

from ecslite.errors import EcsliteError
from ecslite.sim.run import Run
from ecslite.sweep import Sweep, seeds
from ecslite.views.bands import HIGH, LOW, band, quantile
from ecslite.views.picture import picture
from ecslite.views.words import number
from ecslite.widgets import assets, still
from ecslite.widgets.controls import Choice, Control, Prediction, check_controls
from ecslite.widgets.shown import Views, service_views

__all__ = ["ADOPTING", "BAND_SEEDS", "SCHEMA", "Explorer"]

SCHEMA = 2
"""The number of the descriptor's form; the page refuses any other."""

BAND_SEEDS = 20
"""Runs in a band."""

ADOPTING = False
"""True while a page that shows stored results starts its kernel: explorers made then run nothing until they are
asked, and send no JavaScript, which the page has already."""

Design = tuple[str, Mapping[str, Any]]
"""What a design is called, and the settings that make it."""


class Explorer(anywidget.AnyWidget):
    """An instrument for one question; see the module's docstring for what it is made of.

    `scenario` takes the controls' values and `seed` by name and returns a Run. `sentence` takes the run and the one
    before it (None for the first) and says in one sentence what came out. `views` turns a run into what is shown.
    `beside` is a choice that the reader does not make: each of its options is run, over the same traffic, and shown
    beside the others. `shrinks` names, for kinds of spans in the waterfall, the control that shortens them.
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
        beside: Choice | None = None,
        shrinks: Mapping[str, str] | None = None,
        left_out: Sequence[str] = (),
        name: str | None = None,
        seed: int = 1,
    ) -> None:
        check_controls([*controls, *([beside] if beside else [])], prediction)
        self._controls = tuple(controls)
        self._designs: Sequence[Design] = (
            [(label, {beside.name: value}) for value, label in beside.pairs] if beside else [("", {})]
        )
        self._scenario, self._outcome, self._sentence, self._views = scenario, outcome, sentence, views
        self._previous: list[Run] = []
        self._pictures = False
        """True once a page without plotly.js has asked: results then carry the small picture."""
        self._band: asyncio.Task[None] | None = None
        spec = {
            "schema": SCHEMA,
            "name": name or still.slug(question),
            "question": question,
            "lead": lead,
            "controls": [control.spec() for control in controls],
            "prediction": prediction.spec(),
            "shrinks": dict(shrinks or {}),
            "band": BAND_SEEDS,
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
        self.on_msg(self._heard)

    def open(self) -> None:
        """Open the line to the page; a book in the making has none, and must not store a widget's state."""
        if not still.in_book():
            super().open()

    @traitlets.observe("request")
    def _asked(self, change: Mapping[str, Any]) -> None:
        request = change["new"]
        if not request:
            return
        self._stop_band()
        try:
            if request.get("band"):
                self._begin_band(request)
            else:
                self.result = self._run(request)
        except Exception as error:
            self.result = _failed(request, error)

    # One run of each design

    def _run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run the scenario with the request's settings, each checked by its control."""
        settings = self._settings(request)
        runs = [self._scenario(**settings, **more, seed=request["seed"]) for _, more in self._designs]
        before: Sequence[Run | None] = self._previous or [None] * len(runs)
        told = [
            self._told(label, *pair)
            for (label, _), pair in zip(self._designs, zip(runs, before, strict=True), strict=True)
        ]
        self._previous = runs
        sentence = " ".join(f"{one['label']}: {one['sentence']}" if one["label"] else one["sentence"] for one in told)
        first = {**told[0], "sentence": sentence}
        asked = {"n": request["n"], "settings": settings, "seed": request["seed"]}
        return {**asked, **first, **({"others": told[1:]} if told[1:] else {})}

    def _settings(self, request: Mapping[str, Any]) -> dict[str, Any]:
        asked = request["settings"]
        return {control.name: control.checked(asked[control.name]) for control in self._controls}

    def _told(self, label: str, run: Run, before: Run | None) -> dict[str, Any]:
        """All that the page shows of one design's run."""
        shown = self._views(run)
        drawn = {"picture": picture(shown["figure"], shown["alt"])} if self._pictures else {}
        return {
            "label": label,
            "outcome": self._outcome(run),
            "sentence": self._sentence(run, before),
            **shown,
            **drawn,
        }

    # A band: many runs, one after the other

    def _begin_band(self, request: Mapping[str, Any]) -> None:
        work = self._many(request)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            # Nobody's messages can come in between: run them all.
            for _ in work:
                pass
            return
        self._band = loop.create_task(self._with_pauses(work, request))

    async def _with_pauses(self, work: Iterator[None], request: Mapping[str, Any]) -> None:
        """One run, then a pause in which the page's messages come in, and so on."""
        try:
            for _ in work:
                await asyncio.sleep(0)
        except Exception as error:
            self.result = _failed(request, error)

    def _many(self, request: Mapping[str, Any]) -> Iterator[None]:
        settings, many = self._settings(request), int(request["band"])
        made = Sweep(partial(self._of_each_design, settings), seeds(many, request["seed"]))
        for _ in made:
            self.send({"type": "progress", "n": request["n"], "done": made.done, "of": many})
            yield
        columns = list(zip(*(trial.value for trial in made.trials), strict=True))
        shown, outcomes = ([[run[part] for run in column] for column in columns] for part in (0, 1))
        bands = [{"traces": band(figures), "outcomes": sorted(o)} for figures, o in zip(shown, outcomes, strict=True)]
        self.result = {"n": request["n"], "bands": bands, "sentence": self._in_many(many, outcomes)}

    def _of_each_design(self, settings: Mapping[str, Any], seed: int) -> list[tuple[Mapping[str, Any], float]]:
        """The figure and the outcome of each design, over the same traffic."""
        runs = [self._scenario(**settings, **more, seed=seed) for _, more in self._designs]
        return [(self._views(run)["figure"], self._outcome(run)) for run in runs]

    def _in_many(self, many: int, outcomes: Sequence[Sequence[float]]) -> str:
        unit = f" {self.spec['prediction']['unit']}".rstrip()
        said = [
            f"{f'{label}: ' if label else ''}{number(quantile(each, LOW))} to {number(quantile(each, HIGH))}{unit}"
            f" in the middle eight tenths, {number(quantile(each, 0.5))}{unit} in the middle"
            for (label, _), each in zip(self._designs, outcomes, strict=True)
        ]
        return f"{many} runs, each with other traffic. {'; '.join(said)}."

    def _stop_band(self) -> None:
        if self._band is not None:
            self._band.cancel()
            self._band = None

    # The page's messages

    def _heard(self, widget: object, content: Mapping[str, Any], buffers: object) -> None:
        """ "stop" ends a band. A page without plotly.js asks for it; it draws the small picture where there is none."""
        if content.get("type") == "stop":
            self._stop_band()
            self.result = {"n": content.get("n"), "stopped": True}
        elif content.get("type") == "plotly.js wanted":
            self._send_plotly()

    def _send_plotly(self) -> None:
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


def _failed(request: Mapping[str, Any], error: Exception) -> dict[str, Any]:
    """The answer to a request that could not be run: our own words as they are, another's with the way on."""
    if isinstance(error, EcsliteError):
        return {"n": request.get("n"), "error": str(error)}
    words = f"The scenario could not be run: {type(error).__name__}: {error}. Choose other settings."
    return {"n": request.get("n"), "error": words}
