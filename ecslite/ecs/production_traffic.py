"""Production traffic of a service with two target groups: which revision gets how much of it.

ECS rewrites the weights of a listener's forward action; here the load balancer is the listener. Service Connect and
Network Load Balancers, which ECS can shift as well, are left out.

[ECS API, AdvancedConfiguration; ECS Developer Guide, alb-resources-for-blue-green; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecslite.ecs.traffic_shifts import weights
from ecslite.errors import InvalidSetting
from ecslite.network.front import Front
from ecslite.network.load_balancer import LoadBalancer
from ecslite.network.target_group import TargetGroup

__all__ = ["AdvancedConfiguration", "ProductionTraffic", "production_traffic"]


@dataclass(frozen=True, kw_only=True)
class AdvancedConfiguration:
    """What a service needs beside its target group so that ECS can shift its traffic.

    `production_listener_rule` may be left out where the service's `load_balancer` is the load balancer itself.
    """

    alternate_target_group: TargetGroup
    production_listener_rule: LoadBalancer | None = None
    test_listener_rule: bool = False
    # Model: of a test listener only the weights are simulated, which hooks see; no request comes through it, so green
    # serves nothing before production traffic comes.


class ProductionTraffic:
    """The two target groups of a service; the one in production changes with each deployment that is completed."""

    def __init__(self, listener: LoadBalancer, first: TargetGroup, second: TargetGroup, *, tests: bool) -> None:
        self.listener = listener
        self.tests = tests
        """Whether there is a test listener."""
        self.blue, self.green = first, second
        """In production, and for the next revision."""
        self.green_percent = 0.0
        self._check()

    def _check(self) -> None:
        listener = self.listener
        if self.green is self.blue:
            raise InvalidSetting(f"alternate_target_group={self.green.name!r} is the service's own: make a second one")
        if self.green.balancer not in (None, listener):
            raise InvalidSetting(f"target group {self.green.name!r} belongs to another load balancer: make a new one")
        if self.blue.balancer is not listener:
            raise InvalidSetting(
                f"load balancer {listener.name!r} does not forward to {self.blue.name!r}: call its forward() first"
            )
        others = [group.name for group, weight in listener.weights.items() if weight and group is not self.blue]
        if others:
            raise InvalidSetting(
                f"load balancer {listener.name!r} also forwards to {', '.join(others)}: a rule whose weights ECS moves"
                " has the service's target groups alone"
            )

    def shift(self, green_percent: float, cause: int) -> int:
        """Send green that much of production traffic from now on, and blue the rest; the event's id."""
        self.green_percent = green_percent
        of_blue, of_green = weights(green_percent)
        return self.listener.forward({self.blue: of_blue, self.green: of_green}, cause=cause)

    def swap(self) -> None:
        """What was green is in production: the next revision gets the other target group."""
        self.blue, self.green = self.green, self.blue
        self.green_percent = 100.0 - self.green_percent


def production_traffic(
    fronts: Sequence[Front], strategy: str, advanced: AdvancedConfiguration | None
) -> ProductionTraffic | None:
    """What ECS shifts for a service of that strategy; None where it shifts nothing: ROLLING, or without load balancer.

    InvalidSetting where the strategy asks for what the service does not have.
    """
    if strategy == "ROLLING" and advanced is None:
        return None
    if not fronts:
        if strategy in ("LINEAR", "CANARY") or advanced is not None:
            raise InvalidSetting(
                f"strategy={strategy!r} shifts traffic by the weights of a load balancer: give the service a"
                " load_balancer, or use ROLLING or BLUE_GREEN"
            )
        return None
    if advanced is None:
        raise InvalidSetting(
            f"strategy={strategy!r} with a load balancer needs a second target group: give the service"
            " advanced_configuration=ecs.AdvancedConfiguration(alternate_target_group=ecs.TargetGroup(sim, 'green'))"
        )
    return _of(fronts, advanced)


def _of(fronts: Sequence[Front], advanced: AdvancedConfiguration) -> ProductionTraffic:
    front, listener = fronts[0], advanced.production_listener_rule
    if len(fronts) > 1 or not isinstance(front, LoadBalancer | TargetGroup):
        raise InvalidSetting(
            f"{len(fronts)} fronts, the first a {type(front).__name__}: traffic is shifted between the target groups of"
            " one load balancer, so give load_balancer= one LoadBalancer or TargetGroup"
        )
    if isinstance(front, LoadBalancer):
        if listener not in (None, front):
            raise InvalidSetting("production_listener_rule is another load balancer than load_balancer: leave it out")
        return ProductionTraffic(
            front, front.default_group, advanced.alternate_target_group, tests=advanced.test_listener_rule
        )
    if listener is None:
        raise InvalidSetting(
            f"target group {front.name!r}: say which load balancer forwards to it, by production_listener_rule="
        )
    return ProductionTraffic(listener, front, advanced.alternate_target_group, tests=advanced.test_listener_rule)
