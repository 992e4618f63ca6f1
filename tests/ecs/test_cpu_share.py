"""Who gets how much CPU: hard limits, bursting, shares between tasks and between the containers of one."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.ecs.container_definition import ContainerDefinition
from ecslite.ecs.workers import application_cores, sidecar_cores
from ecslite.sim.fair_share import Claim, fair_shares


def shop(*, type_="m5.large", limit=False, loads=(8.0,), cpu=512, discipline="processor-sharing", stops=(), **more):
    """One instance of 2 vCPUs with a service for each load (cores' worth of work a second), each with its front."""
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "box", instance_type_name=type_, min_size=1, max_size=1)
    settings = {"cpu_sharing_seconds": more.pop("seconds")} if "seconds" in more else {}
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)], **settings)
    begin = more.pop("from_minute", 0)
    for place, load in enumerate(loads):
        name = f"web{place}"
        front = ecs.LoadBalancer(sim, f"front{place}")
        definition = ecs.TaskDefinition(
            name, cpu=cpu, memory=512, requires_compatibilities=("EC2",), network_mode="bridge", cpu_is_limit=limit
        )
        behaviour = {"workers": 8, "backlog": 20, "discipline": discipline, **more}
        ecs.Service(cluster, definition, desired_count=1, load_balancer=front, **behaviour)
        ecs.Traffic(sim, load / 0.05, cpu_seconds=0.05, name=name, from_minute=begin).to(front)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=15)


def use(run, service):
    """CPUUtilization over the last five minutes."""
    values = run.metrics["CPUUtilization", service]["Average"][-5:]
    return fsum(values) / len(values)


def test_vector_31_a_task_of_512_units_alone_on_a_core_may_use_1024_and_two_busy_ones_512_each():
    """Two tasks that want everything get half of what the instance has; alone, one gets all that it can use."""
    assert fair_shares(1.0, [Claim(512, 9.0), Claim(512, 0.0)]) == [1.0, 0.0]
    assert fair_shares(1.0, [Claim(512, 9.0), Claim(512, 9.0)]) == [0.5, 0.5]

    # On an instance of 2 vCPUs, as a run: 2,048 units alone, 1,024 each where both are busy, of 512 reserved.
    assert use(shop(), "web0") == pytest.approx(400, rel=0.01)
    both = shop(loads=(8.0, 8.0))
    assert [use(both, name) for name in ("web0", "web1")] == pytest.approx([200, 200], rel=0.01)


def test_vector_34_a_task_that_reserves_512_and_uses_2048_is_at_400_per_cent():
    run = shop(memory_mib=512)

    assert use(run, "web0") == pytest.approx(400, rel=0.01)


def test_vector_35_a_task_that_reserves_512_and_uses_128_is_at_25_per_cent():
    run = shop(loads=(0.125,), memory_mib=64)

    assert use(run, "web0") == pytest.approx(25, rel=0.1)
    assert set(run.metrics["MemoryUtilization", "web0"]["Average"][5:]) == {12.5}


@pytest.mark.parametrize("discipline", ["first-come-first-served", "processor-sharing"])
def test_a_task_level_cpu_is_a_hard_limit_on_ec2_as_well(discipline):
    run = shop(limit=True, loads=(8.0, 0.1), discipline=discipline)

    assert use(run, "web0") == pytest.approx(100, abs=0.01)
    assert max(filter(None, run.metrics["CPUUtilization", "web0"]["Maximum"])) <= 100 + 1e-6


def test_what_one_task_does_not_want_the_other_may_use():
    """1.5 cores wanted by one, a quarter by the other: both get it. First come, first served has even parts."""
    run = shop(loads=(1.5, 0.25))

    assert [use(run, name) for name in ("web0", "web1")] == pytest.approx([300, 50], rel=0.1)


def test_a_busy_task_gets_its_reservation_however_much_its_neighbour_wants():
    quiet, busy = shop(loads=(0.4,)), shop(loads=(0.4, 8.0))

    assert use(busy, "web0") == pytest.approx(use(quiet, "web0"), rel=0.02)


def test_burst_with_first_come_first_served_workers():
    assert use(shop(discipline="first-come-first-served"), "web0") == pytest.approx(400, rel=0.01)


