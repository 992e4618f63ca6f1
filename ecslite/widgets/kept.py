"""Results that are kept by the settings and the seed they were made for: the same seed, the same bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")


class Kept(Generic[T]):
    """The newest results of a function of settings and a seed; what is asked for again is not made again."""

    def __init__(self, make: Callable[[Mapping[str, Any], int], T], most: int) -> None:
        self._make, self._most = make, most
        self._results: OrderedDict[tuple[Any, ...], T] = OrderedDict()

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
