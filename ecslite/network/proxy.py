"""A Service Connect proxy beside a client's application: it takes turns over the hosts and avoids those that fail."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ecslite.errors import InvalidSetting
from ecslite.network.target import Target

__all__ = ["Ejection", "OutlierDetection", "Proxy"]


@dataclass(frozen=True, kw_only=True)
class OutlierDetection:
    """When a proxy avoids a host: after 5 failed connections in 30 s, for 30 to 300 s
    [ECS Developer Guide, service-connect-concepts-deploy; read 2026-11-24]. ECS sets these; you cannot."""

    # Model: a host is avoided for 30 s the first time, and for 30 s more each time again, as Envoy does it; AWS says
    # only "30 to 300 seconds".
    # Model: at most `max_ejection_percent` of the hosts, but always one, are avoided at a time (Envoy's default is
    # 10 %; AWS does not say). With few hosts a second bad one keeps its turns.

    failures: int = 5
    within_seconds: float = 30.0
    base_ejection_seconds: float = 30.0
    max_ejection_seconds: float = 300.0
    max_ejection_percent: float = 10.0

    def __post_init__(self) -> None:
        if self.failures < 1 or self.within_seconds <= 0:
            raise InvalidSetting(
                f"failures={self.failures}, within_seconds={self.within_seconds}: use 1 or more in more than 0 seconds"
            )
        if not 0 < self.base_ejection_seconds <= self.max_ejection_seconds:
            raise InvalidSetting(
                f"base_ejection_seconds={self.base_ejection_seconds}: use more than 0, and no more than"
                f" max_ejection_seconds={self.max_ejection_seconds}"
            )
        if not 0 <= self.max_ejection_percent <= 100:
            raise InvalidSetting(f"max_ejection_percent={self.max_ejection_percent}: use 0 to 100")


class _Host:
    """What one proxy remembers of one host."""

    def __init__(self) -> None:
        self.failures: deque[float] = deque()
        self.avoided_until = 0.0
        self.times = 0


class Ejection(NamedTuple):
    """A proxy avoids a host from a moment on, for so many seconds."""

    moment: float
    proxy: str
    host: Target
    seconds: float


class Proxy:
    """The proxy of one client task; it knows nothing of what other proxies have seen."""

    def __init__(
        self,
        name: str,
        detection: OutlierDetection,
        ejected: Callable[[Ejection], None],
    ) -> None:
        self.name = name
        self._detection = detection
        self._ejected = ejected
        self._hosts: dict[Target, _Host] = {}
        self._turns: dict[str, int] = {}

    def pick(self, endpoint: str, hosts: Sequence[Target], time: float, avoid: Target | None = None) -> Target | None:
        """The host whose turn it is, of those that are not avoided; `avoid` only where there is no other."""
        turn = self._turns.get(endpoint, 0)
        count = len(hosts)
        for look_at in (self._allowed, lambda host, _: host is not avoid, lambda *_: True):
            for step in range(count):
                host = hosts[(turn + step) % count]
                if (avoid is not host or count == 1) and look_at(host, time):
                    self._turns[endpoint] = (turn + step + 1) % count
                    return host
        return None

    def failed(self, host: Target, time: float, hosts: Sequence[Target]) -> None:
        """A connection to a host has failed: too many of them, and it is avoided for a while."""
        seen = self._hosts.setdefault(host, _Host())
        seen.failures.append(time)
        while seen.failures[0] <= time - self._detection.within_seconds:
            seen.failures.popleft()
        if (
            len(seen.failures) >= self._detection.failures
            and time >= seen.avoided_until
            and self._may_eject(hosts, time)
        ):
            seen.times += 1
            seconds = min(self._detection.base_ejection_seconds * seen.times, self._detection.max_ejection_seconds)
            seen.avoided_until = time + seconds
            seen.failures.clear()
            self._ejected(Ejection(time, self.name, host, seconds))

    def forget(self, host: Target) -> None:
        """A host has gone for good."""
        self._hosts.pop(host, None)

    def _allowed(self, host: Target, time: float) -> bool:
        seen = self._hosts.get(host)
        return seen is None or time >= seen.avoided_until

    def _may_eject(self, hosts: Sequence[Target], time: float) -> bool:
        out = sum(not self._allowed(host, time) for host in hosts)
        return out < max(1, int(len(hosts) * self._detection.max_ejection_percent / 100))
