"""The cache of a REST API's stage: replies to GET requests, kept for a time and charged by the hour.

[API Gateway Developer Guide, api-gateway-caching; read 2026-11-24]
"""

from __future__ import annotations

from dataclasses import dataclass

from ecslite.errors import InvalidSetting

__all__ = ["CACHE_CLUSTER_SIZES", "ApiCache", "CacheSettings"]

CACHE_CLUSTER_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
"""GB, as CacheClusterSize spells them."""

TTL_SECONDS, LONGEST_TTL = 300.0, 3600.0
"""The default and the longest time for which a reply is kept; 0 turns the cache off."""

LARGEST_REPLY_KIB = 1024.0
"""A reply's most: 1,048,576 bytes. What is larger is not kept."""

KIB_PER_GB = 1024**2


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """A cache cluster of so many GB for a stage."""

    size: str = "0.5"
    ttl_seconds: float = TTL_SECONDS

    def __post_init__(self) -> None:
        if self.size not in CACHE_CLUSTER_SIZES:
            raise InvalidSetting(f"size={self.size!r} GB is no cache cluster: use one of {CACHE_CLUSTER_SIZES}")
        if not 0 <= self.ttl_seconds <= LONGEST_TTL:
            raise InvalidSetting(f"ttl_seconds={self.ttl_seconds}: use 0 (off) to {LONGEST_TTL:g} s")


class ApiCache:
    """Which replies are kept, by their key. Where it is full, the one that was used longest ago goes."""

    # Model: AWS does not say which reply goes. All replies are of one size.

    def __init__(self, settings: CacheSettings, reply_kib: float) -> None:
        self.ttl_seconds = settings.ttl_seconds
        self.places = 0
        if reply_kib <= LARGEST_REPLY_KIB and settings.ttl_seconds:
            self.places = int(float(settings.size) * KIB_PER_GB / max(reply_kib, 1 / 1024))
        self._until: dict[str, float] = {}
        """The moments at which replies expire; those used last come last."""

    def has(self, now: float, key: str) -> bool:
        """Whether the reply is there; it has been used now."""
        until = self._until.pop(key, None)
        if until is None or until <= now:
            return False
        self._until[key] = until
        return True

    def keep(self, now: float, key: str) -> None:
        """Keep a reply from now on."""
        if not self.places:
            return
        self._until.pop(key, None)
        if len(self._until) >= self.places:
            del self._until[next(iter(self._until))]
        self._until[key] = now + self.ttl_seconds

    def __len__(self) -> int:
        """Replies kept, expired ones that nobody asked for included."""
        return len(self._until)
