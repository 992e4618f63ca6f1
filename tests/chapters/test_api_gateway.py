"""What the chapter on the front door says is so: each claim of its text, asserted on its own scenarios."""

from __future__ import annotations

import pytest

SEEDS = [7, 8, 9]


@pytest.fixture(scope="module")
def rush(chapter):
    """The rush of twenty requests a second at a limit of ten, with a bucket of a thousand."""

    def run(**settings):
        return chapter["rush"](**{"peak": 20, "rate": 10, "burst": 1000, "again": 0, "seed": 7, **settings})

    return run


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("burst", [20, 500, 1000])
def test_a_bucket_refuses_what_comes_above_its_rate_and_its_burst(chapter, rush, burst, seed):
    """3,600 arrivals have a standard deviation of 60."""
    assert chapter["refused"](rush(burst=burst, seed=seed)) == pytest.approx(10 * 180 - burst, abs=180)


def test_a_thousand_tokens_last_for_a_hundred_seconds(rush):
    minutes = rush().metrics["ThrottledCount", "front"]["Sum"]

    assert (minutes[4], minutes[5] > 100, minutes[6] > 500) == (0, True, True)


@pytest.mark.parametrize("seed", SEEDS)
def test_trying_again_makes_many_more_requests_and_hardly_more_answers(chapter, rush, seed):
    total, refused = chapter["total"], chapter["refused"]
    plain, again = rush(seed=seed), rush(again=1, seed=seed)

    assert total(again, "Count") > 1.4 * total(plain, "Count")
    assert total(again, "Count") - refused(again) < 1.02 * (total(plain, "Count") - refused(plain))


@pytest.mark.parametrize("seed", SEEDS)
def test_under_the_rate_a_bucket_of_one_refuses_many_and_one_of_twenty_hardly_any(chapter, rush, seed):
    one, twenty = (rush(peak=9, burst=burst, seed=seed) for burst in (1, 20))

    assert chapter["refused"](one) > 0.3 * chapter["total"](one, "Count")
    assert chapter["refused"](twenty) < 0.01 * chapter["total"](twenty, "Count")


@pytest.mark.parametrize("seed", SEEDS)
def test_about_half_of_the_callers_get_a_504_and_all_reports_are_finished(chapter, seed):
    run = chapter["report"](30, 29, seed)

    assert 40 < chapter["unanswered"](run) < 65
    assert chapter["finished"](run) == chapter["total"](run, "Invocations", "page")


def test_a_longer_wait_gives_callers_their_report(chapter):
    assert chapter["unanswered"](chapter["report"](30, 110, 7)) == 0


def test_where_lambda_throttles_the_api_answers_500(chapter):
    ecs = chapter["ecs"]
    sim, front, _ = chapter["open_door"](work_seconds=1.0, reserved=2)
    ecs.Traffic(sim, ecs.constant(5)).to(front)
    run = sim.run(minutes=10)

    assert set(front.answered) == {"200", "500"}
    # What was refused in the last moments may not have been answered yet.
    assert front.answered["500"] == pytest.approx(chapter["total"](run, "Throttles", "page"), abs=2)


def test_a_refused_request_never_reaches_the_function(chapter, rush):
    run = rush()
    let_through = chapter["total"](run, "Count") - chapter["refused"](run)

    assert chapter["total"](run, "Invocations", "page") == pytest.approx(let_through, abs=3)


def test_the_longer_a_cache_keeps_its_answers_the_fewer_invocations_there_are(chapter):
    ecs = chapter["ecs"]

    def invocations(ttl):
        sim, front, page = chapter["open_door"](keys=ecs.Zipf(200, 1.0), cache=ecs.CacheSettings("0.5", ttl))
        ecs.Traffic(sim, ecs.constant(5)).to(front)
        sim.run(minutes=30)
        return page.invocations

    counts = [invocations(ttl) for ttl in (0, 10, 60, 300, 3600)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] <= 200 < 0.2 * counts[0]


def test_an_idle_cache_costs_by_the_hour(chapter):
    ecs = chapter["ecs"]
    sim, _, _ = chapter["open_door"](cache=ecs.CacheSettings("0.5"))

    assert 730 * ecs.bill(sim.run(minutes=60)).total == pytest.approx(14.6)


def test_where_the_function_fails_the_api_answers_502(chapter):
    ecs = chapter["ecs"]
    sim = ecs.Simulation(7)
    front = ecs.Api(sim, "front", "REST")
    front >> ecs.Function(sim, "page", warm=0.1, error_rate=1.0)
    ecs.Traffic(sim, ecs.constant(1)).to(front)
    sim.run(minutes=5)

    assert set(front.answered) == {"502"}
