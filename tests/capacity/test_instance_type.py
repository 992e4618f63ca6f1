"""Instance types: documented registered memory and task limits."""

from __future__ import annotations

import pytest

from ecslite.capacity.instance_type import instance_type
from ecslite.errors import InvalidSetting


@pytest.mark.parametrize(("trunking", "tasks"), [(False, 2), (True, 10)])
def test_tasks_with_an_interface_each_on_c5_large(trunking, tasks):
    """Vector 24."""
    assert instance_type("c5.large").task_enis(trunking) == tasks


def test_m4_large_registers_less_memory_than_it_has():
    """Vector 30."""
    assert instance_type("m4.large").memory == 7985


def test_a_cluster_of_two_types_registers_the_documented_sums():
    """Vector 33: c4.4xlarge and c4.large together."""
    both = [instance_type("c4.4xlarge"), instance_type("c4.large")]

    assert (sum(one.cpu for one in both), sum(one.memory for one in both)) == (18_432, 33_926)


def test_an_unknown_type_is_refused_with_the_known_ones():
    with pytest.raises(InvalidSetting, match=r"m9\.large.*m5\.large"):
        instance_type("m9.large")


def test_a_type_without_trunking_keeps_its_limit():
    assert instance_type("t3.medium").task_enis(trunking=True) == 2
