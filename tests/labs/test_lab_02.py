"""Lab 2: each line of the document that survives is needed, and few health checks meet all demands."""

import json

import pytest
from played import KEYS, names_of, play

import ecslite as ecs

pytestmark = pytest.mark.lab

LAB = 2
SURVIVOR = json.loads(names_of(LAB)["survivor"])


def without(*path):
    """The reference document of 2.7 without one of its members, as the source of an answer."""
    document = json.loads(json.dumps(SURVIVOR))
    place = document["containerDefinitions"]
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return f"survivor = {json.dumps(document)!r}"


def changed(container, **members):
    document = json.loads(json.dumps(SURVIVOR))
    document["containerDefinitions"][container] |= members
    return f"survivor = {json.dumps(document)!r}"


SHORTCUTS = {
    "web waits for nothing": (without(0, "dependsOn"), "seconds_before_proxy"),
    "web waits for its start alone": (
        changed(0, dependsOn=[{"containerName": "proxy", "condition": "START"}]),
        "seconds_before_proxy",
    ),
    "web does not wait for logs": (without(0, "dependsOn", 1), "seconds_without_logs"),
    "no restart": (without(2, "restartPolicy"), "seconds_without_logs"),
    "a restart after 300 s": (changed(2, restartPolicy={"enabled": True}), "seconds_without_logs"),
    "the default stopTimeout": (without(2, "stopTimeout"), "killed"),
    "little patience with the proxy": (changed(1, startTimeout=20), "replaced"),
    "essential, and not restarted": (changed(2, essential=True, restartPolicy={"enabled": False}), "replaced"),
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_each_line_of_the_document_that_survives_is_needed(name):
    answer, measure = SHORTCUTS[name]
    found = [play(LAB, "2.7", answer, key=key) for key in KEYS]

    assert [f"your {measure} is" in one.check for one in found] == [True] * len(KEYS)
    assert [one.judge.startswith("2.7 wrong:") for one in found] == [True] * len(KEYS)


@pytest.mark.parametrize(
    ("cpu", "memory", "measure"),
    [("256", "2048", "vcpu"), ("512", "3072", "usd_an_hour"), ("512", "1024", "replaced")],
)
def test_the_size_of_the_document_that_survives_is_the_cheapest_that_does(cpu, memory, measure):
    text = json.dumps(SURVIVOR | {"cpu": cpu, "memory": memory})
    found = play(LAB, "2.7", f"survivor = {text!r}")

    assert f"your {measure} is" in found.check
    assert found.judge.startswith("2.7 wrong:")


@pytest.mark.parametrize(
    ("answer", "measure"),
    [
        ("30, 3, 0", "hang_found"),
        ("30, 1, 90", "false_alarms"),
        ("5, 3, 90", "false_alarms"),
        ("10, 3, 30", "false_alarms"),
        ("10, 3, 300", "bad_start_found"),
        ("20, 3, 90", "hang_found"),
    ],
)
def test_a_check_that_misses_a_demand_is_told_which(answer, measure):
    found = play(LAB, "2.6", f"interval, retries, start_period = {answer}")

    assert f"your {measure} is" in found.check
    assert found.judge.startswith("2.6 wrong:")


@pytest.mark.parametrize("answer", ["5, 5, 90", "10, 3, 110", "15, 2, 90"])
def test_several_checks_meet_all_demands(answer):
    found = [play(LAB, "2.6", f"interval, retries, start_period = {answer}", key=key) for key in KEYS]

    assert [one.judge for one in found] == ["2.6 right\n"] * len(KEYS)
    assert found[0].check == "2.6: that is right.\n"


def test_three_demands_leave_few_checks():
    """Of 5 intervals, 10 retries and 16 start periods, less than one in ten meets what the visible check asks."""
    names = names_of(LAB)
    morning, unhealthy_at, found, started = (names[name] for name in ("morning", "unhealthy_at", "found", "started"))

    def meets(*check):
        if unhealthy_at(morning(*check)) or found(morning(*check, pauses=(), hangs_at=601), 601) > 45:
            return False
        never = morning(*check, warm_up=3600)
        return found(never, started(never)) <= 150

    tried = [meets(*one) for one in _grid()]

    assert 0 < sum(tried) < len(tried) / 10


def _grid():
    return [(i, r, s) for i in (5, 10, 15, 20, 30) for r in range(1, 11) for s in range(0, 301, 60)]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_holds_web_alone_does_not_hold_both(number):
    """The size that forgets the log collector is a size of Fargate, and the task in it is out of memory."""
    names = names_of(LAB, number)
    alone = min(size for cpu in (256, 512, 1024) for size in ecs_sizes(cpu) if size >= names["web_mib"])

    assert names["web_mib"] <= alone < names["web_mib"] + names["logs_mib"]


def ecs_sizes(cpu):
    """The memory sizes that Fargate has for so much CPU, as its message lists them."""
    with pytest.raises(ecs.InvalidSetting) as refused:
        ecs.TaskDefinition("any", cpu=cpu, memory=1)
    return [int(size) for size in str(refused.value).rpartition("offers ")[2].rstrip(")").split(", ")]
