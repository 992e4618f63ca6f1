"""The agenda: one order of time for all serverless parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.errors import InvalidSetting
from ecslite.serverless.agenda import Agenda


def busy(stops, rates=(5.0, 3.0)):
    """Every act and every request of a minute: each request has an echo half a second later."""
    sim = ecs.Simulation(3)
    agenda, seen = sim.the(Agenda), []

    def taker(name):
        def accept(time, cost, wait):
            seen.append((time, name, cost))
            agenda.at(time + 0.5, lambda moment: seen.append((moment, f"echo of {name}", agenda.now)))

        return accept

    for number, rate in enumerate(rates):
        agenda.feed(ecs.Traffic(sim, ecs.constant(rate), name=f"t{number}"), taker(f"t{number}"))
    for stop in [*sorted(stops), 60.0]:
        sim.run(seconds=stop)
    return seen


def test_there_is_one_agenda_for_a_simulation():
    sim = ecs.Simulation(1)
    assert sim.the(Agenda) is sim.the(Agenda)


def test_all_is_done_in_the_order_of_time():
    moments = [moment for moment, *_ in busy([])]
    assert len(moments) > 300
    assert moments == sorted(moments)


@given(st.lists(st.integers(1, 59).map(float), max_size=5, unique=True))
def test_slicing_changes_nothing(stops):
    assert busy(stops) == busy([])


def test_what_is_put_on_the_agenda_for_one_moment_keeps_its_order():
    sim = ecs.Simulation(1)
    agenda, seen = sim.the(Agenda), []
    for name in "abc":
        agenda.at(1.0, lambda moment, name=name: seen.append((moment, name)))
    sim.run(seconds=2)
    assert seen == [(1.0, "a"), (1.0, "b"), (1.0, "c")]


def test_traffic_of_another_simulation_is_refused():
    agenda = ecs.Simulation(1).the(Agenda)
    with pytest.raises(InvalidSetting, match="another simulation"):
        agenda.feed(ecs.Traffic(ecs.Simulation(2), 1.0), lambda *request: None)


def test_a_request_brings_its_work_and_its_waiting():
    sim = ecs.Simulation(1)
    traffic = ecs.Traffic(sim, 1.0, cpu_seconds=ecs.Constant(0.25), wait_seconds=ecs.Constant(2))
    seen = []
    sim.the(Agenda).feed(traffic, lambda time, cpu, wait: seen.append((cpu, wait)))
    sim.run(seconds=60)
    assert set(seen) == {(0.25, 2.0)}
