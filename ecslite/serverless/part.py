"""What all serverless parts have in common: a name, a place on the agenda, a record in the run, and wires to others.

api >> function >> table            a request goes down, and its reply comes back up
bucket >> topic >> queue >> function    an event is handed on, and nobody waits for it
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar, runtime_checkable

from ecslite.errors import InvalidSetting
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.message import Message
from ecslite.sim.metrics import Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["Callee", "Part", "Receiver"]

Other = TypeVar("Other", bound="Part")

Done = Callable[[float, str], None]
"""Called with the moment of the reply, in seconds, and the outcome: "ok", or why not, such as "429"."""

Told = Callable[[float, bool, str], None]
"""Called with the moment, whether the message was taken, and why not."""


@runtime_checkable
class Callee(Protocol):
    """A part that can be called and waited for."""

    def call(self, time: float, message: Message, done: Done) -> None:
        """Begin at `time`; `done` is called when the reply comes."""
        ...


@runtime_checkable
class Receiver(Protocol):
    """A part that can be handed a message, and says only whether it has taken it."""

    def deliver(self, time: float, message: Message, told: Told) -> None:
        """Take the message at `time`; `told` is called when that has succeeded or failed."""
        ...


class Part(ABC):
    """A part on the agenda. `kind` is the kind of its record in the run."""

    kind: str
    first_state: str = "active"
    """The state in which it enters the run, as its service spells it."""

    def __init__(self, sim: Simulation, name: str, **attributes: object) -> None:
        self.sim = sim
        self.name = name
        self.agenda = sim.the(Agenda)
        self.record = sim.record(self.kind, name, **attributes)
        sim.declared.append(self)
        text = f"The {self.kind.replace('_', ' ')} {name} is active."
        self.created = sim.enter(self.record, self.first_state, None, text)
        self._messages = 0
        sim.meter.read(self._reading)

    def __rshift__(self, other: Other) -> Other:
        if other.sim is not self.sim:
            raise InvalidSetting(f"{other.name!r} belongs to another simulation than {self.name!r}: build both on one")
        self.connect(other)
        return other

    def connect(self, other: Part) -> None:
        """Wire this part's output to another; InvalidSetting where AWS has no such wire."""
        raise InvalidSetting(f"{self.kind} {self.name!r} hands nothing on, so it cannot be wired to {other.name!r}")

    def wire(self, source: Traffic) -> None:
        """Let a source's requests arrive here."""
        self.agenda.feed(source, self._arrive)

    def _arrive(self, time: float, cpu_seconds: float, wait_seconds: float) -> None:
        self._messages += 1
        self.arrive(time, Message(self._messages, time, cpu_seconds, wait_seconds))

    @abstractmethod
    def arrive(self, time: float, message: Message) -> None:
        """Take a request from outside."""

    @abstractmethod
    def read(self) -> Iterable[Sample]:
        """The metrics of the minute that ends now; the agenda has caught up."""

    def _reading(self) -> Iterable[Sample]:
        self.agenda.catch_up()
        return self.read()
