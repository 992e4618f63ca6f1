"""The ground floor: one clock, streams by name, records that carry causes."""

from __future__ import annotations

import pytest

import ecslite as ecs


def test_a_stream_does_not_depend_on_other_streams():
    first, second = ecs.Simulation(7), ecs.Simulation(7)
    second.stream("another part").random()

    assert first.stream("web").random() == second.stream("web").random()


def test_streams_of_two_names_and_of_two_seeds_differ():
    draws = {ecs.Simulation(seed).stream(name).random() for seed in (1, 2) for name in ("a", "b")}

    assert len(draws) == 4


def test_a_run_goes_to_json_and_back():
    sim = ecs.Simulation(1)
    front = ecs.LoadBalancer(sim, "front")
    ecs.Traffic(sim, ecs.constant(2)).to(front)
    run = sim.run(minutes=3)

    assert ecs.Run.from_json(run.to_json()) == run


def test_json_of_another_schema_is_refused_with_the_fix():
    text = ecs.Simulation(1).run(minutes=1).to_json().replace('"schema":1', '"schema":2')

    with pytest.raises(ecs.InvalidSetting, match="run the scenario again"):
        ecs.Run.from_json(text)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ecs.Simulation(seed="x"), "not a whole number"),
        (lambda: ecs.Simulation(1).run(), "either minutes or seconds"),
        (lambda: ecs.Simulation(1).run(minutes=-1), "after 0 s"),
        (lambda: ecs.Simulation(1).run(minutes=10**9), "366 days"),
        (lambda: ecs.constant(-1), "rate=-1"),
        (lambda: ecs.spike(base=1, peak=2, at_minute=0.5, for_minutes=1), "whole minutes"),
        (lambda: ecs.diurnal(low=3, high=1), "low ≤ high"),
        (lambda: ecs.Traffic(ecs.Simulation(1), 5, arrivals="lumps"), "poisson, even, burst"),
        (lambda: ecs.Uniform(3, 1), "swap them"),
        (lambda: ecs.Exponential(-1), "not a duration"),
    ],
)
def test_a_bad_setting_says_the_value_and_the_fix(call, says):
    with pytest.raises(ecs.InvalidSetting, match=says):
        call()


def test_a_run_says_what_it_has_when_asked_for_what_it_has_not():
    run = ecs.Simulation(1).run(minutes=1)

    for ask in (lambda: run.metrics["CPU"], lambda: run.level("DesiredCount"), lambda: run.why(5)):
        with pytest.raises(ecs.NotInThisRun):
            ask()


def test_the_mean_of_a_distribution_is_what_it_says():
    random = ecs.Simulation(3).stream("draws")
    for distribution in (ecs.Exponential(2), ecs.Uniform(1, 5), ecs.LogNormal(2, 0.5), ecs.Constant(1.5)):
        draws = distribution.draw_many(random, 40_000)
        # Four standard errors of the widest of them (the exponential) are 4 × 2 / √40,000 = 2 %.
        assert sum(draws) / len(draws) == pytest.approx(distribution.mean, rel=0.02)
        assert min(draws) >= 0


def test_a_daily_wave_has_its_peak_at_its_hour():
    profile = ecs.diurnal(low=10, high=50, peak_hour=20)

    assert (profile.rate(20 * 60), profile.rate(8 * 60)) == (50, 10)


def test_a_moment_beside_the_grid_may_be_asked_for_again():
    sim = ecs.Simulation(1)
    assert sim.run(minutes=1 / 3).seconds == sim.run(minutes=1 / 3).seconds
