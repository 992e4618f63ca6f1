"""What a reader may set in an explorer, and what they are asked to predict. Impossible values cannot be expressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ecslite.errors import InvalidSetting

__all__ = ["MOST_CONTROLS", "Choice", "Control", "Prediction", "Range", "check_controls"]

MOST_CONTROLS = 4
"""More than four, and a reader no longer knows which of them made the difference."""


@dataclass(frozen=True)
class Range:
    """A slider from `min` to `max` by `step`; `value` is where it starts, `unit` what it counts."""

    name: str
    label: str
    min: float
    max: float
    value: float
    step: float = 1
    unit: str = ""

    def __post_init__(self) -> None:
        _check_steps(f"Range {self.name!r}", self.min, self.max, self.step)
        self.checked(self.value)

    def spec(self) -> dict[str, Any]:
        """This control in the explorer's descriptor."""
        places = {"min": self.min, "max": self.max, "step": self.step, "value": self.value, "unit": self.unit}
        return {"name": self.name, "label": self.label, "kind": "range", **places}

    def checked(self, value: Any) -> Any:
        """The value, if it is one that the slider can have; InvalidSetting otherwise."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.min <= value <= self.max:
            raise InvalidSetting(f"{self.name}={value!r}: use a number from {self.min:g} to {self.max:g}")
        return value


@dataclass(frozen=True)
class Choice:
    """One of a few `options`: a mapping of values to labels, or a list of values that label themselves."""

    name: str
    label: str
    options: Mapping[Any, str] | Sequence[Any]
    value: Any

    def __post_init__(self) -> None:
        if len(self.pairs) < 2:
            raise InvalidSetting(f"Choice {self.name!r} has {len(self.pairs)} options: give at least two")
        self.checked(self.value)

    @property
    def pairs(self) -> list[list[Any]]:
        """[value, label] of each option."""
        if isinstance(self.options, Mapping):
            return [[value, label] for value, label in self.options.items()]
        return [[value, str(value)] for value in self.options]

    def spec(self) -> dict[str, Any]:
        """This control in the explorer's descriptor."""
        return {
            "name": self.name,
            "label": self.label,
            "kind": "choice",
            "value": self.value,
            "options": self.pairs,
        }

    def checked(self, value: Any) -> Any:
        """The value, if it is one of the options; InvalidSetting otherwise."""
        values = [known for known, _ in self.pairs]
        if value not in values:
            raise InvalidSetting(f"{self.name}={value!r}: use one of {', '.join(map(repr, values))}")
        return value


Control = Range | Choice


@dataclass(frozen=True)
class Prediction:
    """What the reader says before the run: a number of the same kind as the explorer's outcome.

    `panel` names the figure's panel in which it is drawn as a ghost (None for a number that no panel shows).
    `settings` are the controls' values to which the first Run goes: the start shows the calm, the question is what
    comes of these. Without them the start's own run is the answer.
    """

    prompt: str
    min: float
    max: float
    step: float = 1
    unit: str = ""
    panel: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_steps("Prediction", self.min, self.max, self.step)

    def check_panel(self, figure: Mapping[str, Any]) -> None:
        """InvalidSetting for a panel that the explorer's figure does not have."""
        panels = figure["layout"]["meta"]["panels"]
        if self.panel is not None and self.panel not in panels:
            raise InvalidSetting(f"panel={self.panel!r} is not in the figure: use one of {', '.join(panels)}, or None")

    def spec(self) -> dict[str, Any]:
        """The prediction in the explorer's descriptor."""
        places = {"min": self.min, "max": self.max, "step": self.step, "unit": self.unit}
        return {"prompt": self.prompt, **places, "panel": self.panel, "settings": dict(self.settings)}


def check_controls(controls: Sequence[Control], prediction: Prediction) -> None:
    """InvalidSetting for too many controls, for two of one name, and for a prediction about a control there is not."""
    names = [control.name for control in controls]
    if len(names) > MOST_CONTROLS:
        raise InvalidSetting(
            f"{len(names)} controls ({', '.join(names)}): an explorer has at most {MOST_CONTROLS};"
            " fix the others' values in the scenario"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "seed" in names:
        raise InvalidSetting(f"control names {twice or ['seed']}: each needs a name of its own, and seed is taken")
    by_name = {control.name: control for control in controls}
    for name, value in prediction.settings.items():
        if name not in by_name:
            raise InvalidSetting(f"the prediction sets {name!r}, which is no control: use one of {', '.join(names)}")
        by_name[name].checked(value)


def _check_steps(what: str, low: float, high: float, step: float) -> None:
    if not low < high or not 0 < step <= high - low:
        raise InvalidSetting(f"{what} goes from {low:g} to {high:g} by {step:g}: use min < max and a step that fits")
