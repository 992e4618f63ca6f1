"""ECS Managed Instances: launched for what waits, shared by tasks, ended when idle, underused or old."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.capacity.container_instance import Need
from ecslite.capacity.instance_type import instance_type
from ecslite.capacity.managed_instances import cheapest_fleet

DAY = 1440


def managed(*, seed=5, desired=4, cpu="512", memory="2000", mode="bridge", **settings):
    sim = ecs.Simulation(seed)
    provider = ecs.ManagedInstances(sim, **{"launch": ecs.Constant(60), **settings})
    definition = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": mode,
            "cpu": cpu,
            "memory": memory,
            "containerDefinitions": [{"name": "web", "image": "shop/web:1"}],
        }
    )
    cluster = ecs.Cluster(sim, "shop", capacity=[provider])
    return sim, ecs.Service(cluster, definition, desired_count=desired), provider


def test_several_tasks_share_an_instance_and_the_whole_of_it_is_recorded():
    sim, web, provider = managed()
    run = sim.run(minutes=10)
    parts = run.of_kind("instance")

    assert web.running_count == 4
    assert sum(len(one.needs) for one in provider.instances) == 4
    assert len(parts) < 4
    assert {(part.attributes["market"], part.attributes["ebs_gib"]) for part in parts} == {("managed", 80)}
    assert {task.attributes["launch_type"] for task in run.of_kind("task")} == {"MANAGED_INSTANCES"}


def test_an_instance_is_there_because_tasks_wait():
    sim, _, _ = managed()
    run = sim.run(minutes=10)
    chain = run.why(run.of_kind("instance")[0].states[0][2])

    assert "waiting tasks" in chain[1].text
    assert "waits for room" in chain[2].text


def test_the_type_follows_the_need():
    types = [instance_type(name) for name in ("c5.large", "m5.large", "r5.large", "m5.xlarge")]

    def fleet(*needs):
        return [kind.name for kind in cheapest_fleet([Need(*need, own_interface=False) for need in needs], types)]

    assert fleet((1024, 1000)) == ["c5.large"]
    assert fleet((1024, 12_000)) == ["r5.large"]
    assert fleet((3000, 2000)) == ["m5.xlarge"]
    assert fleet(*[(1024, 3500)] * 4) == ["m5.xlarge"]
    assert fleet((2000, 1000), (512, 14_000)) == ["m5.xlarge"]
    assert fleet((9000, 1000)) == []
    assert fleet() == []


def test_needs_that_no_one_type_can_hold_get_instances_of_several():
    types = [instance_type("c5.xlarge"), instance_type("r5.large")]
    needs = [Need(4000, 1000, own_interface=False), Need(100, 15_000, own_interface=False)]

    assert [kind.name for kind in cheapest_fleet(needs, types)] == ["r5.large", "c5.xlarge"]


def test_an_idle_instance_goes_after_its_delay():
    sim, web, provider = managed(scale_in_after=600)
    sim.run(minutes=20)
    web.update(desired_count=0)
    run = sim.run(minutes=60)
    ended = [part.states[-1] for part in run.of_kind("instance")]

    assert provider.instances == []
    assert all(state == "Terminated" and seconds >= 20 * 60 + 600 for seconds, state, _ in ended)
    assert "has been idle" in " ".join(event.text for event in run.events("instance"))


def test_an_underused_instance_is_emptied_into_the_others():
    sim, web, provider = managed(desired=8, instance_types=["m5.large"])
    sim.run(minutes=10)
    before = len(provider.instances)
    web.update(desired_count=4)
    run = sim.run(minutes=90)

    assert (before, len(provider.instances)) == (3, 2)
    assert web.running_count == 4
    assert "its tasks fit elsewhere" in " ".join(event.text for event in run.events("instance"))


def test_tasks_with_interfaces_of_their_own_fill_an_instance_thanks_to_trunking():
    """Four tasks of 512 units on an m5.large, which has two interfaces for tasks without trunking."""
    sim, _, provider = managed(memory="1024", mode="awsvpc", instance_types=["m5.large"])
    run = sim.run(minutes=10)

    assert [len(one.needs) for one in provider.instances] == [4]
    assert run.of_kind("instance")[0].attributes["task_enis"] == 10


def test_minus_one_keeps_what_is_there():
    sim, web, provider = managed(scale_in_after=-1)
    sim.run(minutes=10)
    before = len(provider.instances)
    web.update(desired_count=0)
    sim.run(minutes=120)

    assert len(provider.instances) == before


def test_no_instance_is_older_than_fourteen_days():
    sim, web, provider = managed(desired=1, instance_types=["m5.large"])
    run = sim.run(minutes=15 * DAY)
    first, second = run.of_kind("instance")

    assert next(seconds for seconds, state, _ in first.states if state == "Terminating") == 14 * DAY * 60 + 6
    assert "14 days old" in " ".join(event.text for event in run.events("instance"))
    assert [state for _, state, _ in second.states] == ["Pending", "InService"]
    assert web.running_count == 1
    assert len(provider.instances) == 1


def test_a_task_too_large_for_all_types_waits_and_the_log_says_so():
    sim, web, provider = managed(desired=1, cpu="8192", memory="60000", instance_types=["m5.large"])
    run = sim.run(minutes=10)

    assert (web.running_count, provider.instances) == (0, [])
    assert "none of its instance types could hold" in " ".join(event.text for event in run.events("capacity"))


def test_a_lost_instance_is_replaced_for_its_tasks():
    sim, web, provider = managed(desired=2)
    sim.run(minutes=10)
    lost = provider.instances[0]
    provider.lose(lost, sim.log.add("fault", "host", "Its hardware fails."))
    provider.lose(lost, 0)
    run = sim.run(minutes=20)

    assert web.running_count == 2
    assert lost not in provider.instances
    assert [state for _, state, _ in run.of_kind("instance")[0].states].count("Terminated") == 1


def test_slices_change_nothing_on_managed_instances():
    whole, _, _ = managed(desired=7)
    sliced, _, _ = managed(desired=7)
    for minute in (0.3, 1.7, 9):
        sliced.run(minutes=minute)

    assert whole.run(minutes=30).to_json() == sliced.run(minutes=30).to_json()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"instance_types": []}, "at least one instance type"),
        ({"scale_in_after": 9000}, "use 0 to 3600"),
        ({"storage_gib": 8}, "30 to 16,384"),
        ({"instance_types": ["m5.huge"]}, r"one such as m5\."),
    ],
)
def test_impossible_settings_are_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        managed(**settings)
