"""Break-even of Fargate and EC2: what fits on an instance decides."""

from __future__ import annotations

import pytest

import ecslite as ecs

M5 = ecs.instance_type("m5.large")


def test_four_tasks_on_an_instance_cost_half_of_two():
    two, four = ecs.break_even(512, 1024, M5), ecs.break_even(512, 1024, M5, trunking=True)

    assert (two.tasks_per_instance, two.limits) == (2, ("ENI",))
    assert (four.tasks_per_instance, four.limits) == (4, ("cpu",))
    assert four.ec2_usd_per_task_hour == pytest.approx(two.ec2_usd_per_task_hour / 2)


def test_registered_memory_is_what_counts():
    """Two tasks of 4 GB would fill the nominal 8 GiB, and do not fit on what is registered."""
    tight = ecs.break_even(256, 4096, M5, network_mode="bridge")

    assert (tight.tasks_per_instance, tight.limits) == (1, ("memory",))


@pytest.mark.parametrize("mode", [{"network_mode": "host"}, {"network_mode": "bridge", "fixed_host_port": True}])
def test_a_fixed_port_takes_one_task_an_instance(mode):
    assert ecs.break_even(256, 512, M5, **mode).limits == ("port",)


def test_the_break_even_is_where_both_cost_the_same():
    found = ecs.break_even(1024, 4096, ecs.instance_type("r5.large"), trunking=True, ebs_gib=0)

    assert found.utilisation == pytest.approx(0.063 / 0.05826)
    assert found.ec2_usd_at(0.5) == pytest.approx(0.126)
    assert found.formula == str(found)
    assert found.rows()[-1]["value"] == found.utilisation


def test_spare_instances_volumes_and_storage_move_it():
    plain = ecs.break_even(512, 1024, M5, instances=4)
    spare = ecs.break_even(512, 1024, M5, instances=4, spare_instances=1)
    roomy = ecs.break_even(512, 1024, M5, instances=4, ephemeral_storage_gib=100)

    assert spare.utilisation == pytest.approx(1.25 * plain.utilisation)
    assert roomy.utilisation < plain.utilisation < ecs.break_even(512, 1024, M5, ebs_gib=100).utilisation


def test_full_instances_can_cost_less_than_fargate():
    """0.5 vCPU and 1.875 GB: $0.028574 on Fargate; four on an instance of $0.099288 cost $0.024822 each."""
    found = ecs.break_even(512, 1920, M5, trunking=True)

    assert found.utilisation == pytest.approx(0.8687, abs=1e-4)
    assert "86.9% of the places" in found.formula


def test_spot_stands_against_fargate_spot():
    found = ecs.break_even(512, 1024, M5, market="spot", ebs_gib=0)

    assert found.fargate_usd_per_task_hour == pytest.approx(0.5 * 0.01334053 + 0.00146489)
    assert found.ec2_usd_per_task_hour == pytest.approx(0.02183)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"instance_type": "m5.large"}, r"ecs\.instance_type\('m5.large'\)"),
        ({"instance_type": ecs.instance_type("t3.medium")}, "burstable"),
        ({"task_cpu": 4096}, "does not fit on m5.large"),
        ({"task_cpu": 0}, "more than 0 of both"),
        ({"network_mode": "bridged"}, "network_mode='bridged'"),
        ({"market": "managed"}, "market='managed'"),
        ({"instances": 0}, "at least 1 that works"),
    ],
)
def test_what_cannot_be_compared_is_refused(more, message):
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.break_even(**{"task_cpu": 512, "task_memory": 1024, "instance_type": M5, **more})


@pytest.mark.parametrize("share", [0, 1.1])
def test_a_utilisation_is_a_share(share):
    with pytest.raises(ecs.InvalidSetting, match="above 0 and at most 1"):
        ecs.break_even(512, 1024, M5).ec2_usd_at(share)
