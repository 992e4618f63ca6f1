"""Lab 5: the scenarios do what the text says of them, and few policies hold both limits of the design."""

import pytest
from played import KEYS, names_of, play

import ecslite as ecs

VARIANTS = (0, 1, 2)


def policy(metric, target, minimum, maximum):
    return f"metric, target, minimum, maximum = {metric!r}, {target}, {minimum}, {maximum}"


@pytest.mark.parametrize("number", VARIANTS)
def test_the_policy_of_every_tutorial_sleeps_while_visitors_are_refused(number):
    names = names_of(5, number)
    asleep, ceiling = names["asleep"], names["cpu_at_most"]
    rush = asleep.metrics["CPUUtilization"]["Average"][38:46]

    assert asleep.events("scaling") == []
    assert sum(asleep.metrics["HTTPCode_Target_5XX_Count"]["Sum"]) > 1000
    assert sum(rush) / len(rush) == pytest.approx(ceiling, rel=0.1)


@pytest.mark.parametrize("number", VARIANTS)
def test_the_engine_scales_in_as_the_prediction_says(number):
    names = names_of(5, number)
    start, blip = names["begins"], names["blip"]

    def settled(calm, once):
        levels = [300 if at < start else once if at == blip else calm for at in range(100)]
        return [(int(seconds // 60), count) for seconds, count, _ in names["settle"](levels)][1:]

    assert settled(273, 273) == []
    assert settled(200, 200) == [(names["minute_b"], names["tasks_b"])]
    assert settled(200, 275) == [(names["minute_c"], names["tasks_b"])]


REASONS = {
    "a": "it has the maximum of 10 tasks",
    "d": "the cooldown of 900 s after the last scale-in has not ended",
    "e": "is not ready to scale in",
    "g": "a deployment is in progress",
}


@pytest.mark.parametrize("number", VARIANTS)
def test_the_last_reason_before_each_call_is_the_right_one(number):
    names = names_of(5, number)
    right = [names[name] for name in ("first", "second", "third", "fourth")]
    said = [
        [event.text for event in night.events("scaling_held") if event.seconds < 60 * minute][-1]
        for night, (_, _, minute) in zip(names["nights"], names["calls"], strict=True)
    ]

    assert sorted(right) == ["a", "d", "e", "g"]
    assert [REASONS[letter] in text for letter, text in zip(right, said, strict=True)] == [True] * 4


def counts_of_the_bad_night(**settings):
    """The desired counts of the night whose new revision fails its health checks, with these settings of its update."""
    names = names_of(5)
    sim, checkout, front = names["open_checkout"](7, 3)
    limits = {"min_capacity": 3, "max_capacity": 10, "scale_in_cooldown": 900}
    names["track"](checkout, "requests", 300, **limits)
    names["track"](checkout, "cpu", 15, **limits)
    new = ecs.Application(workers=4, backlog=20, fails_health_checks=True)
    sim.at(45 * 60, lambda: checkout.update(application=new, **settings))
    visitors = names["thursday"](7, 360)
    ecs.Traffic.from_cloudwatch(sim, visitors, cpu_seconds=0.02, wait_seconds=0.34, from_minute=2).to(front)
    return [count for _, count, _ in sim.run(minutes=100).level("DesiredCount").steps]


def test_the_cure_of_the_bad_night_lets_the_service_scale_in_again():
    breaker = ecs.DeploymentCircuitBreaker(enable=True, rollback=True)
    cured = ecs.DeploymentConfiguration(deployment_circuit_breaker=breaker)

    assert counts_of_the_bad_night()[-1] == max(counts_of_the_bad_night())
    assert counts_of_the_bad_night(deployment_configuration=cured)[-1] == 3


SHORTCUTS = {
    "CPU at 60": (policy("cpu", 60, 4, 12), "worst_p95"),
    "a task full to its workers": (policy("requests", 480, 2, 12), "worst_p95"),
    "the target of the examples before": (policy("requests", 300, 2, 12), "worst_p95"),
    "enough for the rush all evening": (policy("requests", 300, 8, 12), "task_minutes"),
    "a target so low that nobody waits": (policy("requests", 150, 4, 12), "task_minutes"),
    "a maximum without a look at the bank": (policy("requests", 250, 4, 20), "connections"),
    "a maximum below the rush": (policy("requests", 250, 4, 4), "worst_p95"),
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_shortcut_is_told_which_limit_it_breaks(name):
    answer, measure = SHORTCUTS[name]
    found = play(5, "5.7", answer)

    assert f"your {measure} is" in found.check
    assert found.judge.startswith("5.7 wrong:")


@pytest.mark.parametrize(
    "answer",
    [policy("requests", 250, 4, 12), policy("requests", 275, 4, 11), policy("cpu", 15, 3, 12)],
    ids=["requests", "a higher target", "CPU far below its stop"],
)
def test_several_policies_hold_all_limits(answer):
    found = play(5, "5.7", answer, key=KEYS[1])

    assert (found.check, found.judge) == ("5.7: that is right.\n", "5.7 right\n")


def test_the_limits_leave_few_policies():
    """Of 2 metrics, 4 targets each and 5 minima, fewer than one in five holds both limits."""
    names = names_of(5)
    tried = []
    for metric, targets in (("requests", (150, 250, 350, 450)), ("cpu", (10, 20, 40, 60))):
        for target in targets:
            for minimum in (1, 2, 3, 4, 6):
                run = names["evening"](names["thursday"](7), metric, target, minimum, 12)
                tried.append(names["worst_p95"](run) <= 2.2 and names["task_minutes"](run) <= 490)

    assert 0 < sum(tried) < len(tried) / 5
