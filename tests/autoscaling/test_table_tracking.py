"""Auto scaling of a table's provisioned capacity."""

from __future__ import annotations

import botocore.session
import pytest

import ecslite as ecs
from ecslite.autoscaling.table_tracking import DIMENSIONS


def scaled(profile, *, minutes=60, write=20, seed=1, max_capacity=200, stops=(), operations=None, **more):
    """A table of 20 write units under this traffic."""
    sim = ecs.Simulation(seed)
    table = ecs.Table(
        sim,
        "orders",
        billing_mode="PROVISIONED",
        read_capacity_units=5,
        write_capacity_units=write,
        operations=operations or [ecs.Operation(name="PutItem")],
    )
    ecs.TableTracking(table, min_capacity=10, max_capacity=max_capacity, **more)
    ecs.Traffic(sim, profile).to(table)
    for stop in stops:
        sim.run(minutes=stop)
    return sim.run(minutes=minutes), table


def steps(run):
    return [(seconds, units) for seconds, units, _ in run.level("ProvisionedWriteCapacityUnits").steps]


def test_two_minutes_above_the_target_scale_out_to_it():
    run, _ = scaled(ecs.constant(30), minutes=10)
    (_, first), (when, second) = steps(run)[:2]
    # Two minutes, 15 s until the alarm sees them, and 120 s of UpdateTable.
    assert (first, when) == (20, 120 + 15 + 120)
    # It can consume only what is provisioned, with what was saved; 30 / 70 % = 43 is what it needs.
    assert 20 < second <= 44
    event = run.events("scaling")[0]
    assert [one.kind for one in run.why(event)] == ["scaling", "alarm", "traffic"]
    assert f"Scale out to {second} write capacity units: utilization of table orders was" in event.text


def test_fifteen_minutes_20_points_below_the_target_scale_in():
    run, _ = scaled(ecs.constant(10), minutes=40, write=100)
    (_, first), (when, second) = steps(run)[:2]
    # 10 of 100 units; 10 / 70 % = 14.3.
    assert (first, when, second) == (100, 15 * 60 + 15 + 120, pytest.approx(15, abs=1))


def test_between_the_alarms_nothing_happens():
    run, _ = scaled(ecs.constant(12), minutes=60, write=20)
    assert steps(run) == [(0.0, 20)]


def test_an_idle_table_is_not_scaled_in():
    """Nothing consumed, no data point [AutoScaling guide]."""
    run, _ = scaled(ecs.constant(0), write=100)
    assert steps(run) == [(0.0, 100)]


def test_scaling_stays_within_its_limits():
    run, _ = scaled(ecs.constant(100), minutes=30, max_capacity=50)
    assert max(units for _, units in steps(run)) == 50
    low, _ = scaled(ecs.constant(1), minutes=30, write=100)
    assert min(units for _, units in steps(low)) == 10


def test_a_sudden_peak_is_throttled_until_scaling_comes():
    """Burst aside, the first minutes of a peak are lost: on demand would have taken it."""
    run, _ = scaled(ecs.spike(base=10, peak=80, at_minute=10, for_minutes=20), minutes=30)
    throttled = run.metrics["WriteThrottleEvents"]["Sum"]
    assert (sum(throttled[:10]), sum(throttled[10:16]) > 0, throttled[-5:]) == (0, True, (0,) * 5)


def test_disabled_scale_in_and_cooldowns_hold_it():
    run, _ = scaled(ecs.constant(10), minutes=60, write=100, disable_scale_in=True)
    assert steps(run) == [(0.0, 100)]
    run, _ = scaled(ecs.constant(60), minutes=20, scale_out_cooldown=3600)
    assert len(steps(run)) == 2


