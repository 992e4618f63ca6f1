"""What a container instance offers, and what tasks take of it."""

from __future__ import annotations

import pytest

from ecslite.capacity.container_instance import RESERVED_PORTS, ContainerInstance, Need
from ecslite.capacity.instance_type import instance_type
from ecslite.capacity.managed_scaling import fits_type, instances_needed
from ecslite.errors import InvalidSetting


def instance(type_="m5.large", **settings):
    return ContainerInstance("i-1", instance_type(type_), "us-east-1a", **settings)


def small(**more):
    return Need(cpu=10, memory=10, own_interface=False, **more)


@pytest.mark.parametrize(("trunking", "tasks"), [(False, 2), (True, 10)])
def test_vector_24_tasks_with_an_interface_each(trunking, tasks):
    one = instance("c5.large", trunking=trunking)
    placed = 0
    while one.lacks(Need(cpu=10, memory=10)) is None:
        one.reserve(f"t-{placed}", Need(cpu=10, memory=10), "service:web")
        placed += 1

    assert placed == tasks


def test_reserved_memory_is_not_registered():
    one = instance("m4.large", reserved_memory=256)

    assert (one.memory, one.remaining_memory, one.free_without("memory", [])) == (7729, 7729, 7729)
    assert one.lacks(Need(cpu=0, memory=7800)) == "insufficient memory available"
    assert not fits_type(Need(cpu=0, memory=7800), one.type, reserved_memory=256)


def test_dynamic_ports_come_from_the_ephemeral_range_and_are_given_back():
    one = instance()
    one.reserve("a", small(dynamic_ports=2), "service:web")
    one.reserve("b", small(dynamic_ports=1, ports=frozenset({49155})), "service:web")

    assert one.dynamic_ports_of("a") == (49153, 49154)
    assert one.dynamic_ports_of("b") == (49156,)
    assert one.lacks(small(ports=frozenset({49153}))) == "is already using a port required by your task"
    one.release("a")
    assert one.lacks(small(ports=frozenset({49153}))) is None


def test_a_static_port_is_released_when_the_task_stops():
    one = instance()
    one.reserve("a", small(ports=frozenset({80})), "service:web")
    assert one.lacks(small(ports=frozenset({80}))) == "is already using a port required by your task"
    one.release("a")
    assert one.used_ports == RESERVED_PORTS


def test_a_hundred_reserved_ports_are_the_most():
    one = instance()
    one.reserve("a", small(ports=frozenset(range(8000, 8094))), "service:web")

    assert one.lacks(small(ports=frozenset({80}))) == "100 reserved ports"
    assert one.lacks(small(dynamic_ports=1)) is None


def test_dynamic_ports_may_run_out():
    one = instance()
    one.reserve("a", small(dynamic_ports=65_536 - 49_153 - 6), "service:web")

    assert one.lacks(small(dynamic_ports=10)) == "no dynamic port left"


def test_a_task_for_another_processor_does_not_fit():
    assert "ecs.cpu-architecture" in instance("m6g.large").lacks(small(architecture="X86_64"))
    assert instance("m6g.large").lacks(small(architecture="ARM64")) is None


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidSetting, match="insufficient CPU"):
        instance().reserve("a", Need(cpu=9000, memory=1), "service:web")


def test_attributes_for_the_query_language():
    values = instance("m6g.large", attributes={"ecs.ami-id": "ami-1", "stack": "blue"}).values()

    assert values["attribute:ecs.cpu-architecture"] == "arm64"
    assert values["attribute:ecs.os-family"] == "LINUX"
    assert (values["attribute:ecs.ami-id"], values["attribute:stack"]) == ("ami-1", "blue")


def test_a_draining_instance_has_no_room_for_those_that_wait():
    one = instance()
    assert instances_needed([one], [small()], one.type) == 1
    one.status = "DRAINING"
    assert instances_needed([one], [small()], one.type) == 2
