"""A scalable target: one service's limits, and the one place where several policies come to one decision.

Out if any policy wants out; in only if all target tracking policies want in; of several at one moment the largest
capacity wins [Application Auto Scaling User Guide, target tracking overview; read 2026-11-23].
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

import simpy

from ecslite.ecs.service import Service
from ecslite.errors import InvalidSetting
from ecslite.sim.simulation import Simulation

__all__ = ["Policy", "Proposal", "ScalableTarget", "check_limits", "register_scalable_target", "registered_target"]


class Policy(Protocol):
    """What a scalable target has to know of its policies."""

    name: str

    @property
    def blocks_scale_in(self) -> bool:
        """A target tracking policy that is not ready to scale in."""

    def scaled(self, way: str, chosen: bool) -> None:
        """The service has been scaled "out" or "in", by this policy's proposal or by another's."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one policy wants: how many tasks, why, and because of which event."""

    policy: Policy
    wanted: int
    text: str
    why: str
    cause: int | None
    details: dict[str, float]


class ScalableTarget:
    """The limits of one service and its policies."""

    def __init__(self, service: Service, min_capacity: int, max_capacity: int) -> None:
        check_limits(min_capacity, max_capacity)
        self.service = service
        self.sim = service.sim
        self.registered = (min_capacity, max_capacity)
        """The limits as first given; scheduled actions may change those in force."""
        self.min_capacity, self.max_capacity = min_capacity, max_capacity
        self.policies: list[Policy] = []
        self._proposals: list[Proposal] = []
        self._held: dict[str, str] = {}

    def within(self, count: int) -> int:
        """The count, held to the limits."""
        return max(min(count, self.max_capacity), self.min_capacity)

    def propose(self, proposal: Proposal) -> None:
        """Take part in the decision of this moment."""
        if not self._proposals:
            self.sim.process(self._settle())
        self._proposals.append(proposal)

    def hold(self, policy: Policy, reason: str, cause: int | None) -> None:
        """Say why a policy's wish has no effect: once for each reason, until the service is scaled."""
        if self._held.get(policy.name) != reason:
            self._held[policy.name] = reason
            text = f"Policy {policy.name} does not scale service {self.service.name}: {reason}."
            self.sim.log.add("scaling_held", self.service.name, text, cause)

    def limit(self, min_capacity: int | None, max_capacity: int | None, cause: int) -> None:
        """New limits, in force at once: a desired count outside of them is moved, whatever cooldowns say."""
        low = self.min_capacity if min_capacity is None else min_capacity
        high = self.max_capacity if max_capacity is None else max_capacity
        check_limits(low, high)
        self.min_capacity, self.max_capacity = low, high
        self._held.clear()
        if (wanted := self.within(self.service.desired_count)) != self.service.desired_count:
            self.service.update(desired_count=wanted, cause=cause, why="The scheduled action sets")

    def _settle(self) -> Generator[simpy.Event, None, None]:
        # All alarms that are evaluated at this second come before an event that is made now.
        yield self.sim.sleep(0.0)
        proposals, self._proposals = self._proposals, []
        best = max(proposals, key=lambda proposal: proposal.wanted)
        desired = self.service.desired_count
        for proposal in proposals:
            if proposal.wanted < best.wanted:
                self.hold(proposal.policy, f"policy {best.policy.name} wants more, {best.wanted} tasks", proposal.cause)
        if best.wanted > desired:
            self._scale("out", best)
        elif best.wanted < desired and not self._keeps(best):
            self._scale("in", best)

    def _keeps(self, best: Proposal) -> bool:
        """Whether something forbids to scale in; it is said."""
        if self.service.deploying:
            self.hold(best.policy, "a deployment is in progress, and scale-in is off until it ends", best.cause)
            return True
        others = [policy.name for policy in self.policies if policy is not best.policy and policy.blocks_scale_in]
        if others:
            self.hold(best.policy, f"policy {others[0]} is not ready to scale in", best.cause)
        return bool(others)

    def _scale(self, way: str, best: Proposal) -> None:
        self._held.clear()
        for policy in self.policies:
            policy.scaled(way, policy is best.policy)
        text = f"Scale {way} to {best.wanted} tasks: {best.text}."
        event = self.sim.log.add("scaling", self.service.name, text, best.cause, wanted=best.wanted, **best.details)
        self.service.update(desired_count=best.wanted, cause=event, why=best.why)


class _Targets:
    """All scalable targets of a simulation."""

    def __init__(self, _sim: Simulation) -> None:
        self.by_service: dict[Service, ScalableTarget] = {}


def register_scalable_target(service: Service, min_capacity: int, max_capacity: int) -> ScalableTarget:
    """The service's scalable target, within whose limits its policies and scheduled actions move the desired count.

    A policy registers it itself; scheduled actions alone need this. InvalidSetting if it was registered with other
    limits. [Application Auto Scaling API, RegisterScalableTarget; read 2026-11-25]
    """
    if service.scheduling_strategy == "DAEMON":
        raise InvalidSetting(
            f"{service.name} is a DAEMON service: it has one task on each instance, so scale its instances instead"
        )
    targets = service.sim.the(_Targets).by_service
    found = targets.get(service)
    if found is None:
        targets[service] = found = ScalableTarget(service, min_capacity, max_capacity)
    elif found.registered != (min_capacity, max_capacity):
        raise InvalidSetting(
            f"min_capacity={min_capacity}, max_capacity={max_capacity}: the policies of a service share one scalable"
            f" target, and {service.name} has {found.registered[0]} and {found.registered[1]}; give the same"
        )
    return found


def registered_target(service: Service) -> ScalableTarget:
    """The service's scalable target; InvalidSetting if none is registered yet."""
    found = service.sim.the(_Targets).by_service.get(service)
    if found is None:
        raise InvalidSetting(
            f"service {service.name!r} has no scalable target: register_scalable_target(service, min, max) makes one,"
            " and so does a scaling policy"
        )
    return found


def check_limits(min_capacity: int, max_capacity: int) -> None:
    """InvalidSetting unless 0 ≤ min ≤ max."""
    if not 0 <= min_capacity <= max_capacity:
        raise InvalidSetting(f"min_capacity={min_capacity}, max_capacity={max_capacity}: use 0 ≤ min ≤ max")
