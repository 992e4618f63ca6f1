"""A Lambda function: one request at a time in each execution environment, and as many environments as it takes.

A request goes to the newest environment that is idle. Where none is, a new one starts (INIT, a cold start), within the
function's reservation or the account's pool, and at a limited rate; beyond them the request is throttled (429). The
handler then runs (INVOKE) up to the timeout. Requests that come straight from a Traffic are served in batches; as soon
as order among parts matters, they go through the agenda, one by one, with the same results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from operator import add

from ecslite.errors import InvalidSetting
from ecslite.serverless.account import SCALING_SECONDS, SCALING_UNITS, account_of
from ecslite.serverless.dispatcher import POOL, RATE, RESERVATION, RESERVED_RATE, Behaviour, Dispatcher
from ecslite.serverless.event_queue import EVENT_AGE, RETRIES, EventQueue
from ecslite.serverless.function_defaults import (
    BILLED_RESTORE_SHARE,
    IDLE_SECONDS,
    INIT,
    PROVISIONED_INIT_LIMIT,
    RESTORE,
    SNAPSHOT_INIT_LIMIT,
    TIMEOUT,
)
from ecslite.serverless.function_rules import LATEST, FunctionConfiguration, FunctionModel, cpu_share
from ecslite.serverless.function_tally import billed_milliseconds
from ecslite.serverless.function_work import FunctionWork
from ecslite.serverless.invocation import TOO_MANY_REQUESTS, call_of
from ecslite.serverless.message import Message
from ecslite.serverless.part import Callee, Done, Part, Receiver, Told
from ecslite.serverless.provisioned import PREPARE_SECONDS
from ecslite.serverless.request_scaling import REQUESTS_PER_SECOND
from ecslite.sim.distributions import Distribution, as_distribution
from ecslite.sim.metrics import PERIOD, Sample
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["IDLE_SECONDS", "INIT", "RESTORE", "STATES", "THROTTLE_REASONS", "TIMEOUT", "Function"]

THROTTLE_REASONS = (POOL, RESERVATION, RATE, RESERVED_RATE)
"""Those of the API that are simulated [Lambda API, ThrottleReason; read 2026-11-24]."""

STATES = ("init", "busy", "idle", "expiring")
"""What an environment is doing, as the levels of a run count them at the end of each minute."""

SOON = 60.0
"""An environment is expiring where it will be gone within that many seconds, unless a request comes."""


class Function(Part):
    """Runs its code for each request, in an environment of its own.

    How long a request takes: `warm` seconds (whatever the memory), and `cpu_seconds` of CPU-bound work, which less
    memory stretches: c CPU seconds take c / min(vCPUs, threads), with one vCPU at 1,769 MiB. Without either, each
    request brings its work and its waiting with it, as for a container. A new environment takes `init` seconds before;
    or give `cold`, the measured seconds of a whole first request. What runs longer than `timeout` is cut off.

    An environment: INIT → busy ⇄ idle → gone. After a timeout it is reset, and initialises again with its next request.
    """

    # Model: a request goes to the environment that started last among the idle ones, so the oldest idle out first.
    # Model: an idle environment is kept for exactly `idle_seconds`; AWS keeps it as long as it likes. With
    # `recycle_seconds` it is gone at that age as well; AWS recycles every few hours.
    # Model: with `environments_ahead`, so many idle environments are started ahead of requests; AWS does it as it
    # likes.
    # Model: `cold` holds a first request's INIT and INVOKE in one: its Duration has both in it, and no timeout cuts it.
    # Model: a function error is an exception, which the environment survives; only a timeout resets it.
    # Model: an invocation counts, and is billed, in the minute in which it starts; one that calls other parts in the
    # minute in which it ends. RESTORE that takes longer than its limit is tried again, as INIT is, and does not fail.

    kind = "function"
    first_state = "Active"

    def __init__(
        self,
        sim: Simulation,
        name: str,
        *,
        memory: int = 128,
        timeout: int = TIMEOUT,
        warm: Distribution | float | None = None,
        cpu_seconds: Distribution | float | None = None,
        threads: int = 1,
        cold: Distribution | float | None = None,
        init: Distribution | float = INIT,
        restore: Distribution | float = RESTORE,
        billed_restore_share: float = BILLED_RESTORE_SHARE,
        snap_start: str = "None",
        architecture: str = "x86_64",
        runtime: str = "python3.13",
        version: str | None = None,
        ephemeral_storage: int = 512,
        reserved_concurrency: int | None = None,
        provisioned_concurrency: int = 0,
        provisioning_seconds: float = PREPARE_SECONDS,
        error_rate: float = 0.0,
        fails: Callable[[Message], bool] | None = None,
        idle_seconds: float = IDLE_SECONDS,
        recycle_seconds: float | None = None,
        environments_ahead: int = 0,
        maximum_retry_attempts: int = RETRIES,
        maximum_event_age_seconds: int = EVENT_AGE,
        dead_letter_queue: Part | None = None,
        on_success: Part | None = None,
        on_failure: Part | None = None,
    ) -> None:
        # Provisioned concurrency and SnapStart are a version's; where none is named, it is the latest published one.
        published = provisioned_concurrency or snap_start != "None"
        self.configuration = FunctionConfiguration(
            memory=memory,
            timeout=timeout,
            ephemeral_storage=ephemeral_storage,
            architecture=architecture,
            runtime=runtime,
            snap_start=snap_start,
            version=version or ("1" if published else LATEST),
            reserved_concurrency=reserved_concurrency,
            provisioned_concurrency=provisioned_concurrency,
        )
        self.model = FunctionModel(
            idle_seconds=idle_seconds,
            recycle_seconds=recycle_seconds,
            environments_ahead=environments_ahead,
            threads=threads,
            error_rate=error_rate,
            provisioning_seconds=provisioning_seconds,
            billed_restore_share=billed_restore_share,
        )
        snap = snap_start != "None"
        behaviour = Behaviour(
            as_distribution(restore if snap else init),
            None if cold is None else as_distribution(cold),
            fails,
            billed_restore_share if snap else 1.0,
        )
        self.memory = memory
        self.timeout = float(timeout)
        self.account = account_of(sim)
        own = reserved_concurrency is not None
        pool = self.account.reserve(name, reserved_concurrency or 0) if own else self.account.unreserved_pool
        self.account.register(name)
        super().__init__(sim, name, **asdict(self.configuration))
        stretch = 1 / min(cpu_share(memory), threads)
        self.work = FunctionWork(sim, name, warm=warm, cpu_seconds=cpu_seconds, stretch=stretch)
        self.dispatcher = Dispatcher(
            sim, name, configuration=self.configuration, model=self.model, behaviour=behaviour, pool=pool
        )
        if snap:
            self._publish(as_distribution(init))
        self.events = EventQueue(
            self,
            retries=maximum_retry_attempts,
            event_age=maximum_event_age_seconds,
            dead_letter_queue=dead_letter_queue,
            on_success=on_success,
            on_failure=on_failure,
        )
        """Its queue of asynchronous invocations: send a Traffic there, and nobody waits."""
        self._sources: list[Traffic] = []
        self._batches = True
        """Whether requests of a source are served as they come, and not with all other parts' in the order of time."""
        self._seconds_measured = 0.0
        self._states: tuple[int, ...] = (0, 0, 0, 0)
        self._steps = [sim.steps(f"Environments/{state}", name) for state in STATES]
        # Model: CloudWatch has no such metric.
        self._note_environments = sim.meter.series("Environments", name, "Count")
        pool.join(self)
        sim.on_finish(self._finish)
        if provisioned_concurrency:
            self.provision(provisioned_concurrency)

    @property
    def invocations(self) -> int:
        """How many requests were served so far."""
        return self.dispatcher.tally.total_invocations

    @property
    def cold_starts(self) -> int:
        """How many of them began with a new environment."""
        return self.dispatcher.tally.total_cold_starts

    @property
    def version(self) -> str:
        """The version that is invoked."""
        return self.configuration.version

    @property
    def requested(self) -> int:
        """Provisioned environments that were asked for."""
        return self.dispatcher.provisioned.requested

    @property
    def allocated(self) -> int:
        """Provisioned environments that can be used."""
        return self.dispatcher.provisioned.allocated

    @property
    def mean_environments(self) -> float:
        """How many environments there were, busy or idle, averaged over the time so far."""
        self.catch_up()
        return self._environment_seconds(self.sim.now) / self.sim.now if self.sim.now else 0.0

    def provision(self, count: int, cause: int | None = None) -> None:
        """Have `count` environments provisioned from now on: they can be used once all of them are allocated."""
        self.configuration.check_provisioned(count)
        self.catch_up()
        if self.configuration.reserved_concurrency is None:
            self.account.provision(self.name, count)
        provisioned = self.dispatcher.provisioned
        event = provisioned.request(count, self.created if cause is None else cause)
        wait = provisioned.seconds_until_ready(count, self.model.provisioning_seconds)
        self.sim.at(self.sim.now + wait, lambda: self._provisioned(count, event))

    def _provisioned(self, count: int, event: int) -> None:
        dispatcher = self.dispatcher
        if count != dispatcher.provisioned.requested:
            return  # another number was asked for meanwhile
        self.catch_up()
        more = dispatcher.provisioned.ready(self.sim.now, event)
        # An environment's INIT is billed, whether it ever serves a request or not.
        inits = dispatcher.inits(more, max(PROVISIONED_INIT_LIMIT, dispatcher.timeout))
        dispatcher.tally.provisioned_billed += billed_milliseconds(inits)
        if (reserved := self.configuration.reserved_concurrency) is not None:
            dispatcher.pool.limit = reserved - count

    def _publish(self, init: Distribution) -> None:
        """SnapStart initialises a version when it is published, for a snapshot, and that INIT is billed."""
        # Model: it is published as it is made. That Lambda initialises it anew for updates now and then is left out.
        limit = max(SNAPSHOT_INIT_LIMIT, self.timeout)
        seconds = min(init.draw(self.sim.stream(f"function/{self.name}/publish")), limit)
        self.dispatcher.tally.billed += billed_milliseconds([seconds])

    # Wires

    def connect(self, other: Part) -> None:
        """Call another part in each invocation, after the function's own work: wait for its reply, or only send."""
        if not isinstance(other, Callee | Receiver):
            raise InvalidSetting(
                f"{other.kind} {other.name!r} can neither be called nor be sent to, so function {self.name!r} cannot be"
                " wired to it: use a table, a queue, a topic, a bucket or another function"
            )
        self.dispatcher.outputs = [*self.dispatcher.outputs, call_of(other)]
        self.meet()

    def wire(self, source: Traffic) -> None:
        """Let a source's requests arrive here."""
        if source.sim is not self.sim:
            raise InvalidSetting(f"{source.name!r} belongs to another simulation than {self.name!r}: build both on one")
        if self._sources:
            self.meet()
        self._sources.append(source)
        if not self._batches:
            self.agenda.feed(source, self._arrive)

    def meet(self) -> None:
        """From now on requests are served one by one, in the order of time among all parts."""
        if self._batches:
            self.catch_up()
            self._batches = False
            for source in self._sources:
                self.agenda.feed(source, self._arrive)

    def in_use(self, time: float) -> int:
        """Its requests in progress that are not on provisioned environments."""
        return self.dispatcher.in_use(time)

    # Requests straight from a source

    def catch_up(self) -> None:
        """Serve all that has arrived up to the present moment."""
        self.agenda.catch_up()
        self._take(self.sim.now)

    def _take(self, until: float) -> None:
        if self._batches and self._sources:
            for times, costs, waits in self._sources[0].take(until):
                self.accept(times, costs, waits)

    def accept(self, times: list[float], costs: list[float], waits: list[float] | None = None) -> None:
        """Serve requests that arrive at these moments (rising), with their CPU seconds and seconds of waiting.

        Durations are drawn in the order of arrival, throttled or not.
        """
        seconds = self.work.seconds(costs, waits)
        for index in range(self.dispatcher.serve(times, seconds), len(times)):
            self._messages += 1
            self.dispatcher.begin(times[index], seconds[index], Message(self._messages, times[index], costs[index]))

    # Requests of other parts

    def arrive(self, time: float, message: Message) -> None:
        """Take a request from outside, to which nobody listens for an answer."""
        self.dispatcher.begin(time, self._seconds(message), message)

    def call(self, time: float, message: Message, done: Done) -> None:
        """Invoke it and wait (RequestResponse): "ok", "Unhandled" where it failed, "429" where it was throttled."""
        self._take(time)
        if self.dispatcher.begin(time, self._seconds(message), message, done=done):
            done(time, TOO_MANY_REQUESTS)

    def deliver(self, time: float, message: Message, told: Told) -> None:
        """Invoke it and do not wait (Event): the event goes into the function's own queue."""
        self.events.deliver(time, message, told)

    def invoke_event(self, time: float, message: Message, done: Done) -> bool:
        """Try an event of its own queue; whether it was invoked, and not throttled."""
        self._take(time)
        return not self.dispatcher.begin(time, self._seconds(message), message, done=done, event=True)

    def _seconds(self, message: Message) -> float:
        waits = [message.wait_seconds] if message.wait_seconds else None
        return self.work.seconds([message.cpu_seconds], waits)[0]

    # Counting

    def read(self) -> Iterable[Sample]:
        """The minute's data points; those of every minute are noted at once."""
        now, dispatcher = self.sim.now, self.dispatcher
        self._take(now)
        tally, provisioned = dispatcher.tally, dispatcher.provisioned
        if tally.cold or tally.throttled or tally.errors:
            self._tell()
        tally.note()
        seconds = self._environment_seconds(now)
        self._note_environments({"Average": (seconds - self._seconds_measured) / PERIOD})
        self._seconds_measured = seconds
        self._note_states(now)
        further = list(tally.further_samples(provisioned.allocated)) if tally.inits or provisioned.allocated else []
        if self.events.used:
            further += self.events.samples()
        on_provisioned = provisioned.in_use(now) if provisioned.requested else 0
        on_demand = dispatcher.environments.in_progress(now)
        tally.begin(on_demand + on_provisioned, on_provisioned)
        self.account.report(on_demand if dispatcher.pool is self.account.unreserved_pool else 0)
        return further

    def _environment_seconds(self, now: float) -> float:
        seconds, provisioned = self.dispatcher.environments.seconds(now), self.dispatcher.provisioned
        return seconds + provisioned.environments.seconds(now) if provisioned.requested else seconds

    def _note_states(self, now: float) -> None:
        dispatcher = self.dispatcher
        states = dispatcher.environments.states(now, SOON)
        if dispatcher.provisioned.requested:
            standing = dispatcher.provisioned.environments.states(now, SOON)
            states = tuple(map(add, states, standing))
        if states != self._states:
            for steps, count, before in zip(self._steps, states, self._states, strict=True):
                if count != before:
                    steps.append((now, count, None))
            self._states = states

    def _finish(self) -> None:
        """Serve what is left of the run, and leave in it what the bill needs."""
        self.catch_up()
        tally = self.dispatcher.tally
        self.record.attributes |= {
            "invocations": tally.total_invocations,
            "cold_starts": tally.total_cold_starts,
            "billed_milliseconds": tally.billed,
            "provisioned_billed_milliseconds": tally.provisioned_billed,
        }

    def _tell(self) -> None:
        tally, name = self.dispatcher.tally, self.name
        if cold := tally.cold:
            self._say(f"{cold:,} cold start{'s' * (cold > 1)} of {name} in the last minute: no environment was idle.")
        for reason, count in tally.throttled.items():
            self._say(f"{count:,} × 429 from {name} in the last minute: {self._why(reason)} ({reason}).", reason=reason)
        if tally.timeouts:
            self._say(
                f"{tally.timeouts:,} × timeout of {name} in the last minute: what ran for"
                f" {self.dispatcher.timeout:g} s was cut off, and its environment reset."
            )
        if others := tally.errors - tally.timeouts:
            self._say(f"{others:,} × error from {name} in the last minute: its code failed.")

    def _why(self, reason: str) -> str:
        pool = self.dispatcher.pool
        whose = "the unreserved pool" if reason in (POOL, RATE) else "its reservation"
        if reason in (POOL, RESERVATION):
            return f"{pool.limit:,} were in progress, all that {whose} has"
        return (
            f"more came than {pool.requests_per_second:,} requests a second, the limit of {whose}, or more new"
            f" environments were needed than {SCALING_UNITS:,} in {SCALING_SECONDS:g} s"
            f" ({REQUESTS_PER_SECOND:,} more requests a second)"
        )

    def _say(self, text: str, **details: str) -> None:
        self.sim.log.add("function", self.name, text, self.sim.log.latest("traffic", self.sim.now), **details)
