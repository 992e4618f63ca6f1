"""What a run used of API Gateway: requests that were let through, and caches by the hour.

Requests that were throttled are free [API Gateway Developer Guide, api-gateway-pricing; read 2026-11-24]. An HTTP API's
are counted in pieces of 512 KB.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, fsum, inf

from ecslite.billing.monthly import FreeTier, tiered
from ecslite.billing.networking import hours_begun, values
from ecslite.billing.usage import Usage
from ecslite.sim.run import Part, Run

__all__ = ["api_gateway"]

CATEGORY = "API Gateway"
MILLION = 1e6

TIERS = {
    "REST": (
        ("api.rest.million_requests", 333.0),
        ("api.rest.million_requests.over_333m", 1000.0),
        ("api.rest.million_requests.over_1b", 20_000.0),
        ("api.rest.million_requests.over_20b", inf),
    ),
    "HTTP": (("api.http.million_requests", 300.0), ("api.http.million_requests.over_300m", inf)),
}
"""Prices, and the millions of requests a month at which the next begins [API Gateway pricing; read 2026-11-24]."""

FREE_MILLIONS = 1.0
"""Requests of each kind, in the first twelve months."""

METERED_KIB = 512

COUNTED = ("Count", "ThrottledCount")


def api_gateway(run: Run, free_tier: bool) -> Iterator[Usage]:
    """Requests of each API, and its cache."""
    # Model: each API reaches volume tiers by itself, while AWS adds up all of an account's.
    gratis = FreeTier(run, free_tier)
    for api in run.of_kind("api"):
        kind = str(api.attributes["protocol"])
        for usage in tiered(_requests(api, run), TIERS[kind], run):
            yield from gratis.take(usage, kind, FREE_MILLIONS)
        cache = api.attributes.get("cache_gb")
        if cache:
            hours = hours_begun(api, run)
            price = f"api.cache.{cache}.hour"
            yield Usage(f"{api.id}: cache {cache} GB", CATEGORY, price, hours, f"{hours} h begun", whole_hours=True)


def _requests(api: Part, run: Run) -> Usage:
    answered, throttled = (fsum(v or 0.0 for v in values(run, name, api.id, "Sum")) for name in COUNTED)
    kind, pieces = str(api.attributes["protocol"]), 1
    if kind == "HTTP":
        pieces = max(1, ceil(float(api.attributes.get("payload_kib") or 1) / METERED_KIB))
    each = f" × {pieces}" if pieces > 1 else ""
    formula = f"({answered:,.0f} − {throttled:,.0f} throttled){each} / 1,000,000"
    millions = (answered - throttled) * pieces / MILLION
    return Usage(f"{api.id}: requests", CATEGORY, TIERS[kind][0][0], millions, formula)
