"""A cluster: draining in the documented order, daemons, and the metrics of its instances."""

from __future__ import annotations

import pytest

import ecslite as ecs
from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.instance_type import instance_type
from ecslite.ecs.cluster import Tenant
from ecslite.ecs.cluster_metrics import cluster_samples

SMALL = Need(cpu=256, memory=512, own_interface=False)


class Guest(Tenant):
    """A tenant that writes down what it is told."""

    def __init__(self, cluster, id_, instance, *, standalone=False, daemon=False):
        self.id, self.need, self.group, self.waiting_event = id_, SMALL, "service:web", 0
        self.provider = next(iter(cluster.providers.values()))
        self.standalone, self.daemon = standalone, daemon
        self.told = []
        instance.reserve(id_, SMALL, self.group, daemon=daemon)
        cluster.settle(self, instance)

    def measure(self):
        """It uses what it is told to."""

    def room_found(self):
        return None

    def host_lost(self, cause):
        self.told.append("lost")

    def host_drains(self, cause):
        self.told.append("drains")

    def interrupted(self, cause, seconds):
        self.told.append(seconds)


def shop(minutes=2, **settings):
    sim = ecs.Simulation(2)
    group = ecs.AutoScalingGroup(sim, "fleet", **{"min_size": 2, "max_size": 4, "launch": ecs.Constant(60), **settings})
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group, managed_scaling=None)])
    if minutes:
        sim.run(minutes=minutes)
    return sim, cluster, group


def test_draining_asks_replicas_first_daemons_last_and_leaves_standalone_tasks_alone():
    _, cluster, _ = shop()
    one = cluster.instances()[0]
    replica, daemon = Guest(cluster, "replica", one), Guest(cluster, "daemon", one, daemon=True)
    alone = Guest(cluster, "alone", one, standalone=True)
    event = cluster.drain(one.id)
    assert (replica.told, daemon.told, alone.told, one.status) == (["drains"], [], [], "DRAINING")

    cluster.leave(replica, event)
    assert daemon.told == []
    cluster.leave(alone, event)
    assert daemon.told == ["drains"]
    assert alone.told == []
    cluster.leave(daemon, event)
    assert one.task_ids == []


def test_an_instance_can_be_set_to_active_again():
    _, cluster, _ = shop()
    one = cluster.instances()[0]
    rooms = []
    cluster.on_room(rooms.append)
    cluster.drain(one.id)
    event = cluster.update_container_instances_state([one.id], "ACTIVE")

    assert (one.status, rooms) == ("ACTIVE", [event])


def test_managed_draining_waits_for_the_last_task_and_at_most_48_hours():
    sim, cluster, group = shop()
    one = cluster.instances()[0]
    guest = Guest(cluster, "alone", one, standalone=True)
    group.min_size = 0
    group.set_desired_capacity(0, 0)
    sim.run(minutes=2 + 48 * 60 - 1)
    assert (one.state, guest.told) == ("Terminating:Wait", [])
    sim.run(minutes=2 + 48 * 60)
    assert (one.state, guest.told) == ("Terminated", ["lost"])


def test_service_tasks_on_a_drained_instance_are_replaced_elsewhere():
    sim, cluster, _ = shop()
    definition = ecs.TaskDefinition.from_aws(
        {
            "family": "web",
            "networkMode": "bridge",
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [{"name": "web", "image": "shop/web:1"}],
        }
    )
    web = ecs.Service(cluster, definition, desired_count=4)
    sim.run(minutes=5)
    one, other = cluster.instances()
    assert (len(one.task_ids), len(other.task_ids)) == (2, 2)
    cluster.drain(one.id)
    run = sim.run(minutes=15)

    assert (len(one.task_ids), len(other.task_ids), web.running_count) == (0, 4, 4)
    moved = next(task for task in run.of_kind("task") if "stop_code" in task.attributes)
    assert "You set container instance" in run.why(moved.states[-1][2])[-1].text


def test_daemons_belong_on_active_instances_that_satisfy_their_constraints():
    _, cluster, _ = shop()
    one, other = cluster.instances()
    cluster.drain(one.id)
    graviton = [ecs.PlacementConstraint("memberOf", "attribute:ecs.cpu-architecture == arm64")]

    assert cluster.daemon_instances() == [other]
    assert cluster.daemon_instances(graviton) == []


