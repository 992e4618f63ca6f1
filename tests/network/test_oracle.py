"""The batched load balancer against a plain event-by-event version, request by request and exactly."""

from __future__ import annotations

import heapq

from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.network.target import Registration
from ecslite.sim.station import Workers

START = 30.0
IDLE = 6.0

MOMENTS = st.integers(1, 1200).map(lambda tick: tick / 16)
COSTS = st.integers(1, 200).map(lambda tick: tick / 16)


class Server:
    """One target of the oracle: workers, and people standing in line."""

    def __init__(self, workers, backlog):
        self.idle, self.backlog = workers, backlog
        self.waiting, self.serving, self.alive = [], [], True

    @property
    def in_progress(self):
        return len(self.waiting) + len(self.serving)


def event_by_event(requests, servers, choose, crash):
    """The fate of each request by its arrival: ("answered", seconds), or the reason of its failure."""
    events = [(arrival, 2, number, cost) for number, (arrival, cost) in enumerate(requests)]
    if crash:
        events.append((crash, 1, 0, 0.0))
    heapq.heapify(events)
    fates = {}

    def begin(server, now):
        while server.idle and server.waiting:
            arrival, cost = server.waiting.pop(0)
            server.idle -= 1
            server.serving.append(arrival)
            heapq.heappush(events, (now + cost, 0, arrival, server))

    def end(arrival, now):
        fates.setdefault(arrival, ("answered", now - arrival) if now - arrival <= IDLE else "504")

    while events:
        now, kind, what, more = heapq.heappop(events)
        if kind == 0:
            if more.alive:
                more.serving.remove(what)
                more.idle += 1
                end(what, now)
                begin(more, now)
        elif kind == 1:
            servers[0].alive = False
            for arrival in [arrival for arrival, _ in servers[0].waiting] + servers[0].serving:
                fates[arrival] = "504" if arrival + IDLE <= now else "502"
            servers[0].waiting, servers[0].serving = [], []
        else:
            server = servers[choose(servers)]
            if not server.alive:
                fates[now] = "502"
            elif server.idle or len(server.waiting) < server.backlog:
                server.waiting.append((now, more))
                begin(server, now)
            else:
                fates[now] = "Target_5XX"
    return fates


def rotation():
    turn = -1

    def choose(servers):
        nonlocal turn
        turn += 1
        return turn % len(servers)

    return choose


def even_random():
    draws = ecs.Simulation(1).stream("target_group/front/routing")
    return lambda servers: int(draws.random() * len(servers))


def least_outstanding():
    turn = -1

    def choose(servers):
        nonlocal turn
        turn += 1
        order = [(turn + step) % len(servers) for step in range(len(servers))]
        return min(order, key=lambda place: servers[place].in_progress)

    return choose


ORACLES = {
    "round_robin": rotation,
    "weighted_random": even_random,
    "least_outstanding_requests": least_outstanding,
}


@settings(max_examples=150, deadline=None)
@given(
    algorithm=st.sampled_from(list(ORACLES)),
    drawn=st.lists(st.tuples(MOMENTS, COSTS), min_size=1, max_size=60),
    targets=st.integers(1, 4),
    workers=st.integers(1, 3),
    backlog=st.sampled_from([1, 3, 1000]),
    crash=st.sampled_from([None, 20.25, 51.03125]),
    cuts=st.lists(MOMENTS, max_size=5),
)
def test_the_load_balancer_agrees_with_the_oracle_exactly(*, algorithm, drawn, targets, workers, backlog, crash, cuts):
    # Work that is no multiple of the arrivals' grid, so that nothing ends at the instant at which another begins.
    requests = [(START + moment, cost + 1 / 64) for moment, cost in sorted(dict(drawn).items())]
    crash = crash and START + crash
    expected = event_by_event(requests, [Server(workers, backlog) for _ in range(targets)], ORACLES[algorithm](), crash)
    sim = ecs.Simulation(1)
    # Targets stay healthy in the whole time looked at: it takes ten failed checks, 300 s, to turn unhealthy.
    check = ecs.HealthCheck(interval_seconds=30, unhealthy_threshold_count=10)
    front = ecs.LoadBalancer(sim, "front", algorithm=algorithm, health_check=check, nodes=1, idle_timeout_seconds=IDLE)
    cause = sim.log.add("task", "tasks", "Tasks run.")
    for place in range(targets):
        front.register(Registration(f"{place:032x}", Workers(workers, backlog=backlog), 0.0, cause, lambda *_: None))
    front.trace(from_second=0, to_second=1000)
    sim.run(seconds=START)
    if crash:
        sim.at(crash, lambda: front.stop(front.targets[0], cause))
    begin = START
    for end in sorted({START + cut for cut in cuts} | ({crash} if crash else set()) | {1000.0}):
        part = [request for request in requests if begin < request[0] <= end]
        # What has arrived by a moment has been taken in when the control plane acts at that moment.
        if part:
            front.accept([arrival for arrival, _ in part], [cost for _, cost in part])
        run = sim.run(seconds=end)
        begin = end

    fates = {
        request.arrival: (request.fate, request.end - request.arrival) if request.fate == "answered" else request.fate
        for request in run.trace
    }
    assert fates == expected
