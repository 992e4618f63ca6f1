"""How API Gateway throttles: four limits, asked in AWS's order, each a bucket of tokens.

1. The usage plan's limits of the client, by method and for all it sends, and the client's quota.
2. The stage's limit of the method.
3. The account's limit, which all APIs of a simulation share.
[API Gateway Developer Guide, api-gateway-request-throttling; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ecslite.errors import InvalidSetting
from ecslite.serverless.token_bucket import TokenBucket
from ecslite.sim.simulation import Simulation

__all__ = ["ACCOUNT", "QUOTA_PERIODS", "Throttle", "Throttling", "UsagePlan"]

DAY = 86400.0

QUOTA_PERIODS = {"DAY": DAY, "WEEK": 7 * DAY, "MONTH": 30 * DAY}
"""QuotaPeriodType, and seconds."""
# Model: periods begin with the run, and a month has 30 days.


@dataclass(frozen=True, slots=True)
class Throttle:
    """`rate_limit` requests a second for ever, and up to `burst_limit` at once."""

    rate_limit: float
    burst_limit: int

    def __post_init__(self) -> None:
        if self.rate_limit < 0 or self.burst_limit < 0 or self.burst_limit != int(self.burst_limit):
            raise InvalidSetting(
                f"rate_limit={self.rate_limit}, burst_limit={self.burst_limit}: use a rate from 0, and a whole number"
                " of requests from 0, such as Throttle(100, 200)"
            )

    def bucket(self) -> TokenBucket:
        """A full one."""
        return TokenBucket(self.rate_limit, self.burst_limit)

    def __str__(self) -> str:
        return f"{self.rate_limit:g} requests a second and bursts of {self.burst_limit:,}"


ACCOUNT = Throttle(10_000, 5_000)
"""What an account has in a Region; some newer Regions have 2,500 and 1,250
[API Gateway Developer Guide, limits; read 2026-11-24]."""


@dataclass(frozen=True, kw_only=True)
class UsagePlan:
    """What each client that sends an API key may do. `api_keys` are the clients, by their shares of the requests."""

    throttle: Throttle | None = None
    methods: Mapping[str, Throttle] = field(default_factory=dict)
    """Limits of one method of the API, for each client."""
    quota: int | None = None
    """Requests that are let through in a period."""
    period: str = "DAY"
    api_keys: Mapping[str, float] = field(default_factory=lambda: {"client": 1.0})

    def __post_init__(self) -> None:
        if self.period not in QUOTA_PERIODS:
            raise InvalidSetting(f"period={self.period!r}: use one of {', '.join(QUOTA_PERIODS)}")
        if self.quota is not None and (self.quota < 0 or self.quota != int(self.quota)):
            raise InvalidSetting(f"quota={self.quota}: use a whole number of requests a {self.period.lower()}")
        if not self.api_keys or not all(share > 0 for share in self.api_keys.values()):
            raise InvalidSetting(f"api_keys={dict(self.api_keys)}: give each client a share above 0")

    def limits(self) -> Iterator[Throttle]:
        """All limits in it."""
        yield from self.methods.values()
        if self.throttle is not None:
            yield self.throttle


class _Account:
    """The bucket that all APIs of a simulation share."""

    def __init__(self, _sim: Simulation) -> None:
        self.throttle: Throttle | None = None
        self.bucket = ACCOUNT.bucket()

    def agree(self, throttle: Throttle) -> None:
        """Take the limit of the first API; InvalidSetting where another gives another."""
        if self.throttle is None:
            self.throttle, self.bucket = throttle, throttle.bucket()
        elif self.throttle != throttle:
            raise InvalidSetting(
                f"account={throttle}: all APIs of an account share one limit, and it is {self.throttle}; give the same"
            )


class Throttling:
    """The limits of one API. A limit that lets a request through has given it a token, whatever comes after."""

    # Model: where a later limit refuses a request, the tokens of the earlier ones are gone; AWS does not say.
    # Model: AWS calls its limits targets that may be exceeded; here they hold exactly.
    # Model: a stage's limit is that of each method by itself, which has one bucket.

    def __init__(
        self,
        sim: Simulation,
        account: Throttle,
        stage: Throttle | None,
        methods: Mapping[str, Throttle],
        plan: UsagePlan | None,
    ) -> None:
        self._account = sim.the(_Account)
        self._account.agree(account)
        self._stage, self._methods, self._plan = stage, methods, plan
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._used: dict[str, tuple[int, int]] = {}
        """Of each client: the period, and the requests let through in it."""

    def refusal(self, now: float, method: str, client: str) -> str:
        """Take a request's tokens; empty, or the limit that has none: "usage plan", "quota", "stage" or "account"."""
        plan = self._plan
        if plan is not None:
            own = plan.methods.get(method)
            if own is not None and not self._bucket(f"{client}/{method}", "plan", own).take(now):
                return "usage plan"
            if plan.throttle is not None and not self._bucket(client, "plan", plan.throttle).take(now):
                return "usage plan"
            if plan.quota is not None and not self._within_quota(now, client, plan.quota):
                return "quota"
        limit = self._methods.get(method, self._stage)
        if limit is not None and not self._bucket(method, "stage", limit).take(now):
            return "stage"
        return "" if self._account.bucket.take(now) else "account"

    def words(self, limit: str) -> str:
        """What a limit allows, in words."""
        plan = self._plan
        if limit == "quota" and plan is not None:
            return f"a client's quota of {plan.quota:,} requests a {plan.period.lower()} is used up"
        if limit == "usage plan" and plan is not None:
            return f"a client is over its usage plan ({'; '.join(map(str, plan.limits()))})"
        if limit == "stage":
            limits = dict.fromkeys(map(str, [*self._methods.values(), *([self._stage] if self._stage else [])]))
            return f"a method is over its limit ({'; '.join(limits)})"
        return f"the account is over its limit of {self._account.throttle}"

    def _bucket(self, name: str, kind: str, throttle: Throttle) -> TokenBucket:
        found = self._buckets.get((kind, name))
        if found is None:
            found = self._buckets[kind, name] = throttle.bucket()
        return found

    def _within_quota(self, now: float, client: str, quota: int) -> bool:
        assert self._plan is not None
        period = int(now // QUOTA_PERIODS[self._plan.period])
        before, used = self._used.get(client, (period, 0))
        used = used if before == period else 0
        self._used[client] = (period, used + (used < quota))
        return used < quota