def test_whoever_asks_is_told_of_instances_that_register_drain_and_end():
    sim, cluster, group = shop()
    told = []
    cluster.on_instance(lambda instance, event: told.append((instance.id, instance.status)))
    one = cluster.instances()[0]
    cluster.drain(one.id)
    group.lose(one, sim.log.add("fault", "host", "Its hardware fails."))
    sim.run(minutes=5)
    new = cluster.instances()[-1]

    assert told == [(one.id, "DRAINING"), (one.id, "INACTIVE"), (new.id, "ACTIVE")]


@pytest.mark.parametrize(
    ("ids", "status", "says"),
    [(["i-1"], "ACTIVE", "no container instance"), ([], "DRAINING", "name 1 to 10"), (["i-1"], "GONE", "ACTIVE or")],
)
def test_impossible_state_changes_are_refused(ids, status, says):
    _, cluster, _ = shop()
    with pytest.raises(ecs.InvalidSetting, match=says):
        cluster.update_container_instances_state(ids, status)


def test_vector_33_reservation_of_the_documented_cluster():
    large, small = (ContainerInstance(f"i-{name}", instance_type(name), "a") for name in ("c4.4xlarge", "c4.large"))
    need = Need(cpu=1024, memory=2048, own_interface=False)
    for number in range(9):
        large.reserve(f"t-{number}", need, "service:web")
    small.reserve("t-9", need, "service:web")
    samples = {sample.name: sample.statistics["Average"] for sample in cluster_samples("shop", [large, small], [])}

    assert (large.cpu + small.cpu, large.memory + small.memory) == (18_432, 33_926)
    assert round(samples["CPUReservation"], 2) == 55.56
    assert round(samples["MemoryReservation"], 2) == 60.37


def test_a_cluster_on_instances_sends_its_metrics_and_counts_draining_ones():
    sim, cluster, _ = shop()
    one = cluster.instances()[0]
    guest = Guest(cluster, "alone", one, standalone=True)
    guest.cpu_used = 1024.0
    cluster.drain(one.id)
    run = sim.run(minutes=4)

    assert run.metrics["CPUReservation", "shop"]["Average"][-1] == 100 * 256 / 4096
    assert run.metrics["CPUUtilization", "shop"]["Average"][-1] == 25.0
    assert run.metrics["MemoryReservation", "shop"]["Average"][0] in (None, 0.0)


def test_utilisation_is_what_the_tasks_of_services_use():
    sim, cluster, _ = shop(minutes=0)
    front = ecs.LoadBalancer(sim, "front")
    ecs.Service(cluster, ecs.TaskDefinition("web", cpu=512, memory=1024), desired_count=1, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(2), cpu_seconds=ecs.Constant(0.1)).to(front)
    run = sim.run(minutes=20)
    used = run.metrics["CPUUtilization", "shop"]["Average"][-5:]
    by_service = run.metrics["CPUUtilization", "web"]["Average"][-5:]

    # One task of 512 units in a cluster of 4,096.
    assert used == pytest.approx([value * 512 / 4096 for value in by_service])
    assert min(used) > 0


def test_capacity_of_no_kind_is_refused():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match=r"ecs\.FargateSpot"):
        ecs.Cluster(sim, "shop", capacity=["FARGATE"])
    with pytest.raises(ecs.InvalidSetting, match="have one name"):
        ecs.Cluster(sim, "shop", capacity=[ecs.Fargate(), ecs.Fargate()])


def test_one_strategy_has_one_kind_of_capacity():
    sim = ecs.Simulation(1)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=1)
    managed = ecs.ManagedInstances(sim)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group), managed])
    both = [ecs.CapacityProviderStrategyItem(name) for name in ("fleet", managed.name)]
    with pytest.raises(ecs.InvalidSetting, match="mixes EC2 and MANAGED_INSTANCES"):
        ecs.Service(
            cluster, ecs.TaskDefinition("web", cpu=256, memory=512), desired_count=1, capacity_provider_strategy=both
        )


def test_a_tenant_answers_all_questions_for_itself():
    with pytest.raises(TypeError, match="host_drains"):
        type("Silent", (Tenant,), {"room_found": None, "host_lost": None, "interrupted": None})()
