"""A run as it stood at one moment: what of it AWS could know then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecslite.errors import InvalidSetting, NotInThisRun
from ecslite.sim.clock import MINUTE
from ecslite.sim.run import Part, Run

__all__ = ["Moment", "moment_of"]


def moment_of(run: Run, at_minute: float | None) -> Moment:
    """The moment `at_minute` of a run, its end where none is given; InvalidSetting outside of the run."""
    seconds = run.seconds if at_minute is None else at_minute * MINUTE
    if not 0 <= seconds <= run.seconds:
        raise InvalidSetting(f"at_minute={at_minute}: the run goes from minute 0 to {run.seconds / MINUTE:g}")
    return Moment(run, seconds)


@dataclass(frozen=True)
class Moment:
    """One second of a run."""

    run: Run
    seconds: float

    def state(self, part: Part) -> str:
        """The state of a part; empty where it had not begun."""
        known = [state for seconds, state, _ in part.states if seconds <= self.seconds]
        return known[-1] if known else ""

    def entered(self, part: Part, state: str) -> float | None:
        """The second at which a part last came to a state by then; None if it never had."""
        known = [seconds for seconds, each, _ in part.states if each == state and seconds <= self.seconds]
        return known[-1] if known else None

    def began(self, part: Part) -> bool:
        """Whether a part was there."""
        return bool(part.states) and part.states[0][0] <= self.seconds

    def past(self, part: Part, name: str) -> float | None:
        """An attribute that is a second of the run, if it had come by then."""
        seconds = part.attributes.get(name)
        return seconds if isinstance(seconds, int | float) and seconds <= self.seconds else None

    def level(self, name: str, subject: str) -> int:
        """The value of a level; 0 before its first step."""
        steps = self.run.level(name, subject).steps
        known = [value for seconds, value, _ in steps if seconds <= self.seconds]
        return known[-1] if known else 0

    def parts(self, kind: str) -> list[Part]:
        """The parts of a kind that were there."""
        return [part for part in self.run.of_kind(kind) if self.began(part)]

    def named(self, kind: str, names: Sequence[str] | None) -> list[Part]:
        """The parts of a kind by name, all for None; NotInThisRun for one that was not there."""
        there = {part.id: part for part in self.parts(kind)}
        for name in names or ():
            if name not in there:
                have = ", ".join(there) or "none"
                raise NotInThisRun(f"{kind.replace('_', ' ')} {name!r} was not there: the run has {have}")
        return list(there.values()) if names is None else [there[name] for name in names]

    def tasks_of(self, service: Part) -> list[Part]:
        """A service's tasks, stopped ones too."""
        return [
            task
            for task in self.parts("task")
            if task.attributes.get("deployment")
            and (task.attributes["service"], task.attributes["cluster"]) == (service.id, service.attributes["cluster"])
        ]
