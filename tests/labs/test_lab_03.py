"""Lab 3: the shortcuts of its code do not pass, and its design has few answers, each for a reason."""

import pytest
from played import KEYS, names_of, play

import ecslite as ecs

pytestmark = pytest.mark.lab

LAB = 3

HOW_MANY = """
def how_many(kind, cpu, memory, mode="bridge", host_port=0):
    interfaces, port = {interfaces} if mode == "awsvpc" else 99, {port} if host_port else 99
    return min(kind.cpu // cpu, {memory} // memory, interfaces, port)
"""


def how_many(memory="kind.memory", interfaces="kind.max_enis - 1", port="1"):
    return HOW_MANY.format(memory=memory, interfaces=interfaces, port=port)


@pytest.mark.parametrize("key", KEYS)
def test_what_fits_on_a_server_is_what_the_scarcest_of_four_things_allows(key):
    assert play(LAB, "3.2", how_many(), key=key).judge == "3.2 right\n"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "answer", [how_many(interfaces="kind.max_enis"), how_many(interfaces="99"), how_many(port="99")]
)
def test_whoever_forgets_an_interface_or_a_port_is_told(answer, key):
    assert play(LAB, "3.2", answer, key=key).judge.startswith("3.2 wrong:")


def test_whoever_takes_the_memory_of_the_brochure_is_told_by_the_visible_check():
    assert "7,985" in play(LAB, "3.2", how_many(memory="kind.nominal_mib")).check


LEFT = """
def room(run):
    held = [task.attributes for task in run.of_kind("task") if task.states[-1][1] != "STOPPED"]
    return [[one.attributes[what] - sum(task[what] for task in held if task.get("instance") == one.id)
             for what in ("cpu", "memory")] for one in run.of_kind("instance")]
"""
SUM = """
def more(run, cpu, memory):
    free = room(run)
    return min(sum(one for one, _ in free) // cpu, sum(two for _, two in free) // memory)
"""
CPU_ALONE = """
def more(run, cpu, memory):
    return sum(one // cpu for one, _ in room(run))
"""
STOPPED_TOO = """
def more(run, cpu, memory):
    held = [task.attributes for task in run.of_kind("task")]
    total = 0
    for one in run.of_kind("instance"):
        free = one.attributes["cpu"] - sum(task["cpu"] for task in held if task.get("instance") == one.id)
        total += max(free // cpu, 0)
    return total
"""


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("answer", [LEFT + SUM, LEFT + CPU_ALONE, STOPPED_TOO])
def test_room_is_counted_on_each_server(answer, key):
    found = play(LAB, "3.5", answer, key=key)

    assert "your " in found.check
    assert found.judge.startswith("3.5 wrong:")


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_call_names_what_is_missing(number):
    """In the chain that is printed, and nothing of the other two."""
    names = names_of(LAB, number)
    words = {"P": "already using a port", "E": "RESOURCE:ENI", "F": "insufficient CPU units"}
    said = {which: [event.text for event in call().log] for which, call in names["CALLS"].items()}

    assert {
        which: [key for key in words if any(words[key] in text for text in texts)] for which, texts in said.items()
    } == {
        "P": ["P"],
        "E": ["E"],
        "F": ["F"],
    }


def test_each_remedy_helps():
    """A free port, trunking, and binpack for those who came first: then all have a place."""
    names = names_of(LAB)
    fleet, blueprint, evening, running = (names[name] for name in ("fleet", "blueprint", "evening", "running"))

    def deployed(port):
        sim, shop = fleet(servers=3)
        window = blueprint("window", 512, 512, host_port=port)
        both = {}
        sim.at(120, lambda: both.update(window=ecs.Service(shop, window, desired_count=3)))
        new = blueprint("window", 512, 512, host_port=port, revision=2)
        sim.at(300, lambda: both["window"].update(task_definition=new))
        return sim.run(minutes=15).of_kind("deployment")[-1].states[-1][1]

    def baskets(trunking):
        sim, shop = fleet(trunking=trunking)
        sim.at(120, lambda: ecs.Service(shop, blueprint("basket", 256, 512, "awsvpc"), desired_count=10))
        return running(sim.run(minutes=10), "basket")

    assert [deployed(80), deployed(0)] == ["IN_PROGRESS", "COMPLETED"]
    assert [baskets(False), baskets(True)] == [8, 10]
    assert [running(evening(16, 1280, name), "report") for name in ("spread", "binpack")] == [0, 2]


@pytest.mark.parametrize("seed", [3, 11, 29])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_predictions_hold_for_other_seeds(number, seed):
    names = names_of(LAB, number)
    reports = [
        names["running"](names["evening"](names["windows"], names["report_cpu"], name, seed), "report")
        for name in ("spread", "binpack")
    ]
    empty = [names["on_each"](names["night"](*night_of(names), name, seed)).count(0) for name in names["STRATEGIES"]]

    assert reports == [names["spread"], names["binpack"]]
    assert empty == [names["empty_spread"], names["empty_binpack"], names["empty_zones_then_binpack"]]


def night_of(names):
    return [names[name] for name in ("servers", "zones", "before", "after")]


DESIGNS = {
    ("m5.large", 4, "spread", False): "without_place",
    ("m5.large", 4, "spread", True): "deployment_minutes",
    ("m5.large", 5, "spread", True): "deployment_minutes",
    ("c5.large", 8, "spread", True): "without_place",
    ("m5.xlarge", 3, "binpack", True): "in_one_basket",
    ("c5.2xlarge", 2, "spread", True): "in_one_basket",
    ("m5.large", 8, "spread", False): "usd_an_hour",
}


def chosen(design):
    return f"server_type, how_many_servers, strategy, trunking = {design!r}"


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_a_design_that_misses_a_demand_is_told_which(design):
    found = play(LAB, "3.7", chosen(design))

    assert f"your {DESIGNS[design]} is" in found.check
    assert found.judge.startswith("3.7 wrong:")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("design", [("m5.large", 6, "spread", True), ("c5.xlarge", 4, "spread", False)], ids=str)
def test_other_designs_than_the_reference_meet_all_demands(design, key):
    found = play(LAB, "3.7", chosen(design), key=key)

    assert (found.check, found.judge) == ("3.7: that is right.\n", "3.7 right\n")
