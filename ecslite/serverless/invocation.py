"""One invocation of a function, and what it calls before it ends.

A function does its own work first, then calls the parts it is wired to, one after another: it waits for a table's or
another function's reply, and for a queue or a topic to have taken its message. All of that is within its duration, is
billed, and counts towards its timeout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ecslite.serverless.agenda import Agenda
from ecslite.serverless.environments import Environment, Environments
from ecslite.serverless.message import Message
from ecslite.serverless.part import Callee, Done, Receiver

__all__ = ["FUNCTION_ERROR", "OK", "TOO_MANY_REQUESTS", "Call", "CallsInTurn", "Invocation", "call_of"]

OK = "ok"

FUNCTION_ERROR = "Unhandled"
"""The function ran and failed, or ran into its timeout: what X-Amz-Function-Error says [Lambda API, Invoke]."""

TOO_MANY_REQUESTS = "429"
"""The request was throttled (TooManyRequestsException), and the function did not run [Lambda API, Invoke]."""


Call = Callable[[float, Message, Done], None]
"""Begins a call at a moment, with a message; the last is called with the moment of the reply, and the outcome."""


def call_of(other: Callee | Receiver) -> Call:
    """How a function calls a part: it waits for a table's reply, and for a queue to have taken its message.

    Found out once, when they are wired: to ask a part of what kind it is takes longer than to call it.
    """
    if isinstance(other, Callee):
        return other.call
    deliver = other.deliver

    def send(time: float, message: Message, replied: Done) -> None:
        deliver(time, message, lambda moment, taken, why: replied(moment, OK if taken else why))

    return send


@dataclass(slots=True)
class Invocation:
    """A request in its environment."""

    environment: Environment
    fleet: Environments
    """The environments that it is one of."""
    begun: float
    """When INVOKE began."""
    seconds: float
    """Of the function's own code."""
    init: float
    """Seconds of INIT that came with this request, and are billed with it."""
    message: Message
    done: Done | None
    failed: bool = False
    timed_out: bool = False


class Invoked(Protocol):
    """What an invocation knows of its function."""

    agenda: Agenda
    timeout: float

    def ends(self, invocation: Invocation, time: float) -> None:
        """It ends at that moment."""


class CallsInTurn:
    """The calls of one invocation."""

    # Model: the function fails where a call fails, since its code does not catch it, and the calls after it are not
    # made. A reply that comes after the timeout is lost; what the called part did for it is not undone.

    def __init__(self, function: Invoked, invocation: Invocation, outputs: Sequence[Call]) -> None:
        self._function = function
        self._invocation = invocation
        self._left = iter(outputs)
        self._over = False

    def begin(self) -> None:
        """Make the first call when the function's own work is done."""
        work, agenda = self._invocation, self._function.agenda
        agenda.at(work.begun + work.seconds, self._next)
        agenda.at(work.begun + self._function.timeout, self._time_out)

    def _next(self, time: float) -> None:
        if self._over:
            return
        call = next(self._left, None)
        if call is None:
            self._end(time)
        else:
            call(time, self._invocation.message, self._replied)

    def _replied(self, time: float, outcome: str) -> None:
        if outcome != OK and not self._over:
            self._invocation.failed = True
            self._end(time)
        else:
            self._next(time)

    def _time_out(self, time: float) -> None:
        if not self._over:
            self._invocation.failed = self._invocation.timed_out = True
            self._end(time)

    def _end(self, time: float) -> None:
        self._over = True
        self._function.ends(self._invocation, time)
