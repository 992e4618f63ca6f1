"""A target: one address behind a load balancer, with the workers that serve there and what the health checks say of
it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecslite.errors import InvalidSetting
from ecslite.network.vpc import NetworkInterface
from ecslite.sim.server import Request, Server
from ecslite.sim.simulation import Simulation

__all__ = ["HealthCheck", "Lost", "Registration", "Target"]

Lost = Request
"""A request that was not answered: its arrival, CPU seconds and seconds of waiting."""


@dataclass(frozen=True)
class HealthCheck:
    """How a load balancer asks its targets whether they are well.

    A check is a request to the target's own workers: it waits for one like any other, and fails where it has waited
    for longer than the timeout. So an overloaded target fails its checks.

    Defaults and ranges are those of an Application Load Balancer for instance and ip targets
    [Elastic Load Balancing guide, target group health checks; read 2026-11-23].
    """

    # Model: what a check will say is known when it is sent; a real one that times out is known to fail at its timeout.
    # Model: a check costs the target no CPU.

    interval_seconds: int = 30
    timeout_seconds: int = 5
    healthy_threshold_count: int = 5
    """Successes in a row after which an *unhealthy* target counts as healthy. A new one needs a single success."""
    unhealthy_threshold_count: int = 2

    def __post_init__(self) -> None:
        ranges = {
            "interval_seconds": (5, 300),
            "timeout_seconds": (2, 120),
            "healthy_threshold_count": (2, 10),
            "unhealthy_threshold_count": (2, 10),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                raise InvalidSetting(f"{name}={getattr(self, name)}: a load balancer takes {low} to {high}")
        if self.timeout_seconds >= self.interval_seconds:
            raise InvalidSetting(
                f"timeout_seconds={self.timeout_seconds} must be less than interval_seconds={self.interval_seconds}:"
                " lower the first or raise the second"
            )


@dataclass(frozen=True, slots=True)
class Registration:
    """What a task says of itself when it registers as a target."""

    id: str
    workers: Server
    ready_at: float
    """The second of the run from which its application listens."""
    cause: int
    told: Callable[[Target, int], None]
    """Called with the target and an event's id at each change of its health."""
    zone: str | None = None
    interface: NetworkInterface | None = None
    """Its network interface, where it has one of its own."""
    port: int = 80
    """On which its application listens."""
    checked: bool = False
    """Whether container health checks say when it is well, and have not said so yet."""


class Target:
    """One registered target of a front; `of` are attributes of its record in the run.

    initial → healthy ⇄ unhealthy, and from any of them → draining → unused. A target that serves nothing (`alive` is
    False, or `ready_at` has not come) refuses connections, and the load balancer answers 502 for it. One that is
    `unreachable` does not even refuse: the load balancer waits for a connection in vain, and answers 504.
    """

    def __init__(self, sim: Simulation, front: str, one: Registration, **of: str) -> None:
        where = {} if one.interface is None else {"address": one.interface.address}
        self.record = sim.record("target", f"{front}/{one.id}", **of, task=one.id, **where)
        self.workers = one.workers
        self.ready_at = one.ready_at
        self.told = one.told
        self.zone = one.zone
        self.interface = one.interface
        self.port = one.port
        self.alive = True
        self.died_by: int | None = None
        self.unreachable = False
        """Its host is gone: nothing answers at its address, not even to refuse."""
        self.hung = False
        """Its process takes requests and answers none, health checks included; `died_by` says since when."""
        self.dropped_by: int | None = None
        """The event since which security groups drop connections to it; None if they pass."""
        self.silenced_by: int | None = None
        """The event to blame for requests that get no answer and no refusal."""
        self.failing_check: int | None = None
        """The event since which its health check answers an error, though requests are served; None if it passes."""
        self.failing_fast: int | None = None
        """The event since which it answers each request with a 5xx at once; None if it works. Checks still pass."""
        self.slow_since: float | None = None
        """When its slow start began; None if it is in none."""
        self.credit = 0.0
        """The share of a request that its slow start has saved up."""
        self.silent: list[tuple[float, Lost]] = []
        """A heap of requests that it will never answer, by the moment at which the load balancer gives them up."""
        self.in_a_row = 0
        """Health checks in a row with the same answer: positive for passed, negative for failed."""
        self.timed_out_until = 0.0
        """The moment up to which requests without a reply have been given up."""

    @property
    def state(self) -> str:
        return self.record.state

    @property
    def silent_now(self) -> bool:
        """A connection opened now is neither made nor refused."""
        return self.unreachable or self.dropped_by is not None

    @property
    def blamed(self) -> int | None:
        """The event to blame where it does not serve a connection."""
        if self.silent_now:
            return self.silenced_by
        return self.record.states[0][2] if self.died_by is None else self.died_by

    @property
    def short(self) -> str:
        """The first eight characters of its task's id."""
        return str(self.record.attributes["task"])[:8]

    def serves(self, time: float) -> bool:
        """Whether a request that arrives then comes to a worker."""
        well = self.failing_fast is None and not self.hung and not self.silent_now
        return self.alive and time >= self.ready_at and well

    def outstanding(self, time: float) -> int:
        """Requests that the load balancer has sent there and that are not answered at that moment."""
        return self.workers.outstanding(time) + sum(moment > time for moment, _ in self.silent)

    def answers(self, now: float, within: float) -> bool:
        """Whether a health check sent now is answered well and in time. It queues for a worker like any request."""
        if not self.alive or self.silent_now or self.hung or self.failing_check is not None or now < self.ready_at:
            return False
        return self.workers.wait(now) <= within

    def count(self, passed: bool) -> int:
        """Note one answer; how many in a row there are now, negative for failures."""
        same = (self.in_a_row > 0) == passed
        self.in_a_row = (self.in_a_row if same else 0) + (1 if passed else -1)
        return self.in_a_row
