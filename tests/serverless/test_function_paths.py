"""Three ways to the same numbers: the plain version, the loop over a batch, and the agenda, in any slices."""

from __future__ import annotations

from itertools import chain, repeat
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lambda_parts import Given

import ecslite as ecs
from ecslite.serverless import environments

MOMENTS = st.integers(1, 4000).map(lambda tick: tick / 16)
KEPT = 20.0


class Plain:
    """The plain version: every environment is looked at for every request."""

    def __init__(self, warm, inits, *, timeout, reserved, recycle):
        self.warm, self.inits = iter(warm), chain(inits, repeat(inits[-1]))
        self.timeout, self.reserved, self.recycle = timeout, reserved, recycle
        self.environments, self.durations, self.second = [], [], {}
        self.cold = self.throttled = self.errors = self.billed = self.peak = 0
        self.lives = 0.0

    def gone_at(self, each):
        return min(each["idle_from"] + KEPT, max(each["idle_from"], each["started"] + self.recycle))

    def serve(self, arrival):
        work = next(self.warm)
        for each in [each for each in self.environments if self.gone_at(each) <= arrival]:
            self.end(each)
        self.second[int(arrival)] = self.second.get(int(arrival), 0) + 1
        busy = sum(each["idle_from"] > arrival for each in self.environments)
        if self.second[int(arrival)] > 10 * self.reserved or busy >= self.reserved:
            self.throttled += 1
            return
        idle = [each for each in self.environments if each["idle_from"] <= arrival]
        init = 0.0
        if idle:
            chosen = idle[-1]
        else:
            self.cold += 1
            chosen = {"started": arrival, "again": None}
            self.environments.append(chosen)
            init = next(self.inits)
            if init > 10:
                chosen["again"], init = init, 10.0
        if chosen["again"] is not None:
            work += next(self.inits) if chosen["again"] == "reset" else chosen["again"]
            chosen["again"] = None
        if work > self.timeout:
            work, chosen["again"] = self.timeout, "reset"
            self.errors += 1
        chosen["idle_from"] = arrival + init + work
        self.durations.append(work)
        self.billed += ceil(1000 * (init + work) - 2e-5)
        self.peak = max(self.peak, busy + 1)

    def end(self, each):
        self.lives += self.gone_at(each) - each["started"]
        self.environments.remove(each)


@settings(max_examples=300)
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=60),
    reserved=st.integers(0, 6),
    timeout=st.sampled_from([1, 5, 11, 900]),
    recycle=st.sampled_from([60.0, 100.0, 86_400.0]),
    cuts=st.lists(MOMENTS, max_size=6),
    few=st.sampled_from([-1, 1, 3, 1000]),
    agenda=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_plain_version_the_batch_and_the_agenda_agree(
    *, moments, reserved, timeout, recycle, cuts, few, agenda, seed
):
    arrivals, random = sorted(set(moments)), Random(seed)
    warm = [random.randint(0, 160) / 16 for _ in arrivals]
    inits = [random.randint(0, random.choice([8, 200])) / 16 for _ in range(2 * len(arrivals) + 2)]
    plain = Plain(warm, inits, timeout=timeout, reserved=reserved, recycle=recycle)
    for arrival in arrivals:
        plain.serve(arrival)
    for each in list(plain.environments):
        plain.end(each)

    sim = ecs.Simulation(1)
    ours = ecs.Function(
        sim,
        "f",
        warm=Given(*warm),
        init=Given(*inits),
        timeout=timeout,
        idle_seconds=KEPT,
        recycle_seconds=recycle,
        reserved_concurrency=reserved,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "FEW", few)
        begin = 0
        for cut in [*sorted(cuts), 1e4]:
            end = sum(moment <= cut for moment in arrivals)
            if agenda:
                for moment in arrivals[begin:end]:
                    ours._arrive(moment, 0.0, 0.0)
            elif begin < end:
                ours.accept(arrivals[begin:end], [0.0] * (end - begin))
            begin = end
    run = sim.run(seconds=6000)

    found = {metric.name: metric for metric in run.metric_list}
    assert found["Invocations"]["Sum"][0] == len(plain.durations)
    assert found["Throttles"]["Sum"][0] == plain.throttled
    assert found["Errors"]["Sum"][0] == plain.errors
    assert found["ColdStarts"]["Sum"][0] == plain.cold
    assert found["ConcurrentExecutions"]["Maximum"][0] == plain.peak
    assert run.of_kind("function")[0].attributes["billed_milliseconds"] == plain.billed
    assert ours.mean_environments * 6000 == pytest.approx(plain.lives, abs=1e-9)
    if plain.durations:
        assert found["Duration"]["Maximum"][0] == 1000 * max(plain.durations)
        assert found["Duration"]["Average"][0] == pytest.approx(1000 * sum(plain.durations) / len(plain.durations))


SETTINGS = st.fixed_dictionaries(
    {
        "timeout": st.sampled_from([1, 3, 900]),
        "error_rate": st.sampled_from([0.0, 0.1]),
        "reserved_concurrency": st.sampled_from([None, 1, 3, 40]),
        "provisioned_concurrency": st.sampled_from([0, 1]),
        "provisioning_seconds": st.sampled_from([0.0, 90.0]),
        "idle_seconds": st.sampled_from([0.0, 5.0, 600.0]),
        "recycle_seconds": st.sampled_from([None, 60.0]),
        "environments_ahead": st.sampled_from([0, 1]),
        "init": st.sampled_from([ecs.Constant(0.0), ecs.LogNormal(0.4), ecs.Exponential(6.0)]),
        "warm": st.sampled_from([None, ecs.Constant(0.5), ecs.Exponential(0.5), ecs.LogNormal(1.0, 2.0)]),
        "memory": st.sampled_from([512, 1769]),
    }
)


def one(chosen, rate, spread, *, agenda=False, few=30, stops=()):
    sim = ecs.Simulation(11)
    hello = ecs.Function(sim, "hello", **chosen)
    ecs.Traffic(sim, rate, arrivals=spread, cpu_seconds=0.2, wait_seconds=0.3).to(hello)
    if agenda:
        hello.meet()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "FEW", few)
        for stop in sorted(stops):
            sim.run(seconds=stop)
        return sim.run(seconds=150).to_json()


@settings(max_examples=100)
@given(
    chosen=SETTINGS,
    rate=st.sampled_from([0.2, 3.0, 20.0]),
    spread=st.sampled_from(["poisson", "even", "burst"]),
    few=st.sampled_from([-1, 4, 30]),
    stops=st.lists(st.floats(1, 149), max_size=4, unique=True),
)
def test_the_batch_the_agenda_and_slices_give_the_same_run_to_the_byte(chosen, rate, spread, few, stops):
    whole = one(chosen, rate, spread)

    assert one(chosen, rate, spread, agenda=True) == whole
    assert one(chosen, rate, spread, few=few, stops=stops) == whole


def test_a_source_that_is_met_in_the_middle_of_a_run_goes_on_where_it_was():
    def run(meet):
        sim = ecs.Simulation(11)
        hello = ecs.Function(sim, "hello", warm=ecs.Exponential(0.5))
        ecs.Traffic(sim, 3).to(hello)
        if meet:
            sim.at(95.5, hello.meet)
        return sim.run(seconds=300).to_json()

    assert run(True) == run(False)
