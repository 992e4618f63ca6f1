"""Capacity providers: strategies by base and weight, and the reservation that sizes a group."""

from __future__ import annotations

import pytest

from ecslite.capacity.container_instance import ContainerInstance, Need
from ecslite.capacity.instance_type import instance_type
from ecslite.capacity.managed_scaling import ManagedScaling, instances_needed, reservation
from ecslite.capacity.strategy import CapacityProviderStrategyItem, check_strategy, next_provider
from ecslite.errors import InvalidSetting

M5 = instance_type("m5.large")
HALF = Need(cpu=1024, memory=3000, own_interface=False)


def fleet(*tasks):
    """Instances with that many tasks each."""
    instances = [ContainerInstance(f"i-{number}", M5, "us-east-1a") for number in range(len(tasks))]
    for instance, count in zip(instances, tasks, strict=True):
        for number in range(count):
            instance.reserve(f"{instance.id}-{number}", HALF, "web")
    return instances


@pytest.mark.parametrize(
    ("needed", "running", "expected"), [(0, 0, 100), (1, 0, 200), (2, 3, pytest.approx(66.67, abs=0.01))]
)
def test_vectors_36_and_37_reservation(needed, running, expected):
    """Vectors 36 and 37."""
    assert reservation(needed, running) == expected


@pytest.mark.parametrize(("target", "expected"), [(100, 2), (50, 4)])
def test_vector_37_two_needed_of_three_running(target, expected):
    """Vector 37."""
    assert ManagedScaling(target_capacity=target).desired(2, 3) == expected


@pytest.mark.parametrize(("target", "expected"), [(90, 10), (80, 10)])
def test_vector_41_a_target_below_100_keeps_that_share_free(target, expected):
    """Vector 41: a tenth or a fifth of the instances is spare."""
    needed = target * expected // 100

    assert ManagedScaling(target_capacity=target).desired(needed, needed) == expected


def test_three_needed_at_ninety_per_cent_are_four():
    assert ManagedScaling(target_capacity=90).desired(3, 3) == 4


def test_vector_42_the_first_instances_are_two():
    """Vector 42."""
    assert ManagedScaling().desired(1, 0) == 2
    assert ManagedScaling(target_capacity=50, minimum_scaling_step_size=5).desired(7, 0) == 2


def test_vector_43_an_instance_with_daemons_only_is_empty():
    """Vector 43."""
    one = fleet(0)[0]
    one.reserve("agent", HALF, "logs", daemon=True)

    assert one.empty
    assert instances_needed([one], [], M5) == 0


def test_with_nothing_waiting_the_empty_ones_are_not_needed():
    assert instances_needed(fleet(1, 0, 2, 0), [], M5) == 2


def test_waiting_tasks_fill_the_room_that_is_free_first():
    assert instances_needed(fleet(1, 1), [HALF, HALF], M5) == 2
    assert instances_needed(fleet(1, 1), [HALF] * 3, M5) == 3
    assert instances_needed(fleet(2, 2), [HALF] * 5, M5) == 5


def test_a_task_that_can_never_fit_is_left_out():
    assert instances_needed(fleet(1), [Need(cpu=9000, memory=1)], M5) == 1


def test_vector_44_weights_share_the_tasks():
    """Vector 44: weights 1 and 4, ten tasks."""
    strategy = [CapacityProviderStrategyItem("A", weight=1), CapacityProviderStrategyItem("B", weight=4)]
    counts = [0, 0]
    for _ in range(10):
        counts[next_provider(strategy, counts)] += 1

    assert counts == [2, 8]


def test_the_base_comes_first_and_weight_zero_gets_only_it():
    strategy = [
        CapacityProviderStrategyItem("FARGATE", weight=0, base=2),
        CapacityProviderStrategyItem("FARGATE_SPOT", weight=1),
    ]
    counts = [0, 0]
    for _ in range(6):
        counts[next_provider(strategy, counts)] += 1

    assert counts == [2, 4]


@pytest.mark.parametrize(
    ("strategy", "says"),
    [
        ([], "use 1 to 20"),
        ([CapacityProviderStrategyItem("A", weight=0)], "all weights are 0"),
        ([CapacityProviderStrategyItem("A", base=1), CapacityProviderStrategyItem("B", base=1)], "only one may"),
        ([CapacityProviderStrategyItem("FARGATE"), CapacityProviderStrategyItem("group")], "one kind"),
        ([CapacityProviderStrategyItem("A"), CapacityProviderStrategyItem("A")], "stands twice"),
    ],
)
def test_a_strategy_that_ecs_refuses(strategy, says):
    with pytest.raises(InvalidSetting, match=says):
        check_strategy(strategy)


def test_settings_have_the_ranges_of_the_api():
    with pytest.raises(InvalidSetting, match="use 1 to 100"):
        ManagedScaling(target_capacity=0)
    with pytest.raises(InvalidSetting, match="swap them"):
        ManagedScaling(minimum_scaling_step_size=5, maximum_scaling_step_size=2)
    with pytest.raises(InvalidSetting, match="0 to 1,000"):
        CapacityProviderStrategyItem("A", weight=1001)
