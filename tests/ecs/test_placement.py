"""Placement: room, then constraints, then strategies in their order; nothing is ever overbooked."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.instance_type import instance_type
from ecslite.ecs.placement import (
    DEFAULT_STRATEGIES,
    PlacementConstraint,
    PlacementStrategy,
    check_placement,
    choose_instance,
    choose_task_to_stop,
)
from ecslite.errors import InvalidSetting

SMALL = Need(cpu=512, memory=1024, own_interface=False)


def instance(name, zone="us-east-1a", *, type_="m5.large", tasks=0, service="web", need=SMALL):
    one = ContainerInstance(name, instance_type(type_), zone)
    for number in range(tasks):
        one.reserve(f"{name}-{number}", need, service)
    return one


def place(instances, *, need=SMALL, strategies=DEFAULT_STRATEGIES, constraints=(), seed=1):
    return choose_instance(instances, need, "web", strategies=strategies, constraints=constraints, random=Random(seed))


def test_vector_15_without_a_strategy_the_zone_with_the_fewest_tasks_is_taken():
    """Zone A has one task, B and C none."""
    fleet = [instance("i-a", "a", tasks=1), instance("i-b", "b"), instance("i-c", "c")]

    assert {place(fleet, seed=seed).id for seed in range(20)} == {"i-b", "i-c"}


def test_vector_16_at_scale_in_a_task_of_the_fullest_zones_goes():
    """Zones with 1, 2 and 2 tasks."""
    fleet = [instance("i-a", "a", tasks=1), instance("i-b", "b", tasks=2), instance("i-c", "c", tasks=2)]
    tasks = [(task, one) for one in fleet for task in one.task_ids]

    gone = {choose_task_to_stop(tasks, DEFAULT_STRATEGIES, Random(seed)) for seed in range(40)}

    assert gone == {"i-b-0", "i-b-1", "i-c-0", "i-c-1"}


def test_binpack_takes_the_fullest_that_still_fits():
    fleet = [instance("i-empty"), instance("i-full", tasks=4), instance("i-half", tasks=2)]

    assert place(fleet, strategies=[PlacementStrategy("binpack", "cpu")]).id == "i-half"


def test_binpack_stops_where_the_most_is_free():
    fleet = [instance("i-1", tasks=1), instance("i-3", tasks=3)]
    tasks = [(task, one) for one in fleet for task in one.task_ids]

    assert choose_task_to_stop(tasks, [PlacementStrategy("binpack", "memory")], Random(1)) == "i-1-0"


def test_strategies_work_in_their_order():
    fleet = [instance("i-1", "a", tasks=2), instance("i-2", "b", tasks=1), instance("i-3", "b")]

    chosen = place(
        fleet,
        strategies=[
            PlacementStrategy("spread", "attribute:ecs.availability-zone"),
            PlacementStrategy("binpack", "cpu"),
        ],
    )

    assert chosen.id == "i-2"


def test_vector_32_a_reservation_counts_not_the_limit():
    """A soft reservation of 128 MiB under a hard limit of 300 takes 128."""
    one = instance("i-1")
    before = one.remaining_memory
    one.reserve("t", Need(cpu=10, memory=128), "web")

    assert before - one.remaining_memory == 128


def test_distinct_instances_hold_one_task_of_a_service_each():
    fleet = [instance("i-1", tasks=1), instance("i-2", tasks=1)]

    said = place(fleet, constraints=[PlacementConstraint("distinctInstance")])

    assert said.endswith('encountered error "DistinctInstance placement constraint unsatisfied.".')


def test_a_closest_instance_with_room_says_which_constraint_it_does_not_meet():
    fleet = [instance("i-1", tasks=1), instance("i-2")]
    rules = [PlacementConstraint("memberOf", "attribute:ecs.instance-type == c5.large")]

    assert place(fleet, constraints=rules).endswith(
        'The closest matching container-instance i-2 encountered error "MemberOf placement constraint unsatisfied.".'
    )


def test_member_of_selects_by_the_query_language():
    fleet = [instance("i-1"), instance("i-2", type_="c5.large")]

    chosen = place(fleet, constraints=[PlacementConstraint("memberOf", "attribute:ecs.instance-type =~ c5.*")])

    assert chosen.id == "i-2"


def test_interfaces_run_out_before_memory():
    """An m5.large without trunking holds two tasks that have an interface each."""
    need = Need(cpu=256, memory=512)
    one = instance("i-1", tasks=2, need=need)

    assert place([one], need=need).endswith('encountered error "RESOURCE:ENI".')


def test_a_static_port_is_taken_once():
    need = Need(cpu=10, memory=10, own_interface=False, ports=frozenset({80}))
    one = instance("i-1", tasks=1, need=need)

    taken = "is already using a port required by your task."
    assert place([one], need=need).endswith(f"The closest matching container-instance i-1 {taken}")
    assert place([instance("i-2")], need=Need(10, 10, False, frozenset({22}))).endswith(taken)


def test_draining_instances_get_nothing():
    one = instance("i-1")
    one.status = "DRAINING"

    assert "No Container Instances" in place([one])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: PlacementStrategy("binpack", "disk"),
        lambda: PlacementStrategy("spread", "zone"),
        lambda: PlacementStrategy("random", "cpu"),
        lambda: PlacementStrategy("pack"),
        lambda: PlacementConstraint("memberOf"),
        lambda: PlacementConstraint("distinctInstance", "x exists"),
        lambda: PlacementConstraint("memberOf", "zone =="),
        lambda: PlacementConstraint("near"),
    ],
)
def test_what_ecs_would_refuse_is_refused(wrong):
    with pytest.raises(InvalidSetting):
        wrong()


def test_spread_counts_the_tasks_of_its_own_group_alone():
    fleet = [instance("i-1", "a", tasks=3, service="other"), instance("i-2", "b", tasks=1)]

    assert place(fleet, strategies=[PlacementStrategy("spread", "attribute:ecs.availability-zone")]).id == "i-1"


@pytest.mark.parametrize("field", ["instanceId", "host"])
def test_spread_over_instances(field):
    fleet = [instance("i-1", tasks=2), instance("i-2", tasks=1), instance("i-3", tasks=2)]

    assert place(fleet, strategies=[PlacementStrategy("spread", field)]).id == "i-2"


def test_spread_over_an_attribute_of_your_own():
    fleet = [instance("i-1", tasks=1), instance("i-2"), instance("i-3")]
    for one, rack in zip(fleet, ["r1", "r1", "r2"], strict=True):
        one.attributes["rack"] = rack

    assert place(fleet, strategies=[PlacementStrategy("spread", "attribute:rack")]).id == "i-3"


def test_random_takes_any_that_fits():
    fleet = [instance("i-1", tasks=4), instance("i-2", tasks=1), instance("i-3")]

    chosen = {place(fleet, strategies=[PlacementStrategy("random")], seed=seed).id for seed in range(30)}

    assert chosen == {"i-2", "i-3"}


def test_constraints_bind_before_strategies_are_asked():
    fleet = [instance("i-1", tasks=1), instance("i-2", type_="c5.large", tasks=1), instance("i-3", type_="c5.large")]
    rule = PlacementConstraint("memberOf", "attribute:ecs.instance-type == c5.large")

    assert place(fleet, strategies=[PlacementStrategy("binpack", "cpu")], constraints=[rule]).id == "i-2"


def test_counts_of_placement_settings_are_limited():
    packs, rules = [PlacementStrategy("random")] * 6, [PlacementConstraint("memberOf", "agentConnected == true")] * 11
    check_placement(packs[:5], rules[:10])
    with pytest.raises(InvalidSetting, match="6 placement strategies"):
        check_placement(packs, [])
    with pytest.raises(InvalidSetting, match="11 placement constraints"):
        check_placement([], rules[:4], of_definition=rules[:7])


def test_distinct_instance_does_not_belong_in_a_task_definition():
    with pytest.raises(InvalidSetting, match="only memberOf"):
        check_placement([], [], of_definition=[PlacementConstraint("distinctInstance")])


def test_fargate_takes_no_placement_settings():
    check_placement([], [], on_fargate=True)
    with pytest.raises(InvalidSetting, match="leave placement"):
        check_placement([PlacementStrategy("random")], [], on_fargate=True)


def test_an_expression_that_does_not_parse_is_refused_with_its_place():
    with pytest.raises(InvalidSetting, match="at character 29"):
        PlacementConstraint("memberOf", "attribute:ecs.instance-type ~ m5.*")
    with pytest.raises(InvalidSetting, match="2000 at the most"):
        PlacementConstraint("memberOf", "attribute:x == " + "y" * 2000)


NEEDS = st.builds(
    Need,
    cpu=st.integers(0, 2048),
    memory=st.integers(1, 8000),
    own_interface=st.booleans(),
    ports=st.frozensets(st.sampled_from([80, 443, 8080]), max_size=2),
)


@given(
    needs=st.lists(NEEDS, max_size=30),
    types=st.lists(st.sampled_from(["m5.large", "c5.large", "t3.micro"]), max_size=4),
    strategies=st.lists(
        st.sampled_from([*DEFAULT_STRATEGIES, PlacementStrategy("binpack", "cpu"), PlacementStrategy("random")]),
        max_size=3,
    ),
)
def test_no_instance_is_ever_overbooked(needs, types, strategies):
    fleet = [instance(f"i-{number}", "abc"[number % 3], type_=type_) for number, type_ in enumerate(types)]
    for number, need in enumerate(needs):
        chosen = place(fleet, need=need, strategies=strategies, seed=number)
        if isinstance(chosen, ContainerInstance):
            chosen.reserve(f"t-{number}", need, "web")

    for one in fleet:
        ports = [port for number, need in enumerate(needs) if f"t-{number}" in one.task_ids for port in need.ports]
        assert min(one.remaining_cpu, one.remaining_memory, one.remaining_interfaces) >= 0
        assert len(ports) == len(set(ports))