def test_how_a_run_is_sliced_changes_nothing():
    assert shop(loads=(1.8, 1.2)) == shop(loads=(1.8, 1.2), stops=(30.5, 61, 400.25, 401, 777.7))


def test_what_is_given_out_twice_lasts_for_an_interval_at_the_most():
    """Both wake at minute 5 and want all: for an interval each has what it could have had alone, and then its half."""

    def total(seconds, minute):
        run = shop(loads=(8.0, 8.0), from_minute=5, seconds=seconds)
        return sum(run.metrics["CPUUtilization", name]["Average"][minute] for name in ("web0", "web1"))

    assert total(60.0, 5) == pytest.approx(800, rel=0.01)
    assert total(60.0, 6) == pytest.approx(400, rel=0.01)
    assert total(0.05, 5) == pytest.approx(400, rel=0.01)


def test_an_interval_that_makes_no_sense_is_refused():
    with pytest.raises(ecs.InvalidSetting, match=r"cpu_sharing_seconds=0: use 0.01 to 60 s"):
        ecs.Cluster(ecs.Simulation(), "shop", cpu_sharing_seconds=0)


def test_nobody_divides_cpu_where_nobody_may_burst(monkeypatch):
    monkeypatch.setattr("ecslite.ecs.cpu_share.CpuSharing._divide", lambda *_: pytest.fail("it does"))

    assert use(shop(limit=True, loads=(0.2,)), "web0") > 0


@given(
    st.floats(0.1, 64),
    st.lists(st.tuples(st.integers(1, 4096), st.floats(0, 100)), min_size=1, max_size=12),
)
def test_fair_shares_use_all_that_is_wanted_and_nobody_envies(capacity, claims):
    claims = [Claim(*claim) for claim in claims]
    shares = fair_shares(capacity, claims)

    assert all(0 <= share <= claim.demand for share, claim in zip(shares, claims, strict=True))
    assert sum(shares) == pytest.approx(min(capacity, sum(claim.demand for claim in claims)))
    levels = [share / claim.weight for share, claim in zip(shares, claims, strict=True)]
    short = [level for level, share, claim in zip(levels, shares, claims, strict=True) if share < claim.demand * 0.999]
    assert all(level >= max(levels) * 0.999 - 1e-9 for level in short)


def containers(*cpu):
    return tuple(ContainerDefinition(f"c{place}", "image", cpu=units) for place, units in enumerate(cpu))


@pytest.mark.parametrize(
    ("units", "wanted", "gets"),
    [
        ((512, 512), 128, 128),  # Less than its part: all of it.
        ((768, 256), 600, 256),  # While the application is busy, its part.
        ((0, 0), 900, 512),  # Without units they count alike.
        ((0,), 900, 512),  # One that the definition does not have counts as one more.
        ((1022, 0), 900, 2),  # Linux has no share below 2.
    ],
)
def test_the_containers_of_a_task_share_its_cpu_by_their_units(units, wanted, gets):
    definition = ecs.TaskDefinition("web", cpu=1024, memory=2048, container_definitions=containers(*units))
    application = ecs.Application(sidecar_cpu=wanted)

    assert 1024 * sidecar_cores(definition, application) == gets
    assert 1024 * application_cores(definition, application) == 1024 - gets


def test_a_sidecar_counts_in_the_utilization_and_slows_the_application():
    def run(sidecar_cpu):
        sim = ecs.Simulation(1)
        front = ecs.LoadBalancer(sim, "front")
        definition = ecs.TaskDefinition("web", cpu=1024, memory=2048, container_definitions=containers(512, 512))
        cluster = ecs.Cluster(sim, "shop")
        ecs.Service(cluster, definition, desired_count=1, load_balancer=front, sidecar_cpu=sidecar_cpu)
        ecs.Traffic(sim, 4.0, cpu_seconds=ecs.Constant(0.05)).to(front)
        return sim.run(minutes=10)

    alone, beside = run(0), run(256)

    assert beside.metrics["CPUUtilization", "web"]["Average"][-1] == pytest.approx(
        alone.metrics["CPUUtilization", "web"]["Average"][-1] + 25, abs=0.5
    )
    latency = [one.metrics["TargetResponseTime", "front"]["p50"][-1] for one in (alone, beside)]
    assert latency[1] == pytest.approx(latency[0] / 0.75, rel=0.02)
