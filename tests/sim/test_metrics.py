"""Metrics: what the meter keeps of each period."""

import ecslite as ecs


def test_a_column_has_no_data_before_its_first_number_and_after_its_last():
    sim = ecs.Simulation(1)
    columns = []

    def read():
        if sim.now == 120:
            columns.append(sim.meter.column("Use", "one", "Percent", "Average"))
        if 120 <= sim.now <= 180:
            columns[0](sim.now)
        return ()

    sim.meter.read(read)

    assert sim.run(minutes=4).metrics["Use"].statistics == {"Average": (None, 120.0, 180.0, None)}


def test_an_alarm_reads_a_column_by_its_statistic():
    sim = ecs.Simulation(1)
    note = sim.meter.column("Use", "one", "Percent", "Average")
    sim.meter.read(lambda: note(sim.now) or ())
    sim.run(minutes=3)

    seen = [sim.meter.values("Use", "one", statistic, 2) for statistic in ("Average", "Maximum")]

    assert seen == [[120.0, 180.0], [None, None]]
