"""How long a function's code runs for a request in an environment that is ready."""

from __future__ import annotations

from operator import add

from ecslite.sim.clock import SHIFT
from ecslite.sim.distributions import Distribution, as_distribution
from ecslite.sim.simulation import Simulation

__all__ = ["FunctionWork"]


class FunctionWork:
    """`warm` seconds, whatever the memory, and CPU seconds that each take `stretch`.

    Where neither `warm` nor `cpu_seconds` is given, a request brings its CPU seconds and its waiting with it.
    """

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        warm: Distribution | float | None,
        cpu_seconds: Distribution | float | None,
        stretch: float,
    ) -> None:
        self.warm = None if warm is None else as_distribution(warm)
        self.cpu_seconds = None if cpu_seconds is None else as_distribution(cpu_seconds)
        self.stretch = stretch
        self._warm_draws, self._cpu_draws = (sim.stream(f"function/{name}/{kind}") for kind in ("warm", "cpu"))

    def seconds(self, costs: list[float], waits: list[float] | None) -> list[float]:
        """A new list: the seconds of each request, drawn in the order of arrival."""
        count = len(costs)
        if self.warm is not None:
            waits = self.warm.draw_many(self._warm_draws, count)
            if self.cpu_seconds is None:
                return waits
        if self.cpu_seconds is not None:
            costs, waits = self.cpu_seconds.draw_many(self._cpu_draws, count), waits if self.warm else None
        stretch, shift = self.stretch, SHIFT
        seconds = [shift + cost * stretch - shift for cost in costs]
        return list(map(add, seconds, waits)) if waits else seconds
