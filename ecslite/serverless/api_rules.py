"""What API Gateway allows of an API's settings, told before the run starts.

[API Gateway Developer Guide, api-gateway-execution-service-limits-table, http-api-quotas, http-api-vs-rest; API Gateway
API, PutIntegration; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecslite.errors import InvalidSetting
from ecslite.serverless.api_cache import CacheSettings
from ecslite.serverless.throttling import Throttle, UsagePlan

__all__ = ["ENDPOINT_TYPES", "METHODS", "PROTOCOLS", "Settings"]

PROTOCOLS = ("REST", "HTTP")
ENDPOINT_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

SHORTEST_TIMEOUT = 0.05
REST_TIMEOUT, HTTP_TIMEOUT = 29.0, 30.0
"""Seconds. A REST API's may be raised where it is Regional or private; an HTTP API's may not."""

LONGEST_FUNCTION = 900.0
"""No function runs for longer, so that a longer wait is in vain."""

LARGEST_PAYLOAD_KIB = 10 * 1024


@dataclass(frozen=True)
class Settings:
    """An API's settings; InvalidSetting for the first that AWS would refuse."""

    name: str
    protocol: str
    endpoint_type: str
    timeout_seconds: float | None
    timeout_quota_seconds: float
    usage_plan: UsagePlan | None
    account: Throttle
    cache: CacheSettings | None
    methods: Mapping[str, float]
    method_limits: Mapping[str, Throttle]
    payload_kib: float

    def __post_init__(self) -> None:
        if self.protocol not in PROTOCOLS:
            raise InvalidSetting(f"protocol={self.protocol!r}: use one of {', '.join(PROTOCOLS)}")
        if self.endpoint_type not in ENDPOINT_TYPES:
            raise InvalidSetting(f"endpoint_type={self.endpoint_type!r}: use one of {', '.join(ENDPOINT_TYPES)}")
        self._check_kind()
        self._check_timeout()
        self._check_methods()
        if not 0 <= self.payload_kib <= LARGEST_PAYLOAD_KIB:
            raise InvalidSetting(f"payload_kib={self.payload_kib}: API Gateway takes up to 10 MB, 10240 KiB")
        for limit in self.usage_plan.limits() if self.usage_plan else ():
            if limit.rate_limit > self.account.rate_limit or limit.burst_limit > self.account.burst_limit:
                raise InvalidSetting(
                    f"a usage plan of {limit} is above the account's {self.account}: stay within it, or raise account="
                )

    @property
    def timeout(self) -> float:
        """Seconds for which it waits for its integration."""
        default = REST_TIMEOUT if self.protocol == "REST" else HTTP_TIMEOUT
        return default if self.timeout_seconds is None else self.timeout_seconds

    def _check_kind(self) -> None:
        if self.protocol == "REST":
            return
        for what, given in (("a cache", self.cache), ("a usage plan", self.usage_plan)):
            if given is not None:
                raise InvalidSetting(f"api {self.name!r} is an HTTP API, which has no such thing as {what}: use REST")
        if self.endpoint_type != "REGIONAL":
            raise InvalidSetting(f"endpoint_type={self.endpoint_type!r} of an HTTP API: they are REGIONAL; use REST")

    def _check_timeout(self) -> None:
        quota = self.timeout_quota_seconds
        if quota != REST_TIMEOUT and (self.protocol == "HTTP" or self.endpoint_type == "EDGE"):
            raise InvalidSetting(
                f"timeout_quota_seconds={quota:g}: only Regional and private REST APIs can wait longer than"
                f" {REST_TIMEOUT:g} s; make this one such"
            )
        most = HTTP_TIMEOUT if self.protocol == "HTTP" else min(quota, LONGEST_FUNCTION)
        if not SHORTEST_TIMEOUT <= self.timeout <= most:
            fix = "" if self.protocol == "HTTP" else ", or raise timeout_quota_seconds= (Regional and private APIs)"
            said = f"timeout_seconds={self.timeout:g} of a {self.protocol} API"
            raise InvalidSetting(f"{said}: use {SHORTEST_TIMEOUT:g} to {most:g} s{fix}")

    def _check_methods(self) -> None:
        named = [*self.methods, *self.method_limits, *(self.usage_plan.methods if self.usage_plan else ())]
        for method in named:
            if method not in METHODS:
                raise InvalidSetting(f"method {method!r}: use one of {', '.join(METHODS)}")
        if not all(share > 0 for share in self.methods.values()):
            raise InvalidSetting(f"methods={dict(self.methods)}: give each a share above 0")
