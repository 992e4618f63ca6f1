"""Where a function's requests go: to which environment, old or new, provisioned or not, or to none (429).

`serve` takes requests that nobody waits for, in a batch, and `begin` takes one. Both give the same numbers: the loop
over a batch stops at the first thing that is out of the ordinary (a timeout, an INIT that is too long), and what is
left goes one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from math import inf
from operator import add

from ecslite.serverless.account import Pool, ScalingRate
from ecslite.serverless.agenda import Agenda
from ecslite.serverless.environments import THROTTLED, Environment, Environments
from ecslite.serverless.function_rules import FunctionConfiguration, FunctionModel
from ecslite.serverless.function_tally import FunctionTally, billed_milliseconds
from ecslite.serverless.invocation import FUNCTION_ERROR, OK, Call, CallsInTurn, Invocation
from ecslite.serverless.message import Message
from ecslite.serverless.part import Done
from ecslite.serverless.provisioned import Provisioned
from ecslite.serverless.request_scaling import RequestScaling, scales_requests
from ecslite.sim.clock import STEP, on_grid
from ecslite.sim.distributions import Distribution
from ecslite.sim.simulation import Simulation

__all__ = ["INIT_LIMIT", "POOL", "RATE", "RESERVATION", "RESERVED_RATE", "Behaviour", "Dispatcher"]

INIT_LIMIT = 10.0
"""Seconds that INIT may take; then it is tried again within the first invocation, under the function's timeout.
RESTORE has the same limit [Lambda Developer Guide, lambda-runtime-environment; read 2026-11-24]."""

POOL = "ConcurrentInvocationLimitExceeded"
RESERVATION = "ReservedFunctionConcurrentInvocationLimitExceeded"
RATE = "FunctionInvocationRateLimitExceeded"
RESERVED_RATE = "ReservedFunctionInvocationRateLimitExceeded"
"""Why a request was throttled [Lambda API, ThrottleReason; read 2026-11-24]."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the function's code does, apart from the seconds it takes in an environment that is ready."""

    init: Distribution
    """What a new environment takes before its first request; RESTORE with SnapStart."""
    cold: Distribution | None
    """The whole of a first request, INIT and INVOKE in one."""
    fails: Callable[[Message], bool] | None
    billed_init: float = 1.0
    """The share of `init` that is billed."""


