"""Parts that stand in for others: they answer, take or refuse as a test wants it."""

from __future__ import annotations

from ecslite.serverless.part import Part


class Backend(Part):
    """A callee: after `seconds(message)` it answers `outcome(message)`."""

    kind = "backend"

    def __init__(self, sim, name="backend", *, seconds=lambda message: 0.1, outcome=lambda message: "ok"):
        super().__init__(sim, name)
        self.seconds, self.outcome = seconds, outcome
        self.called = []

    def call(self, time, message, done):
        self.called.append(message)
        self.agenda.at(time + self.seconds(message), lambda moment: done(moment, self.outcome(message)))

    def arrive(self, time, message):
        self.call(time, message, lambda *reply: None)

    def read(self):
        return iter(())


class Sink(Part):
    """A receiver: takes what `takes(message)` says, and remembers it."""

    kind = "sink"

    def __init__(self, sim, name="sink", *, takes=lambda message: True):
        super().__init__(sim, name)
        self.takes = takes
        self.seen = []

    def deliver(self, time, message, told):
        taken = self.takes(message)
        if taken:
            self.seen.append((time, message))
        told(time, taken, "" if taken else "refused")

    def arrive(self, time, message):
        self.deliver(time, message, lambda *told: None)

    def read(self):
        return iter(())
