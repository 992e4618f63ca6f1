"""What a reader may ask next: every setting that one move of one control makes, those nearest to the last move first.

An explorer runs these while the reader looks at what came before, and keeps what came out, so that most moves are
answered at once. A run that was made ahead is the run that would have been made: the same seed, the same bytes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from ecslite.widgets.controls import Control

__all__ = ["MOST_AHEAD", "Kept", "one_move"]

MOST_AHEAD = 24
"""Settings that are run ahead, at the most."""

T = TypeVar("T")


def one_move(
    controls: Sequence[Control], settings: Mapping[str, Any], last: str | None = None
) -> Iterator[dict[str, Any]]:
    """The settings that differ from these in one control: those of the control moved last first, near values first."""
    order = sorted(controls, key=lambda control: control.name != last)
    others = {control.name: _near(control.values, settings[control.name]) for control in order}
    if last in others:
        yield from ({**settings, last: value} for value in others.pop(last))
    for place in range(max(map(len, others.values()), default=0)):
        for name, values in others.items():
            if place < len(values):
                yield {**settings, name: values[place]}


def _near(values: Sequence[Any], value: Any) -> list[Any]:
    """The other values, by how far from this one they stand."""
    here = min(range(len(values)), key=lambda place: values[place] != value)
    return [values[place] for place in sorted(range(len(values)), key=lambda place: abs(place - here)) if place != here]


class Kept(Generic[T]):
    """The newest results of a function of settings and a seed; what is asked for again is not made again."""

    def __init__(self, make: Callable[[Mapping[str, Any], int], T], most: int) -> None:
        self._make, self._most = make, most
        self._results: OrderedDict[tuple[Any, ...], T] = OrderedDict()

    def __contains__(self, asked: tuple[Mapping[str, Any], int]) -> bool:
        return _key(*asked) in self._results

    def of(self, settings: Mapping[str, Any], seed: int) -> T:
        """The result, kept or made now."""
        key = _key(settings, seed)
        if key not in self._results:
            self._results[key] = self._make(settings, seed)
            if len(self._results) > self._most:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]


def _key(settings: Mapping[str, Any], seed: int) -> tuple[Any, ...]:
    return (seed, *sorted(settings.items()))
