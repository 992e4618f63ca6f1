"""What the chapter on Lambda says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

from math import exp

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def launch(chapter):
    """The launch of thirty requests a second, half a second each."""

    def run(**settings):
        return chapter["launch"](
            **{"rate": 30, "milliseconds": 500, "reserved": 0, "standing": 0, "seed": 7, **settings}
        )

    return run


@pytest.fixture(scope="module")
def refused(chapter):
    """The share of a run's requests that was throttled."""

    def share(run):
        throttled = chapter["whole"](run, "Throttles")
        return throttled / (throttled + chapter["whole"](run, "Invocations"))

    return share


@pytest.mark.parametrize("seed", SEEDS)
def test_the_busier_a_function_the_fewer_of_its_requests_are_cold(chapter, seed):
    busy, ten, hour = (chapter["cold_share"](chapter["quiet"](between, 0, seed)) for between in (1, 10, 60))

    assert [busy < 2, 25 < ten < 50, hour > 75] == [True] * 3


def test_gaps_as_long_as_an_environment_is_kept_are_one_in_e(chapter):
    """Over many evenings: the standard error of the share over 40 × 72 requests is under 1 %."""
    runs = [chapter["quiet"](10, 0, seed) for seed in range(40)]
    cold, invocations = (sum(chapter["whole"](run, name) for run in runs) for name in ("ColdStarts", "Invocations"))

    assert cold / invocations == pytest.approx(exp(-1), abs=0.03)


def test_one_provisioned_environment_spares_a_quiet_function_its_cold_starts(chapter):
    assert chapter["cold_share"](chapter["quiet"](10, 1, 7)) == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("rate", "milliseconds"), [(30, 500), (60, 500), (30, 1000)])
def test_concurrency_is_rate_times_duration(chapter, launch, rate, milliseconds, seed):
    run = launch(rate=rate, milliseconds=milliseconds, seed=seed)

    assert chapter["busy_on_average"](run) == pytest.approx(rate * milliseconds / 1000, rel=0.05)
    assert chapter["at_most"](run) > 1.3 * rate * milliseconds / 1000


@pytest.mark.parametrize("seed", SEEDS)
def test_every_environment_that_was_needed_began_with_a_cold_start(chapter, launch, seed):
    run = launch(seed=seed)

    assert chapter["whole"](run, "ColdStarts") == chapter["at_most"](run)
    assert sum(run.metrics["ColdStarts"]["Sum"][10:12]) > 0.8 * chapter["at_most"](run)


@pytest.mark.parametrize("seed", SEEDS)
def test_reserved_concurrency_keeps_nothing_warm_and_throttles(chapter, launch, refused, seed):
    run = launch(reserved=10, seed=seed)

    assert chapter["whole"](run, "ColdStarts") == 10
    assert refused(run) > 0.3


def test_what_is_throttled_gets_429_and_the_events_say_so(launch):
    assert any(" × 429 from card" in event.text for event in launch(reserved=10).events("function"))


@pytest.mark.parametrize("seed", SEEDS)
def test_provisioned_concurrency_is_no_limit_and_spills_over(chapter, launch, refused, seed):
    run = launch(standing=10, seed=seed)

    assert chapter["whole"](run, "ColdStarts") > 10
    assert refused(run) == 0


def test_provisioned_and_reserved_together_are_warm_and_a_ceiling(chapter, launch, refused):
    run = launch(standing=10, reserved=10)

    assert chapter["whole"](run, "ColdStarts") == 0
    assert refused(run) > 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_exercise_2_a_reservation_of_the_product_throttles_a_sixth(launch, refused, seed):
    """Erlang's formula for 15 lines and 15 calls in progress gives 18 %."""
    assert refused(launch(reserved=15, seed=seed)) == pytest.approx(0.18, abs=0.03)
    assert refused(launch(reserved=20, seed=seed)) < 0.06


def test_a_function_that_nobody_calls_costs_nothing_and_a_provisioned_one_does(chapter):
    ecs = chapter["ecs"]
    idle, _ = chapter["open_counter"]()
    standing, _ = chapter["open_counter"](provisioned_concurrency=1)

    assert ecs.bill(idle.run(minutes=60)).total == 0
    assert ecs.bill(standing.run(minutes=60)).total * 730 > 15


def test_work_that_computes_costs_the_same_with_any_memory_up_to_one_vcpu(chapter):
    ecs = chapter["ecs"]

    def costs(memory):
        sim = ecs.Simulation(7)
        card = ecs.Function(sim, "card", memory=memory, cpu_seconds=ecs.Constant(0.5), init=0.5, timeout=30)
        ecs.Traffic(sim, ecs.constant(2)).to(card)
        return ecs.bill(sim.run(minutes=30)).total

    assert costs(512) == pytest.approx(costs(1769), rel=0.02)


def test_a_task_costs_what_it_costs_and_steady_work_makes_the_function_dearer(chapter):
    ecs = chapter["ecs"]

    def month(build):
        sim = ecs.Simulation(7)
        build(sim)
        return 730 * ecs.bill(sim.run(minutes=60)).total

    def task(sim):
        definition = ecs.TaskDefinition("card", cpu=1024, memory=2048)
        ecs.Service(ecs.Cluster(sim, "shop"), definition, desired_count=1)

    def function(per_minute):
        def build(sim):
            card = ecs.Function(sim, "card", memory=1769, warm=0.5, timeout=30)
            ecs.Traffic(sim, ecs.constant(per_minute / 60)).to(card)

        return build

    few, many = (month(function(per_minute)) for per_minute in (10, 120))
    assert few < month(task) < many


def test_twice_the_memory_takes_half_the_time_up_to_one_vcpu(chapter):
    ecs = chapter["ecs"]

    def median(memory):
        sim = ecs.Simulation(7)
        card = ecs.Function(sim, "card", memory=memory, cpu_seconds=ecs.Constant(0.5), init=0.5, timeout=30)
        ecs.Traffic(sim, ecs.constant(2)).to(card)
        return sim.run(minutes=30).metrics["Duration"]["p50"][20]

    assert median(512) == pytest.approx(2 * median(1024), rel=0.02)