def test_a_decrease_that_dynamodb_refuses_is_tried_again_an_hour_later():
    sim = ecs.Simulation(1)
    table = ecs.Table(
        sim,
        "orders",
        billing_mode="PROVISIONED",
        read_capacity_units=50,
        write_capacity_units=100,
        update_seconds=0,
        operations=[ecs.Operation(name="PutItem")],
    )
    ecs.TableTracking(table, min_capacity=1, max_capacity=100)
    ecs.Traffic(sim, ecs.constant(5)).to(table)
    for minute, units in ((11, 40), (12, 30), (13, 20), (14, 10)):
        sim.at(minute * 60.0, lambda units=units: table.update(read_capacity_units=units))
    run = sim.run(minutes=120)
    refused = [event.seconds for event in run.events("table") if "refused" in event.text]
    when = [event.seconds for event in run.events("scaling")]
    assert (refused, when[1] - when[0], table.capacity["Write"]) == ([915.0], 3600.0, pytest.approx(8, abs=1))


def by_hand(profile, *, write, back_to, at_minute):
    """A table whose tracking changes its capacity at once, and which somebody then sets back by hand."""
    sim = ecs.Simulation(1)
    table = ecs.Table(
        sim,
        "orders",
        billing_mode="PROVISIONED",
        read_capacity_units=5,
        write_capacity_units=write,
        update_seconds=0,
        operations=[ecs.Operation(name="PutItem")],
    )
    ecs.TableTracking(table, min_capacity=10, max_capacity=200)
    ecs.Traffic(sim, profile).to(table)
    sim.at(at_minute * 60.0, lambda: table.update(write_capacity_units=back_to))
    return sim.run(minutes=at_minute + 20)


def test_a_data_point_that_was_acted_on_is_not_acted_on_again():
    """Traffic ends with the minute that scales in, so that its data point stays the newest for some minutes more."""
    run = by_hand(ecs.spike(base=0, peak=10, at_minute=0, for_minutes=15), write=100, back_to=100, at_minute=17)
    assert [units for _, units in steps(run)] == [100, pytest.approx(15, abs=1), 100]


def test_a_newer_data_point_is_acted_on_whoever_changed_the_capacity():
    run = by_hand(ecs.constant(10), write=100, back_to=100, at_minute=17)
    assert [units for _, units in steps(run)] == [100, pytest.approx(15, abs=1), 100, pytest.approx(15, abs=1)]


def test_slicing_changes_nothing():
    profile = ecs.spike(base=10, peak=60, at_minute=5, for_minutes=5)
    assert scaled(profile, stops=(3, 7, 7.5, 31))[0].to_json() == scaled(profile)[0].to_json()


def test_dimensions_and_metrics_are_botocores():
    model = botocore.session.get_session().get_service_model("application-autoscaling")
    assert set(DIMENSIONS) <= set(model.shape_for("ScalableDimension").enum)
    assert {f"DynamoDB{kind}CapacityUtilization" for kind in DIMENSIONS.values()} <= set(
        model.shape_for("MetricType").enum
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": 95}, "target=95 % of orders: DynamoDB takes 20 to 90 %, such as 70"),
        ({"target": 19}, "20 to 90 %"),
        ({"dimension": "dynamodb:table:Items"}, "use one of dynamodb:table:ReadCapacityUnits"),
        ({"min_capacity": 0}, "1 capacity unit at least"),
        ({"min_capacity": 300}, "use 0 ≤ min ≤ max"),
        ({"scale_in_cooldown": -1}, "seconds start at 0"),
    ],
)
def test_what_auto_scaling_does_not_take_is_refused(settings, message):
    sim = ecs.Simulation(1)
    table = ecs.Table(sim, "orders", billing_mode="PROVISIONED", read_capacity_units=5, write_capacity_units=5)
    with pytest.raises(ecs.InvalidSetting, match=message):
        ecs.TableTracking(table, **{"min_capacity": 1, "max_capacity": 100, **settings})


def test_an_on_demand_table_scales_by_itself():
    with pytest.raises(ecs.InvalidSetting, match="is in on-demand mode, which scales by itself"):
        ecs.TableTracking(ecs.Table(ecs.Simulation(1), "orders"), min_capacity=1, max_capacity=100)
