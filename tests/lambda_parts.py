"""What the tests of functions have in common: durations from a list, parts that answer or take, and one invocation."""

from __future__ import annotations

from itertools import chain, repeat

import ecslite as ecs
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.message import Message
from ecslite.serverless.part import Part


class Given(ecs.Distribution):
    """The durations of a list, in turn, and the last one for ever."""

    def __init__(self, *durations):
        self.durations = chain(durations, repeat(durations[-1]))

    @property
    def mean(self):
        return 0.0

    def draw_many(self, random, count):
        return [next(self.durations) for _ in range(count)]


class Quiet(Part):
    """A part without requests of its own and without metrics."""

    def arrive(self, time, message):
        raise AssertionError("nothing is sent here by a source")

    def read(self):
        return ()


class Shelf(Quiet):
    """A part that is called: it answers after `seconds`."""

    kind = "shelf"

    def __init__(self, sim, name="shelf", seconds=0.5, outcome="ok"):
        super().__init__(sim, name)
        self.seconds, self.outcome, self.called = seconds, outcome, []

    def call(self, time, message, done):
        self.called.append((time, message))
        self.agenda.at(time + self.seconds, lambda moment: done(moment, self.outcome))


class Sink(Quiet):
    """A part that is sent to: it takes messages, or refuses them."""

    kind = "sink"

    def __init__(self, sim, name="sink", taken=True):
        super().__init__(sim, name)
        self.taken, self.got = taken, []

    def deliver(self, time, message, told):
        self.got.append((time, message))
        told(time, self.taken, "" if self.taken else "full")


class Stone(Quiet):
    """A part that can neither be called nor be sent to."""

    kind = "stone"


def call(function, *times, **message):
    """Call the function at these seconds; the list into which its answers come, as (second, outcome)."""
    answers = []
    agenda = function.sim.the(Agenda)
    for number, time in enumerate(times):
        one = Message(number, time, **message)
        agenda.at(
            time, lambda moment, one=one: function.call(moment, one, lambda end, what: answers.append((end, what)))
        )
    return answers


def total(run, name, subject="f", statistic="Sum"):
    """A metric over the whole run."""
    values = [value for value in run.metrics[name, subject][statistic] if value is not None]
    return sum(values) if statistic == "Sum" else max(values)