class Dispatcher:
    """The environments of one function, and the one place where requests are given to them."""

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        configuration: FunctionConfiguration,
        model: FunctionModel,
        behaviour: Behaviour,
        pool: Pool,
    ) -> None:
        self.pool = pool
        self.timeout = float(configuration.timeout)
        self.agenda = sim.the(Agenda)
        start = "InitDuration" if configuration.snap_start == "None" else "RestoreDuration"
        self.tally = FunctionTally(sim, name, start)
        self.environments = Environments(on_grid(model.idle_seconds), model.recycle_seconds)
        self.provisioned = Provisioned(sim, name)
        self.outputs: Sequence[Call] = ()
        """What each invocation calls, in turn."""
        self._ahead = model.environments_ahead
        self._error_rate = model.error_rate
        self._does = behaviour
        self._plain = behaviour.fails is None and not model.environments_ahead
        own = configuration.reserved_concurrency is not None
        self._full, self._too_fast = (RESERVATION, RESERVED_RATE) if own else (POOL, RATE)
        self._scaling = ScalingRate()
        self._requests = RequestScaling() if scales_requests(pool.largest) else None
        self._init_draws, self._cold_draws, self._error_draws = (
            sim.stream(f"function/{name}/{kind}") for kind in ("init", "cold", "errors")
        )
        self._drawn: float | None = None
        """An INIT that was drawn and has not been used yet."""
        self._inits: list[tuple[int, float]] = []

    def in_use(self, time: float) -> int:
        """Its requests in progress that are not on provisioned environments."""
        return self.environments.in_use(time)

    # Batches

    def serve(self, times: list[float], seconds: list[float]) -> int:
        """Serve requests that arrive at `times` (rising) in one loop; how many, up to one that is out of the
        ordinary. `seconds`, what they take in a ready environment, is written over."""
        if not self._ordinary(times, seconds):
            return 0
        tally, first, self._inits = self.tally, times[0], []
        done = self.environments.serve(times, seconds, self._start_in_batch)
        if done < len(times):
            times, seconds = times[:done], seconds[:done]
        if not times:
            return 0
        self.pool.rate.note(times)
        if self._requests is not None:
            self._requests.note(times)
        durations = self._without_init(seconds) if self._inits else seconds
        billed = self._with_billed_init(durations) if self._inits else seconds
        if tally.throttled and THROTTLED in seconds:
            served = [each != THROTTLED for each in seconds]
            times, seconds, durations, billed = (
                list(compress(each, served)) for each in (times, seconds, durations, billed)
            )
        tally.served(len(times))
        tally.durations.add(durations)
        tally.billed += billed_milliseconds(billed)
        most = self.environments.most_in_use(first)
        if most is None:
            in_progress = self.environments.in_progress_before(first)
            if 0.0 in seconds:
                seconds = [each or STEP for each in seconds]  # it is in progress as it arrives
            tally.see_peak(times, [*in_progress, *map(add, times, seconds)], len(in_progress))
        elif most > tally.peak:
            tally.peak = most
        self.pool.peak = max(self.pool.peak, tally.peak)
        if self._error_rate:
            tally.errors += sum([self._unlucky() for _ in times])
        return done

    def _ordinary(self, times: list[float], seconds: list[float]) -> bool:
        """Whether nothing is known that makes a batch more than requests and new environments."""
        return (
            self._plain
            and not self.provisioned.requested
            and not self.tally.provisioned_peak
            and max(seconds) <= self.timeout
            and self.environments.ordinary(times)
            and len(self.environments) <= self.pool.limit
            and self.pool.admits(times)
            and (self._requests is None or self._requests.admits(times))
        )

    def _start_in_batch(self, index: int, time: float, in_use: int, seconds: float) -> float | None:
        """For how long a request that finds no idle environment will hold a new one; THROTTLED at a limit."""
        cold = self._does.cold
        if in_use >= self.pool.limit:
            self._throttle(self._full)
            return THROTTLED
        if cold is None and self._next_init() > INIT_LIMIT:
            return None
        if not self._scaling.take(time):
            self._throttle(self._too_fast)
            return THROTTLED
        self.tally.cold_start()
        if cold is not None:
            return cold.draw(self._cold_draws)
        init = self._use_init()
        self._inits.append((index, init))
        return init + seconds

    def _without_init(self, seconds: list[float]) -> list[float]:
        """Duration has no INIT in it [Lambda Developer Guide, monitoring-metrics-types; read 2026-11-24]."""
        durations = list(seconds)
        for index, init in self._inits:
            durations[index] -= init
        self.tally.inits += [init for _, init in self._inits]
        return durations

    def _with_billed_init(self, durations: list[float]) -> list[float]:
        billed = list(durations)
        for index, init in self._inits:
            billed[index] += self._billed(init)
        return billed

    def _billed(self, init: float) -> float:
        """What is billed of an INIT, or of a RESTORE, in seconds."""
        share = self._does.billed_init
        return init if share == 1 else on_grid(init * share)

    # One request at a time

    def begin(
        self, time: float, seconds: float, message: Message, *, done: Done | None = None, event: bool = False
    ) -> str:
        """Serve one request that takes `seconds` in a ready environment; why it is throttled, or nothing.

        An event of the function's own queue is not limited in requests a second.
        """
        fleet, environment, init = self.provisioned.environments, self.provisioned.take(time), 0.0
        if environment is None:
            fleet = self.environments
            if not event and (self.pool.too_many(time) or self._scales_too_fast(time)):
                return self._throttle(self._too_fast)
            if self.pool.full(time):
                return self._throttle(self._full)
            environment = fleet.take(time)
        if environment is None:
            if not self._scaling.take(time):
                return self._throttle(self._too_fast)
            environment = self._start(time)
            init = environment.ready_at - time
            if self._does.cold is not None:
                seconds = self._does.cold.draw(self._cold_draws)
        if fleet is self.environments:
            self.pool.enter()
        invocation = Invocation(environment, fleet, max(time, environment.ready_at), seconds, init, message, done)
        self._run(invocation, time)
        self._count(invocation, time)
        if self.outputs and not invocation.failed:
            CallsInTurn(self, invocation, self.outputs).begin()
        else:
            self.ends(invocation, invocation.begun + invocation.seconds)
        return ""

    def _scales_too_fast(self, time: float) -> bool:
        return self._requests is not None and not self._requests.take(time)

    def _start(self, time: float) -> Environment:
        """A new environment for a request. INIT that takes too long is tried again within the invocation."""
        self.tally.cold_start()
        if self._does.cold is not None:
            return self.environments.start(time, time)
        init = self._use_init()
        self.tally.inits.append(min(init, INIT_LIMIT))
        environment = self.environments.start(time, time + min(init, INIT_LIMIT))
        if init > INIT_LIMIT:
            self._drawn = init
            self.environments.reset(environment)
        return environment

    def _run(self, work: Invocation, time: float) -> None:
        """Find out how long the function's own code runs, and whether it fails."""
        new = work.environment.started == time and work.fleet is self.environments
        limit = inf if self._does.cold is not None and new else self.timeout
        if work.environment.reset:
            # A suppressed init: it is part of the invocation, and counts towards its timeout.
            work.seconds += self._use_init()
            work.fleet.initialised(work.environment)
        work.timed_out = work.seconds > limit
        work.seconds = min(work.seconds, limit)
        unlucky = bool(self._error_rate) and self._unlucky()
        work.failed = work.timed_out or unlucky or work.message.poison or self._fails_on(work.message)

    def _fails_on(self, message: Message) -> bool:
        """Whether the rule of the function's code lets it fail: on a batch, where it fails on one of its messages."""
        fails = self._does.fails
        return fails is not None and any(fails(each) for each in message.batch or (message,))

    def _count(self, work: Invocation, time: float) -> None:
        tally, on_demand = self.tally, self.environments.in_use(time)
        tally.served(1)
        if self.provisioned.requested:
            provisioned = self.provisioned.in_use(time)
            if work.fleet is not self.environments:
                tally.on_provisioned += 1
                tally.provisioned_sum += provisioned
            tally.provisioned_peak = max(tally.provisioned_peak, provisioned)
            on_demand += provisioned
        tally.peak = max(tally.peak, on_demand)
        if self._ahead:
            self._start_ahead(time)

    def _start_ahead(self, time: float) -> None:
        fleet = self.environments
        while (
            (idle := fleet.idle(time)) < self._ahead
            and fleet.in_use(time) + idle < self.pool.limit
            and self._scaling.take(time)
        ):
            init = min(self._use_init(), INIT_LIMIT)
            fleet.start_ahead(time, time + init)
            self.tally.inits.append(init)
            self.tally.billed += billed_milliseconds([self._billed(init)])

    def ends(self, work: Invocation, time: float) -> None:
        """An invocation ends at `time`, which may be yet to come."""
        tally = self.tally
        work.fleet.occupy(work.environment, time)
        if work.timed_out:
            work.fleet.reset(work.environment)
            tally.timeouts += 1
        seconds = time - work.begun
        tally.durations.add([seconds])
        tally.errors += work.failed
        billed = billed_milliseconds([self._billed(work.init) + seconds])
        if work.fleet is self.environments:
            tally.billed += billed
        else:
            tally.provisioned_billed += billed
        if (done := work.done) is not None:
            outcome = FUNCTION_ERROR if work.failed else OK
            self.agenda.at(time, lambda moment: done(moment, outcome))

    def inits(self, count: int, limit: float) -> list[float]:
        """INITs of so many provisioned environments, in seconds."""
        return [min(self._use_init(), limit) for _ in range(count)]

    # Draws and refusals

    def _next_init(self) -> float:
        if self._drawn is None:
            self._drawn = self._does.init.draw(self._init_draws)
        return self._drawn

    def _use_init(self) -> float:
        init, self._drawn = self._next_init(), None
        return init

    def _unlucky(self) -> bool:
        return self._error_draws.random() < self._error_rate

    def _throttle(self, reason: str) -> str:
        throttled = self.tally.throttled
        throttled[reason] = throttled.get(reason, 0) + 1
        return reason
