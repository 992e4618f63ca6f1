"""Parts wired together: what goes in at the front comes out at the back."""

from __future__ import annotations

import pytest

import ecslite as ecs

PUT = (ecs.Operation(name="PutItem"),)


def total(run, name, subject):
    return sum(value or 0.0 for value in run.metrics[name, subject]["Sum"])


def shop(stops=(), **function):
    """api >> function >> table, for five minutes."""
    sim = ecs.Simulation(3)
    api, web = ecs.Api(sim, "shop", "HTTP"), ecs.Function(sim, "web", memory=1769, **function)
    orders = ecs.Table(sim, "orders", operations=PUT, latency=0.02)
    api >> web >> orders
    ecs.Traffic(sim, ecs.constant(10), cpu_seconds=ecs.Constant(0.1)).to(api)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(minutes=5), api


def test_a_request_goes_down_to_the_table_and_its_reply_comes_back_up():
    run, api = shop()
    written = total(run, "ConsumedWriteCapacityUnits", "orders")
    assert api.answered == {"200": api.requests - api.open}
    assert written == pytest.approx(api.requests, abs=5)
    # 100 ms of work and 20 ms of the table; API Gateway's own time comes on top of the integration's.
    latency, integration = (run.metrics[name, "shop"]["p50"][-1] for name in ("Latency", "IntegrationLatency"))
    assert integration == pytest.approx(120, rel=0.01)
    assert latency > integration


def test_a_throttled_function_is_500_and_a_failing_one_502():
    throttled, failing = shop(reserved_concurrency=1)[1], shop(error_rate=0.25)[1]
    assert throttled.answered["500"] / throttled.requests > 0.3
    assert failing.answered["502"] / failing.requests == pytest.approx(0.25, abs=0.03)
    assert set(throttled.answered) | set(failing.answered) == {"200", "500", "502"}


def test_a_table_that_throttles_fails_its_function():
    sim = ecs.Simulation(3)
    api, web = ecs.Api(sim, "shop", "HTTP"), ecs.Function(sim, "web", warm=0.05)
    orders = ecs.Table(
        sim,
        "orders",
        billing_mode="PROVISIONED",
        read_capacity_units=1,
        write_capacity_units=5,
        operations=PUT,
        burst_seconds=0,
    )
    api >> web >> orders
    ecs.Traffic(sim, ecs.constant(10)).to(api)
    run = sim.run(minutes=5)
    assert api.answered["200"] / 300 == pytest.approx(5, rel=0.1)
    assert api.answered["502"] == pytest.approx(total(run, "WriteThrottleEvents", "orders"), abs=3)


def test_a_chain_in_slices_is_the_same_to_the_byte():
    assert shop(stops=(1.0, 59.5, 60.0, 200.25))[0].to_json() == shop()[0].to_json()


def test_the_same_requests_go_to_two_designs():
    """Common random numbers: another function does not move one arrival."""
    assert shop(reserved_concurrency=1)[1].requests == shop()[1].requests


def test_changes_of_a_table_invoke_a_function():
    sim = ecs.Simulation(1)
    table = ecs.Table(sim, "orders", operations=PUT, keys=ecs.Zipf(5), stream_view_type="NEW_IMAGE", latency=0.01)
    table >> ecs.Function(sim, "index", warm=0.05)
    ecs.Traffic(sim, ecs.constant(5)).to(table)
    run = sim.run(minutes=4)
    # A shard is read four times a second, and each read that finds records is an invocation.
    assert 400 < total(run, "Invocations", "index") <= min(4 * 240 * table.partitions, table.requests)


def test_a_table_without_a_stream_invokes_nobody():
    sim = ecs.Simulation(1)
    with pytest.raises(ecs.InvalidSetting, match="table 'orders' has no stream"):
        ecs.Table(sim, "orders") >> ecs.Function(sim, "index", warm=0.05)


def test_an_upload_invokes_a_function_through_a_queue():
    sim = ecs.Simulation(1)
    photos = ecs.Bucket(sim, "photos", duplicate_notifications=0.05)
    queue = ecs.Queue(sim, "thumbnails", visibility_timeout=60)
    resize = ecs.Function(sim, "resize", warm=0.5, timeout=5)
    photos >> queue >> resize
    ecs.Traffic(sim, ecs.constant(2)).to(photos)
    run = sim.run(minutes=30)
    counts = photos.notifications.counts
    assert (
        counts["delivered"] + photos.notifications.waiting
        == counts["sent"]
        == photos.answered["ok"] + (counts["duplicates"]) - (photos.answered["ok"] - photos.notifications.events)
    )
    received = total(run, "NumberOfMessagesSent", "thumbnails")
    assert received == pytest.approx(counts["delivered"], abs=10)
    assert total(run, "Invocations", "resize") > 100
