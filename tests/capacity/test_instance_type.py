"""Instance types: documented registered memory and task limits."""

from __future__ import annotations

import pytest

from ecslite.capacity.instance_type import instance_type, registered_mib
from ecslite.errors import InvalidSetting


@pytest.mark.parametrize(("trunking", "tasks"), [(False, 2), (True, 10)])
def test_vector_24_tasks_with_an_interface_each_on_c5_large(trunking, tasks):
    """Vector 24."""
    assert instance_type("c5.large").task_enis(trunking) == tasks


def test_vector_30_m4_large_registers_less_memory_than_it_has():
    """Vector 30."""
    assert instance_type("m4.large").memory == 7985


def test_a_cluster_of_two_types_registers_the_documented_sums():
    """Vector 33: c4.4xlarge and c4.large together."""
    both = [instance_type("c4.4xlarge"), instance_type("c4.large")]

    assert (sum(one.cpu for one in both), sum(one.memory for one in both)) == (18_432, 33_926)


def test_an_unknown_type_is_refused_with_the_known_ones():
    with pytest.raises(InvalidSetting, match=r"m9\.large.*m[4567][gi]?\.large"):
        instance_type("m9.large")


def test_a_type_without_trunking_keeps_its_limit():
    assert instance_type("t3.medium").task_enis(trunking=True) == 2


def test_vector_30_registered_memory_is_what_the_system_reports_less_what_is_reserved():
    assert registered_mib(8_373_026_816) == 7985
    assert registered_mib(8_373_026_816, reserved_mib=256) == 7729


def test_an_unknown_family_is_refused_with_the_families():
    with pytest.raises(InvalidSetting, match=r"m5\.\*.*r5\.\*"):
        instance_type("quantum")


def test_burstable_types_say_so():
    assert (instance_type("t3.medium").burstable, instance_type("t3.medium").baseline_percent) == (True, 20)
    assert not instance_type("m5.large").burstable


@pytest.mark.parametrize("family", ["m5", "m6i", "m6g", "m7g", "c5", "c6g", "c7g", "r5"])
def test_sizes_double_and_take_their_tasks(family):
    sizes = [instance_type(f"{family}.{size}") for size in ("large", "xlarge", "2xlarge", "4xlarge")]

    assert [one.vcpu for one in sizes] == [2, 4, 8, 16]
    assert [one.task_enis(trunking=True) for one in sizes] == [10, 20, 40, 60]
    assert [one.task_enis(trunking=False) for one in sizes] == [2, 3, 3, 7]
    assert {one.architecture for one in sizes} == {"ARM64" if "g" in family else "X86_64"}
