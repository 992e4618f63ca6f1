"""How fast a bucket answers: a rate for each prefix, which grows while a prefix is asked for more.

A prefix takes 3,500 PUT, COPY, POST and DELETE and 5,500 GET and HEAD requests a second at least. S3 splits a prefix
that is asked for more, but not at once; what is too much meanwhile gets 503 Slow Down.
[S3 User Guide, optimizing-performance; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Iterator

from ecslite.serverless.token_bucket import TokenBucket

__all__ = ["REQUEST_RATES", "SPLIT_SECONDS", "Prefixes", "rate_of"]

REQUEST_RATES = {"Put": 3500.0, "Get": 5500.0}
"""Requests a second of one prefix: those that write, and those that read."""

SPLIT_SECONDS = 30 * 60.0
# Model: AWS says "gradually". Here a prefix that refused requests in every minute of half an hour is split in two.


def rate_of(kind: str, prefixes: int) -> float:
    """Requests a second that so many prefixes take, of "Put" or "Get".

    >>> rate_of("Get", 10), rate_of("Put", 10)
    (55000.0, 35000.0)
    """
    return REQUEST_RATES[kind] * prefixes


class _Prefix:
    """One prefix: its partitions, and since when it has been refusing requests."""

    def __init__(self, now: float) -> None:
        self.partitions = 1
        self.asked = dict.fromkeys(REQUEST_RATES, 0)
        self.refused = 0
        """Requests of the present minute, answered or not, and those that were not answered."""
        self.hot_since: float | None = None
        self.buckets = {kind: TokenBucket(rate, rate, at=now) for kind, rate in REQUEST_RATES.items()}


class Prefixes:
    """All prefixes that were ever asked for. A new one has its full rate at once."""

    # Model: what a prefix did not use in a second is lost: its bucket holds one second's requests.
    # Model: both rates double at a split, and partitions are never put together again.

    def __init__(self, split_seconds: float) -> None:
        self.split_seconds = split_seconds
        self._prefixes: dict[str, _Prefix] = {}

    def take(self, now: float, prefix: str, kind: str) -> bool:
        """Whether the prefix answers a request now."""
        found = self._prefixes.get(prefix) or self._new(now, prefix)
        taken = found.buckets[kind].take(now)
        found.asked[kind] += 1
        found.refused += not taken
        return taken

    def take_many(self, now: float, prefix: str, kind: str, many: int) -> int:
        """How many of so many requests the prefix answers now."""
        found = self._prefixes.get(prefix) or self._new(now, prefix)
        bucket = found.buckets[kind]
        taken = min(many, int(bucket.tokens(now)))
        bucket.take(now, taken)
        found.asked[kind] += many
        found.refused += many - taken
        return taken

    def _new(self, now: float, prefix: str) -> _Prefix:
        found = self._prefixes[prefix] = _Prefix(now)
        return found

    def partitions(self, prefix: str) -> int:
        """How many partitions it has."""
        return self._prefixes[prefix].partitions if prefix in self._prefixes else 1

    def loads(self, minute: float) -> Iterator[tuple[str, float]]:
        """(prefix, what it was asked for in the minute that ends, as per cent of what it takes); begins a new one.

        Of reads and writes, the higher. 150 means that one request in three was one too many.
        """
        for name, prefix in self._prefixes.items():
            most = max(many / rate_of(kind, prefix.partitions) for kind, many in prefix.asked.items())
            prefix.asked = dict.fromkeys(REQUEST_RATES, 0)
            yield name, 100 * most / minute

    def close_minute(self, now: float, minute: float) -> Iterator[tuple[str, int, bool]]:
        """(prefix, requests refused, whether it was split now) of each that refused some in the minute that ends."""
        for name, prefix in self._prefixes.items():
            refused, prefix.refused = prefix.refused, 0
            if not refused:
                prefix.hot_since = None
                continue
            prefix.hot_since = now - minute if prefix.hot_since is None else prefix.hot_since
            split = now - prefix.hot_since >= self.split_seconds
            if split:
                self._split(now, prefix)
            yield name, refused, split

    def _split(self, now: float, prefix: _Prefix) -> None:
        prefix.partitions *= 2
        prefix.hot_since = None
        for kind, bucket in prefix.buckets.items():
            rate = rate_of(kind, prefix.partitions)
            bucket.resize(now, rate, rate)
