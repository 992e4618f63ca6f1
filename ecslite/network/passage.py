"""Whether connections to targets pass the security groups: a rule that is missing drops them without a word.

The verdict is reached when a target registers, and again when a rule changes. A connection that is dropped is not
refused: whoever opens it waits for its timeout. What is in hand is finished, since security groups are stateful.
"""

from __future__ import annotations

from typing import Protocol

from ecslite.network.reachability import Endpoint, reach
from ecslite.network.target import Target
from ecslite.sim.simulation import Simulation

__all__ = ["Passage"]


class Side(Protocol):
    """The front whose connections they are."""

    name: str

    def catch_up(self) -> None:
        """Serve all that has arrived up to now."""
        ...


class Passage:
    """From one place (`source`) to the targets of a front."""

    # Model: a target without an interface of its own (bridge and host mode, or a service without a network
    # configuration) is reached by everybody.

    def __init__(self, sim: Simulation, side: Side, source: Endpoint) -> None:
        self.sim = sim
        self.side = side
        self.source = source
        self.targets: list[Target] = []
        self._watch(source)

    def add(self, target: Target, cause: int) -> None:
        """A target has registered; its groups decide from now on."""
        if target.interface is not None:
            self.targets.append(target)
            self._watch(self._endpoint(target))
            self._judge(target, cause)

    def forget(self, target: Target) -> None:
        """A target has gone."""
        if target in self.targets:
            self.targets.remove(target)

    def before_change(self) -> None:
        """A rule is about to change."""
        self.side.catch_up()

    def after_change(self, group: str) -> None:
        """A rule of that group has changed."""
        event = self.sim.log.add("security_group", group, f"The rules of security group {group} have changed.")
        self.look_again(event)

    def look_again(self, cause: int | None = None) -> None:
        """Ask for every target anew, whether connections pass."""
        for target in self.targets:
            self._judge(target, cause)

    def _judge(self, target: Target, cause: int | None) -> None:
        to = self._endpoint(target)
        verdict = reach(self.source, to, target.port)
        if verdict.allowed == (target.dropped_by is None):
            return
        if verdict.allowed:
            text = f"Connections of {self.side.name} pass to target {target.short} again: {verdict.reason}"
            self.sim.log.add("security_group", self._names(to), text, cause)
            target.dropped_by = None
            return
        text = f"Connections of {self.side.name} to target {target.short} are dropped: {verdict.reason}"
        target.dropped_by = target.silenced_by = self.sim.log.add("security_group", self._names(to), text, cause)

    def _endpoint(self, target: Target) -> Endpoint:
        interface = target.interface
        assert interface is not None
        return Endpoint(target.short, interface.subnet.vpc, interface.address, interface.security_groups)

    def _watch(self, end: Endpoint) -> None:
        for group in end.security_groups:
            if not any(one is self for one in group.watchers):
                group.watchers.append(self)

    @staticmethod
    def _names(end: Endpoint) -> str:
        return ", ".join(group.name for group in end.security_groups)
