"""Stickiness by the load balancer's own cookie (lb_cookie, AWSALB): a client's requests go to one target.

The algorithm chooses for a client's first request; after that the cookie does, until it is stale, or until its target
is no longer routed to [Application Load Balancer guide, sticky-sessions; read 2026-11-23]. Left out: cookies of the
application, and stickiness to a target group in a forward action.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ecslite.errors import InvalidSetting
from ecslite.network.target import Target

__all__ = ["Stickiness"]

LONGEST = 604_800.0
"""Seconds: seven days."""


class Stickiness:
    """The cookies of one group, valid for `seconds` since the last request; 0 is off."""

    # Model: each request comes from one of `clients` clients, drawn evenly. Few clients make an uneven load.
    # Model: each answer renews the cookie, so that a client is free again only after `seconds` of silence.

    def __init__(self, seconds: float, clients: int, random: Random) -> None:
        if seconds and not 1 <= seconds <= LONGEST:
            raise InvalidSetting(
                f"stickiness_seconds={seconds}: use 1 to {LONGEST:,.0f} seconds (7 days), or 0 to turn it off"
            )
        if isinstance(clients, bool) or not isinstance(clients, int) or clients < 1:
            raise InvalidSetting(f"clients={clients!r}: use a whole number from 1")
        self.seconds = seconds
        self.clients = clients
        self._random = random
        self._cookies: dict[int, tuple[Target, float]] = {}

    def pick(
        self, places: dict[Target, int], time: float, choose: Callable[[float], int], targets: list[Target]
    ) -> int:
        """The place of the target that a request goes to: the cookie's, or the one that the algorithm chooses."""
        client = int(self._random.random() * self.clients)
        target, stale = self._cookies.get(client, (None, 0.0))
        place = places.get(target) if target is not None and time < stale else None
        if place is None:
            place = choose(time)
        self._cookies[client] = (targets[place], time + self.seconds)
        return place
