"""Provisioned concurrency: environments that are initialised before any request comes, and never go.

None of them can be used until all that were asked for are allocated. A request that finds them all busy, or more than
ten requests a second for each, spills over to the function's other environments.
"""

from __future__ import annotations

from ecslite.serverless.account import REQUESTS_PER_CONCURRENCY, RequestRate
from ecslite.serverless.environments import Environment, Environments
from ecslite.sim.simulation import Simulation

__all__ = ["PREPARE_SECONDS", "PROVISIONED_PER_MINUTE", "STATUSES", "Provisioned"]

STATUSES = ("IN_PROGRESS", "READY", "FAILED")
"""[Lambda API, ProvisionedConcurrencyStatusEnum; read 2026-11-24]."""

PREPARE_SECONDS = 90.0
"""Before the first environment is allocated: AWS says a minute or two
[Lambda Developer Guide, lambda-concurrency; read 2026-11-24]."""

PROVISIONED_PER_MINUTE = 6000
"""Environments of one function that are allocated in a minute at the most [the same page]."""


class Provisioned:
    """A function's provisioned environments: how many were asked for, and how many can be used."""

    # Model: allocation goes at the highest rate, and the INIT of the last environment is within it.
    # Model: while a new number is being allocated, those that were ready before stay in use; fewer take effect at once.

    def __init__(self, sim: Simulation, name: str) -> None:
        self.sim = sim
        self.name = name
        self.requested = 0
        self.allocated = 0
        self.status = ""
        """One of STATUSES; empty before anything was asked for."""
        self.environments = Environments(None)
        self._rate = RequestRate()

    def seconds_until_ready(self, count: int, prepare_seconds: float) -> float:
        """How long it takes until `count` environments can be used."""
        more = max(count - self.allocated, 0)
        return prepare_seconds + more * 60 / PROVISIONED_PER_MINUTE if more else 0.0

    def request(self, count: int, cause: int | None) -> int:
        """Ask for so many; the id of the event."""
        self.requested, self.status = count, "IN_PROGRESS"
        text = (
            f"Provisioned concurrency of {self.name}: {count:,} requested, {self.allocated:,} allocated; IN_PROGRESS."
        )
        event = self.sim.log.add("provisioned_concurrency", self.name, text, cause, requested=count)
        self.sim.level("ProvisionedConcurrency", self.name, count, event)
        return event

    def ready(self, time: float, cause: int) -> int:
        """All that were asked for are allocated; how many were added."""
        more = max(self.requested - self.allocated, 0)
        for _ in range(more):
            self.environments.start_ahead(time, time)
        self.allocated, self.status = self.requested, "READY"
        text = f"Provisioned concurrency of {self.name}: all {self.allocated:,} are allocated and can be used; READY."
        event = self.sim.log.add("provisioned_concurrency", self.name, text, cause, allocated=self.allocated)
        self.sim.level("AllocatedProvisionedConcurrency", self.name, self.allocated, event)
        return more

    def take(self, time: float) -> Environment | None:
        """An idle one, in use from now on; None where the request spills over."""
        surplus = len(self.environments) - self.allocated
        if surplus > 0:
            self.environments.close(time, surplus)
        if not self.allocated or self._rate.exceeded(time, REQUESTS_PER_CONCURRENCY * self.allocated):
            return None
        return self.environments.take(time) if self.in_use(time) < self.allocated else None

    def in_use(self, time: float) -> int:
        """How many serve a request."""
        return self.environments.in_use(time)
