"""An API in API Gateway, of the REST or the HTTP kind: the front door of functions.

A request passes the limits (see `throttling`) or gets 429. What the cache has is answered at once; else the integration
is called: 200 for its reply, 500 where Lambda refuses the call, 502 where the function fails, 504 where no reply comes
within the timeout. It retries nothing; clients may. Left out: authorizers, WAF, mapping templates, WebSocket APIs.
[Lambda Developer Guide, services-apigateway-errors; API Gateway Developer Guide, limits; read 2026-11-24]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import heappop
from typing import NamedTuple

from ecslite.errors import InvalidSetting
from ecslite.serverless.api_cache import ApiCache, CacheSettings
from ecslite.serverless.api_rules import Settings
from ecslite.serverless.keys import Draws, Shares, Zipf
from ecslite.serverless.message import Message
from ecslite.serverless.part import Callee, Done, Part
from ecslite.serverless.statistics import Durations
from ecslite.serverless.throttling import ACCOUNT, Throttle, Throttling, UsagePlan
from ecslite.serverless.timers import Timer, Timers
from ecslite.sim.clock import on_grid
from ecslite.sim.distributions import Distribution, LogNormal, as_distribution
from ecslite.sim.metrics import Sample
from ecslite.sim.retries import Attempt, Clients, Failure
from ecslite.sim.simulation import Simulation
from ecslite.sim.traffic import Traffic

__all__ = ["Api"]

OVERHEAD = LogNormal(0.010, 0.5)
"""Seconds that API Gateway itself takes for a request."""
# Model: AWS gives no number. All of it comes after the integration's reply.

REFUSED_CALLS = ("429", "TooManyRequestsException", "ThrottlingException", "ProvisionedThroughputExceededException")
"""Outcomes of an integration that did not run at all: answered with 500."""

METRICS = {"REST": ("4XXError", "5XXError"), "HTTP": ("4xx", "5xx")}
"""CloudWatch's names [API Gateway Developer Guide, api-gateway-metrics-and-dimensions, http-api-metrics; read
2026-11-24]."""


class Asked(NamedTuple):
    """What a request asks for, and which client sends it."""

    method: str
    client: str
    key: str


class Api(Part):
    """One API with one stage and one integration (`api >> function`); without one it answers by itself (MOCK).

    `methods` and `keys` say what requests ask for: each method by its share, and each key (a path, a customer) by a
    distribution. The key goes on with the message, to a function's table. `stage` limits every method, `method_limits`
    some of them otherwise.
    """

    # Model: the integration's reply is all that a request waits for; payloads take no time.

    kind = "api"
    first_state = "AVAILABLE"
    hears_of_failures = True
    """Its clients may retry."""

    def __init__(
        self,
        sim: Simulation,
        name: str,
        protocol: str = "REST",
        *,
        endpoint_type: str = "REGIONAL",
        timeout_seconds: float | None = None,
        timeout_quota_seconds: float = 29.0,
        stage: Throttle | None = None,
        method_limits: Mapping[str, Throttle] | None = None,
        usage_plan: UsagePlan | None = None,
        account: Throttle = ACCOUNT,
        cache: CacheSettings | None = None,
        methods: Mapping[str, float] | None = None,
        keys: Zipf | None = None,
        payload_kib: float = 1.0,
        overhead: Distribution | float = OVERHEAD,
    ) -> None:
        shares = dict(methods or {"GET": 1.0})
        settings = Settings(
            name,
            protocol,
            endpoint_type,
            timeout_seconds,
            timeout_quota_seconds,
            usage_plan,
            account,
            cache,
            shares,
            method_limits or {},
            payload_kib,
        )
        super().__init__(
            sim, name, protocol=protocol, cache_gb=cache.size if cache else None, payload_kib=float(payload_kib)
        )
        self.protocol = protocol
        self.settings = settings
        self.stage = stage
        self.timeout_seconds = on_grid(settings.timeout)
        self.keys = keys or Zipf(1000, 0.0)
        self.cache = ApiCache(cache, payload_kib) if cache else None
        self.integration: Callee | None = None
        self.requests = 0
        self.answered: Counter[str] = Counter()
        """Answers by their status, and refusals by their limit ("429 account")."""
        self.open = 0
        """Requests that wait for the integration."""
        self._throttling = Throttling(sim, account, stage, method_limits or {}, usage_plan)
        self._timers = sim.the(Timers)
        self._methods, self._method = list(shares), Shares(list(shares.values()))
        clients = dict(usage_plan.api_keys) if usage_plan else {"": 1.0}
        self._clients, self._client = list(clients), Shares(list(clients.values()))
        self._draw_method, self._draw_key, self._draw_client = (
            sim.stream(f"api/{name}/{what}") for what in ("methods", "keys", "clients")
        )
        self._overhead = Draws(as_distribution(overhead), sim.stream(f"api/{name}/overhead"))
        self._begin_period()

    def connect(self, other: Part) -> None:
        """Let `other`, such as a function, be its integration."""
        if not isinstance(other, Callee):
            raise InvalidSetting(
                f"api {self.name!r} waits for a reply, and {other.kind} {other.name!r} gives none: put a function there"
            )
        if self.integration is not None:
            raise InvalidSetting(f"api {self.name!r} has an integration: build another API for {other.name!r}")
        self.integration = other

    # Requests

    def wire(self, source: Traffic) -> None:
        """Let a source's requests arrive here, and come again if its clients retry."""
        clients = source.clients
        if clients is None:
            super().wire(source)
            return
        self.agenda.feed(
            source, lambda time, cpu, wait: self._attempt(clients, Attempt(time, 1, cpu, wait), self._ask())
        )
        self.sim.meter.read(lambda: self._read_clients(clients))

    def _attempt(self, clients: Clients, attempt: Attempt, asked: Asked) -> None:
        """One attempt of a client that retries; the next one asks for the same."""
        time, number, cpu, wait = attempt

        def replied(moment: float, outcome: str) -> None:
            if outcome != "ok":
                clients.fail(Failure(moment, time, number, cpu, wait, outcome))
                clients.hear(moment)
                if clients.due:
                    self._again(clients, heappop(clients.due), asked)

        clients.send(number)
        self._messages += 1
        self._begin(time, Message(self._messages, time, cpu, wait, key=asked.key), asked, replied)

    def _again(self, clients: Clients, due: Attempt, asked: Asked) -> None:
        self.agenda.at(due.seconds, lambda now: self._attempt(clients, due._replace(seconds=now), asked))

    def _read_clients(self, clients: Clients) -> Iterator[Sample]:
        self.agenda.catch_up()
        yield from clients.read()

    def arrive(self, time: float, message: Message) -> None:
        """Take a request from outside."""
        self.call(time, message, None)

    def call(self, time: float, message: Message, done: Done | None) -> None:
        """Answer a request: "ok", or the status of the failure."""
        asked = self._ask(message.key)
        message.key = asked.key
        self._begin(time, message, asked, done)

    def _ask(self, key: str = "") -> Asked:
        """What the next request asks for, and who."""
        method = self._methods[self._method.draw(self._draw_method)]
        client = self._clients[self._client.draw(self._draw_client)]
        return Asked(method, client, key or f"key-{self.keys.draw(self._draw_key)}")

    def _begin(self, time: float, message: Message, asked: Asked, done: Done | None) -> None:
        self.requests += 1
        limit = self._throttling.refusal(time, asked.method, asked.client)
        cached = self.cache if asked.method == "GET" else None
        if limit:
            self._answer(time, time, f"429 {limit}", done)
        elif cached is not None and cached.has(time, message.key):
            self._hits += 1
            self._answer(time, time, "200", done)
        elif self.integration is None:
            self._answer(time, time, "200", done)
        else:
            self._misses += cached is not None
            self._integrate(self.integration, time, message, cached, done)

    def _integrate(
        self, integration: Callee, time: float, message: Message, cached: ApiCache | None, done: Done | None
    ) -> None:
        key = message.key
        waiting: list[Timer] = []

        def end(moment: float, status: str) -> None:
            self.open -= 1
            self._integrations.add(moment - time)
            if status == "200" and cached is not None:
                cached.keep(moment, key)
            self._answer(time, moment, status, done)

        def replied(moment: float, outcome: str) -> None:
            if waiting:
                # A reply that comes after the timeout reaches nobody: the function has worked in vain.
                waiting.pop().cancel()
                end(moment, _status(outcome))

        def timed_out(moment: float) -> None:
            waiting.clear()
            end(moment, "504")

        self.open += 1
        waiting.append(self._timers.set(time + self.timeout_seconds, timed_out))
        integration.call(time, message, replied)

    def _answer(self, time: float, moment: float, answer: str, done: Done | None) -> None:
        status, at = answer[:3], moment + self._overhead.next()
        self.answered[answer] += 1
        self._answers[answer] += 1
        self._latencies.add(at - time)
        if done is not None:
            self.agenda.at(at, lambda now: done(now, "ok" if status == "200" else status))

    # Counting

    def _begin_period(self) -> None:
        self._answers: Counter[str] = Counter()
        self._latencies = Durations()
        self._integrations = Durations()
        self._hits = self._misses = 0

    def read(self) -> Iterator[Sample]:
        """The metrics of the minute that ends now. A request counts in the minute of its answer."""
        count = self._answers.total()
        client_errors, server_errors = METRICS[self.protocol]
        for name, first in ((client_errors, "4"), (server_errors, "5")):
            errors = sum(many for answer, many in self._answers.items() if answer.startswith(first))
            yield Sample(name, self.name, "Count", {"Sum": errors, **({"Average": errors / count} if count else {})})
        yield Sample("Count", self.name, "Count", {"Sum": count})
        throttled = sum(many for answer, many in self._answers.items() if answer.startswith("429"))
        # Model: CloudWatch has no such metric; what was throttled is not charged.
        yield Sample("ThrottledCount", self.name, "Count", {"Sum": throttled})
        for name, seconds in (("Latency", self._latencies), ("IntegrationLatency", self._integrations)):
            yield Sample(name, self.name, "Milliseconds", seconds.milliseconds())
        if self.cache is not None:
            yield Sample("CacheHitCount", self.name, "Count", {"Sum": self._hits})
            yield Sample("CacheMissCount", self.name, "Count", {"Sum": self._misses})
        if self.protocol == "HTTP":
            payload = float(str(self.record.attributes["payload_kib"]))
            yield Sample("DataProcessed", self.name, "Bytes", {"Sum": count * payload * 1024})
        self.sim.level("OpenRequests", self.name, self.open)
        self._tell()
        self._begin_period()

    def _tell(self) -> None:
        for answer, many in sorted(self._answers.items()):
            if answer != "200":
                status, _, limit = answer.partition(" ")
                why = self._throttling.words(limit) if limit else self._why(status)
                text = f"{many:,} × {status} from api {self.name} in the last minute: {why}."
                self.sim.log.add("api", self.name, text, self.sim.log.latest("traffic", self.sim.now), status=status)

    def _why(self, status: str) -> str:
        if status == "504":
            return f"no reply came within {self.timeout_seconds:g} s"
        return "the integration refused the call" if status == "500" else "the function failed"


def _status(outcome: str) -> str:
    if outcome == "ok":
        return "200"
    return "500" if outcome in REFUSED_CALLS else "502"
