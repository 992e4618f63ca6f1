"""The function station: against an event-by-event oracle, against itself in slices, and against the real Lambda."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecslite as ecs
from ecslite.serverless import environments
from ecslite.serverless.function import Function

MOMENTS = st.integers(1, 4000).map(lambda tick: tick / 16)
KEPT = 20.0


class Given(ecs.Distribution):
    """The durations of a list, in turn."""

    def __init__(self, durations):
        self.durations = iter(durations)

    @property
    def mean(self):
        return 0.0

    def draw_many(self, random, count):
        return [next(self.durations) for _ in range(count)]


def event_by_event(arrivals, warm, cold, concurrency):
    """The plain version: every environment is looked at for every request. Durations, cold starts, lives, the peak."""
    environments, durations, lives, peak, cold = [], [], 0.0, 0, iter(cold)
    cold_starts = 0
    for arrival, wanted in zip(arrivals, warm, strict=True):
        for each in [each for each in environments if each["idle_from"] + KEPT <= arrival]:
            lives += each["idle_from"] + KEPT - each["started"]
            environments.remove(each)
        idle = [each for each in environments if each["idle_from"] <= arrival]
        if idle:
            chosen, duration = max(idle, key=lambda each: each["number"]), wanted
        elif len(environments) < concurrency:
            chosen, duration = {"number": cold_starts, "started": arrival}, next(cold)
            environments.append(chosen)
            cold_starts += 1
        else:
            continue
        chosen["idle_from"] = arrival + duration
        durations.append(duration)
        peak = max(peak, sum(each["idle_from"] > arrival for each in environments))
    lives += sum(each["idle_from"] + KEPT - each["started"] for each in environments)
    return durations, cold_starts, lives, peak


@settings(max_examples=200)
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=60),
    concurrency=st.integers(0, 6),
    cuts=st.lists(MOMENTS, max_size=6),
    few=st.sampled_from([-1, 1, 3, 1000]),
    seed=st.integers(0, 1000),
)
def test_the_batch_agrees_with_the_oracle_in_any_slices(moments, concurrency, cuts, few, seed):
    arrivals, random = sorted(set(moments)), Random(seed)
    warm, cold = ([random.randint(1, 200) / 16 for _ in arrivals] for _ in range(2))
    durations, cold_starts, lives, peak = event_by_event(arrivals, warm, cold, concurrency)
    sim = ecs.Simulation(1)
    batch = Function(
        sim, "f", warm=Given(warm), cold=Given(cold), timeout=900, idle_seconds=KEPT, reserved_concurrency=concurrency
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "FEW", few)
        begin = 0
        for cut in [*sorted(cuts), 1e4]:
            end = sum(moment <= cut for moment in arrivals)
            if begin < end:
                batch.accept(arrivals[begin:end], [0.0] * (end - begin))
            begin = end
    run = sim.run(seconds=6000)

    found = {metric.name: metric for metric in run.metric_list}
    assert found["Invocations"]["Sum"][0] == len(durations)
    assert found["Throttles"]["Sum"][0] == len(arrivals) - len(durations)
    assert found["ColdStarts"]["Sum"][0] == cold_starts
    assert found["ConcurrentExecutions"]["Maximum"][0] == peak
    assert batch.mean_environments * 6000 == pytest.approx(lives, abs=1e-9)
    if durations:
        assert found["Duration"]["Maximum"][0] == 1000 * max(durations)


def lambda_run(rate, warm, cold, *, seed=1, seconds=3600.0, stops=(), **settings):
    sim = ecs.Simulation(seed)
    hello = Function(sim, "hello", warm=ecs.Exponential(warm), cold=ecs.Exponential(cold), timeout=900, **settings)
    ecs.Traffic(sim, ecs.constant(rate)).to(hello)
    for stop in stops:
        sim.run(seconds=stop)
    return sim.run(seconds=seconds), hello


@pytest.mark.parametrize("few", [-1, 30])
def test_a_run_in_slices_is_the_same_to_the_byte(few, monkeypatch):
    monkeypatch.setattr(environments, "FEW", few)
    whole, _ = lambda_run(3.0, 2.0, 2.5, seconds=1200, idle_seconds=30)
    sliced, _ = lambda_run(3.0, 2.0, 2.5, seconds=1200, idle_seconds=30, stops=(0.5, 33.3, 60, 61, 500.125, 1199))

    assert whole.to_json() == sliced.to_json()


def test_with_environments_that_never_expire_the_peak_starts_each_of_them():
    run, hello = lambda_run(5.0, 1.0, 1.0, idle_seconds=86400)

    assert hello.cold_starts == max(run.metrics["ConcurrentExecutions"]["Maximum"])
    assert run.metrics["Environments"]["Average"][-1] == hello.cold_starts


def test_above_the_limit_requests_are_throttled_as_erlang_b_says():
    """M/M/4/4 at 3 Erlang loses 20.6 %."""
    run, _ = lambda_run(3.0, 1.0, 1.0, seconds=36000, reserved_concurrency=4)
    served, refused = (sum(run.metrics[name]["Sum"]) for name in ("Invocations", "Throttles"))

    # 108,000 requests: the standard error, with its autocorrelation, is below 0.3 %.
    assert refused / (served + refused) == pytest.approx(0.2061, abs=0.01)
    assert max(run.metrics["ConcurrentExecutions"]["Maximum"]) == 4


def test_a_cold_start_says_why():
    run, _ = lambda_run(1.0, 1.0, 1.0)
    cold = run.events("function")[1]

    assert "no environment was idle" in cold.text
    assert [event.kind for event in run.why(cold)] == ["function", "traffic"]


MEASURED = [
    # arrivals/s, warm s, cold s, probability of a cold start, mean environments
    (0.00186, 1.9550, 2.5634, 0.34299, 0.6742),
    (0.00425, 1.9583, 2.3978, 0.07948, 0.9459),
    (0.01638, 1.9594, 2.3409, 0.01955, 1.2699),
    (0.09987, 1.9726, 2.3101, 0.00595, 2.7641),
    (0.39749, 1.9978, 2.1805, 0.00208, 5.0450),
    (0.79794, 2.0155, 2.1828, 0.00156, 7.5639),
]
"""Experiments 13, 17, 12, 11, 6 and 8 on AWS Lambda: data of the SimFaaS project (github.com/pacslab/simfaas),
described in N. Mahmoudi and H. Khazaei, "SimFaaS", CLOSER 2021. The probabilities have standard errors of up to
16 %."""


def test_cold_starts_and_environments_are_those_measured_on_lambda():
    errors = []
    for rate, warm, cold, probability, mean in MEASURED:
        # Hundreds of cold starts each: our own error is then below that of the measurement.
        _, hello = lambda_run(rate, warm, cold, seconds=2e6 if rate < 0.1 else 5e5)
        simulated = hello.cold_starts / hello.invocations
        errors.append((abs(simulated / probability - 1), abs(hello.mean_environments / mean - 1)))

    of_probability, of_environments = (sum(each) / len(each) for each in zip(*errors, strict=True))
    assert of_probability <= 0.15
    assert of_environments <= 0.04


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"memory": 127}, "memory=127: use MiB, a whole number from 128 to 10,240"),
        ({"memory": 10_241}, "memory=10241: use MiB"),
        ({"memory": 512.5}, "memory=512.5: use MiB"),
        ({"timeout": 901}, "timeout=901: use seconds"),
        ({"timeout": 0}, "timeout=0: use seconds"),
        ({"ephemeral_storage": 100}, "ephemeral_storage=100: use MiB, a whole number from 512"),
        ({"architecture": "x86"}, "architecture='x86': use one of x86_64, arm64"),
        ({"runtime": "cobol"}, "runtime='cobol': use one of"),
        ({"snap_start": "on"}, "snap_start='on': use one of PublishedVersions, None"),
        ({"reserved_concurrency": -1}, "reserved_concurrency=-1: use"),
        ({"reserved_concurrency": 901}, "at most 900 can still be set aside of the account's 1000"),
        ({"provisioned_concurrency": 901}, "at most 900 can still be set aside"),
        ({"provisioned_concurrency": 11, "reserved_concurrency": 10}, "is above reserved_concurrency=10"),
        ({"provisioned_concurrency": 1, "version": "$LATEST"}, "only a published version or an alias"),
        ({"provisioned_concurrency": 1, "snap_start": "PublishedVersions"}, "one or the other"),
        ({"snap_start": "PublishedVersions", "version": "$LATEST"}, "only published versions have it"),
        ({"snap_start": "PublishedVersions", "ephemeral_storage": 1024}, "it goes up to 512 MiB"),
        ({"snap_start": "PublishedVersions", "runtime": "nodejs22.x"}, "use one of java11"),
        ({"idle_seconds": -1}, "idle_seconds=-1: use 0 to 86400"),
        ({"recycle_seconds": 1}, "recycle_seconds=1: use 60 to 86400"),
        ({"error_rate": 2}, "error_rate=2 is not a share"),
        ({"provisioning_seconds": -1}, "AWS takes 60 to 120"),
        ({"environments_ahead": -1}, "environments_ahead=-1: use"),
        ({"threads": 0}, "threads=0: use"),
        ({"maximum_retry_attempts": 3}, "maximum_retry_attempts=3: use"),
        ({"maximum_event_age_seconds": 59}, "maximum_event_age_seconds=59: use"),
    ],
)
def test_a_setting_outside_its_range_is_refused(settings, says):
    with pytest.raises(ecs.InvalidSetting, match=re.escape(says)):
        Function(ecs.Simulation(1), "f", warm=1, **settings)
