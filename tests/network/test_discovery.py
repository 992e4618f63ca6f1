"""Service discovery by DNS: stale answers, connections that are kept, health and zones."""

from __future__ import annotations

from functools import partial

import botocore.session
import pytest

import ecslite as ecs
from ecslite.network.discovery import RECORD_TYPES, ROUTING_POLICIES, Discovery
from ecslite.network.target import Registration
from ecslite.sim.station import Workers


def name(tasks=2, **settings):
    sim = ecs.Simulation(1)
    web = Discovery(sim, "web.shop.local", **settings)
    cause = sim.log.add("task", "t", "A task runs.")
    zones = ("us-east-1a", "us-east-1b")
    for n in range(tasks):
        web.register(Registration(f"{n}" * 32, Workers(4), 0.0, cause, lambda *_: None, zone=zones[n % 2]))
    return sim, web, cause


def end_one(sim, web, cause, at=90):
    def end():
        target = web.targets[0]
        web.deregister(target, cause)
        web.stop(target, cause)

    sim.at(at, end)


def stale(ttl, keep=0.0, seconds=600):
    sim, web, cause = name(ttl_seconds=ttl, keep_alive_seconds=keep)
    ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
    end_one(sim, web, cause)
    sim.run(seconds=seconds)
    return web.failed["stale address"]


def test_a_stopped_tasks_address_is_called_until_the_ttl_has_passed():
    assert 0 == stale(0) < stale(15) < stale(60)
    assert stale(60, seconds=151) == stale(60)


def test_a_new_task_gets_nothing_from_connections_that_are_kept():
    for keep, least in ((None, False), (0.0, True)):
        sim, web, cause = name(1, keep_alive_seconds=keep)
        ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
        new = Workers(4)
        late = Registration("n" * 32, new, 120.0, cause, lambda *_: None)
        sim.at(120, partial(web.register, late))
        sim.run(seconds=600)
        assert (new.accepted_seconds > 0) is least


def test_an_answer_has_eight_healthy_tasks_or_unhealthy_ones_where_none_is_healthy():
    sim, web, cause = name(12)
    sim.run(seconds=1)
    assert len(web.resolve()) == 8
    for target in web.targets[1:]:
        web.set_health(target, False, cause)
    assert web.resolve() == [web.targets[0]]
    web.set_health(web.targets[0], False, cause)
    assert len(web.resolve()) == 8
    sim, web, _ = name(3, routing_policy="WEIGHTED")
    sim.run(seconds=1)
    assert len(web.resolve()) == 1


def test_slices_change_no_number():
    def run(ends):
        sim, web, cause = name(keep_alive_seconds=5.0, client_zones=("us-east-1a", "us-east-1b"))
        ecs.Traffic(sim, 20, cpu_seconds=0.01).to(web)
        end_one(sim, web, cause)
        for second in ends:
            result = sim.run(seconds=second)
        return web.failed, [result.metrics[n, web.name] for n in ("RequestCount", "CrossZoneBytes")]

    assert run([600]) == run([7.3, 119.9, 121, 333, 600])


def test_settings_are_those_of_cloud_map():
    model = botocore.session.get_session().get_service_model("servicediscovery")
    assert list(ROUTING_POLICIES) == model.shape_for("RoutingPolicy").enum
    assert set(RECORD_TYPES) <= set(model.shape_for("RecordType").enum)
    for wrong in ({"record_types": ()}, {"network_mode": "bridge"}, {"routing_policy": "X"}, {"clients": 0}):
        with pytest.raises(ecs.InvalidSetting):
            name(**wrong)
