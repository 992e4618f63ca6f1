"""The board holds what a picture needs: instances and their tasks, zones, deployments, and a card for each part."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest

import ecslite as ecs
from ecslite.views import board, cards, parts


@pytest.fixture(scope="module")
def fleet():
    """Two services on instances, one of them updated at minute 10."""
    sim = ecs.Simulation(3)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=6, desired_capacity=1)
    cluster = ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)])
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.Service(cluster, ecs.TaskDefinition("web", cpu=1024, memory=2048), desired_count=3, load_balancer=front)
    ecs.Service(cluster, ecs.TaskDefinition("job", cpu=256, memory=512), desired_count=1)
    ecs.Traffic(sim, ecs.constant(5), cpu_seconds=0.05).to(front)
    sim.at(600, lambda: web.update(task_definition=ecs.TaskDefinition("web", cpu=512, memory=1024)))
    return sim.run(minutes=30)


@pytest.fixture(scope="module")
def functions():
    sim = ecs.Simulation(3)
    resize = ecs.Function(sim, "resize", warm=0.3, cold=0.8, reserved_concurrency=10)
    ecs.Traffic(sim, ecs.spike(base=5, peak=80, at_minute=5, for_minutes=5)).to(resize)
    return sim.run(minutes=20)


def test_every_task_on_an_instance_names_it_and_when_it_got_there(fleet):
    shown = board.board(fleet)
    known = {one["id"] for one in shown["instances"]}
    assert {task["instance"] in known and task["placed"] >= task["states"][0][0] for task in shown["tasks"]} == {True}


def test_instances_never_hold_more_than_they_have(fleet):
    shown = board.board(fleet)
    for instance in shown["instances"]:
        for second in range(0, 1800, 10):
            here = [
                task
                for task in shown["tasks"]
                if task["instance"] == instance["id"]
                and task["placed"] <= second
                and not any(state == "STOPPED" and at <= second for at, state, _ in task["states"])
            ]
            assert sum(task["cpu"] for task in here) <= instance["cpu"]
            assert sum(task["memory"] for task in here) <= instance["memory"]


def test_both_services_and_both_deployments_of_one_are_there(fleet):
    services = board.board(fleet)["services"]
    assert [(one["name"], len(one["deployments"])) for one in services] == [("web", 2), ("job", 1)]


def test_a_balancer_knows_its_services(fleet):
    assert [one["services"] for one in board.board(fleet)["load_balancers"]] == [["web"]]


def test_a_service_that_is_found_by_a_name_is_on_the_board_without_a_load_balancer():
    sim = ecs.Simulation(1)
    names = {"service_registries": [ecs.Discovery(sim, "orders.shop.local")]}
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("orders"), desired_count=2, **names)
    made = board.board(sim.run(minutes=2))

    assert ([one["name"] for one in made["services"]], made["load_balancers"]) == (["orders"], [])


def test_one_service_may_be_shown_alone(fleet):
    shown = board.board(fleet, service="job")
    assert ({task["service"] for task in shown["tasks"]}, shown["load_balancers"]) == ({"job"}, [])


def test_zones_are_those_of_tasks_and_instances(fleet):
    shown = board.board(fleet)
    assert shown["zones"] == sorted({one["zone"] for one in shown["instances"]})


def test_a_function_is_a_card_with_its_environments_and_its_throttles(functions):
    [card] = board.board(functions)["cards"]
    busy = next(one for one in card["counts"] if one["label"] == "busy")
    refused = next(one for one in card["rates"] if one["bad"])
    assert (card["name"], max(count for _, count, _ in busy["steps"])) == ("resize", 10)
    assert refused["label"] == "429/s" and max(refused["values"]) > 0


def test_a_table_is_a_card_with_a_cell_for_each_partition():
    sim = ecs.Simulation(1)
    orders = ecs.Table(sim, "orders", billing_mode="PROVISIONED", read_capacity_units=50, write_capacity_units=50)
    ecs.Traffic(sim, ecs.constant(5)).to(orders)
    [card] = cards.cards(sim.run(minutes=5))
    assert [cell["label"] for cell in card["cells"]] == ["0"]
    assert max(heat for _, heat, _ in card["cells"][0]["steps"]) >= 1


@pytest.fixture(scope="module")
def slow_bucket():
    sim = ecs.Simulation(1)
    photos = ecs.Bucket(sim, "photos", operations={"GetObject": 1}, prefixes=2, by_the_second=True)
    ecs.Traffic(sim, ecs.constant(16_000)).to(photos)
    return sim.run(minutes=5)


def test_a_bucket_is_a_card_with_a_cell_for_each_prefix_per_cent_of_what_it_takes(slow_bucket):
    [card] = cards.cards(slow_bucket)
    assert (card["cell"], [cell["label"] for cell in card["cells"]]) == ("prefix, % of its limit", ["0", "1"])
    assert card["cells"][0]["steps"][0][1] == pytest.approx(100 * 8000 / 5500, abs=1)


def test_a_buckets_figure_has_its_fullest_prefix_beside_what_it_takes(slow_bucket):
    drawn = {trace["name"]: trace for trace in parts.figure(slow_bucket)["data"]}
    assert min(drawn["photos fullest prefix"]["y"]) > 140
    assert (drawn["photos limit"]["y"], drawn["photos limit"]["line"]["dash"]) == ([100, 100], "dash")
    assert "Bucket photos: fullest prefix at most 146 %" in parts.alt(slow_bucket)
    assert "what it takes" not in parts.alt(slow_bucket)
    assert [panel.name for panel in parts.panels(slow_bucket)] == ["photos rates", "photos prefixes"]


def test_a_tables_figure_has_consumed_beside_provisioned_units():
    sim = ecs.Simulation(1)
    orders = ecs.Table(sim, "orders", billing_mode="PROVISIONED", read_capacity_units=50, write_capacity_units=20)
    ecs.Traffic(sim, ecs.constant(10)).to(orders)
    sim.at(120, lambda: orders.update(read_capacity_units=80))
    run = sim.run(minutes=6)
    drawn = {trace["name"]: trace["y"] for trace in parts.figure(run, ["orders"])["data"]}
    assert list(drawn["orders reads provisioned"]) == [50, 80, 80]
    assert drawn["orders reads consumed"] == pytest.approx([5] * 6, abs=1)
    assert "orders writes consumed" not in drawn


def test_a_table_that_nobody_asked_has_no_panel_of_units():
    sim = ecs.Simulation(1)
    ecs.Table(sim, "orders")
    assert [panel.name for panel in parts.panels(sim.run(minutes=2))] == ["orders rates"]


def test_an_on_demand_tables_figure_has_what_it_consumed_alone():
    sim = ecs.Simulation(1)
    mixed = [ecs.Operation(name="GetItem"), ecs.Operation(name="PutItem")]
    ecs.Traffic(sim, ecs.constant(10)).to(ecs.Table(sim, "orders", operations=mixed))
    panel = next(panel for panel in parts.panels(sim.run(minutes=3)) if panel.name == "orders units")
    assert [line.name for line in panel.lines] == ["orders reads consumed", "orders writes consumed"]


@pytest.fixture(scope="module")
def pipeline():
    """A bucket's events through a topic and a queue to a function that fails half the time."""
    sim = ecs.Simulation(3)
    dead = ecs.Queue(sim, "dead")
    work = ecs.Queue(sim, "work", redrive_policy=ecs.RedrivePolicy(dead, max_receive_count=2))
    photos, news = ecs.Bucket(sim, "photos"), ecs.Topic(sim, "news")
    resize = ecs.Function(sim, "resize", warm=0.3, cold=0.8, error_rate=0.5)
    front = ecs.Api(sim, "front")
    _ = photos >> news >> work >> resize
    _ = front >> ecs.Function(sim, "orders", warm=0.1, cold=0.5) >> ecs.Table(sim, "basket")
    ecs.Traffic(sim, ecs.constant(5)).to(photos)
    ecs.Traffic(sim, ecs.constant(20)).to(front)
    return sim.run(minutes=10)


def test_every_serverless_part_has_its_card(pipeline):
    kinds = [card["kind"] for card in cards.cards(pipeline)]
    assert sorted(set(kinds)) == sorted(cards.KINDS)


def test_every_card_shows_something_that_was_counted_or_measured(pipeline):
    bare = [card["name"] for card in cards.cards(pipeline) if not (card["counts"] or card["rates"])]
    assert bare == []


def test_a_dead_letter_queue_says_whose_letters_it_holds(pipeline):
    found = {card["name"]: card for card in cards.cards(pipeline)}
    assert (found["dead"]["dead_letters_of"], found["work"]["dead_letters_of"]) == ("work", "")
    assert found["dead"]["counts"][0]["steps"][-1][1] > 0


def test_plotly_accepts_the_figure_of_a_pipeline(pipeline):
    assert len(go.Figure(parts.figure(pipeline, ["work", "dead", "resize"])).data) > 8


def test_what_is_on_the_board_is_plain_json(fleet, functions):
    shown = [board.board(fleet), board.board(functions)]
    assert json.loads(json.dumps(shown)) == shown


def test_a_run_of_nothing_has_no_board():
    with pytest.raises(ecs.NotInThisRun, match="there is no board"):
        board.board(ecs.Simulation(1).run(minutes=1))


# Their figures


def test_plotly_accepts_the_figure_of_a_function(functions):
    spec = parts.figure(functions)
    assert go.Figure(spec).data[0].name == "resize init"
    assert list(spec["layout"]["meta"]["panels"]) == ["resize counts", "resize rates", "resize latency"]


def test_lines_of_one_panel_differ_in_more_than_colour(functions):
    looks = [(t["yaxis"], t["line"]["dash"], t.get("fill")) for t in parts.figure(functions)["data"]]
    assert len(set(looks)) == len(looks)


def test_its_words_say_the_peak_of_each_line_with_its_minute(functions):
    assert "Function resize: busy at most 10 environments, in minute" in parts.alt(functions)


def test_the_table_has_a_row_a_minute_and_a_column_a_line(functions):
    table = parts.table(functions)
    lines = parts.figure(functions)["data"]
    assert (len(table["rows"]), len(table["columns"])) == (20, 1 + len(lines))
    busy = table["columns"].index("resize busy (environments)")
    assert max(row[busy] for row in table["rows"] if row[busy] is not None) <= 10


def test_a_quiet_run_is_said_to_be_quiet():
    sim = ecs.Simulation(1)
    ecs.Function(sim, "resize", warm=0.3, cold=0.8)
    assert parts.alt(sim.run(minutes=5)) == "Nothing happened in 5 minutes."


def test_a_part_that_is_not_there_is_answered_with_those_there_are(functions):
    with pytest.raises(ecs.NotInThisRun, match="shrink is not in this run: it has resize"):
        parts.figure(functions, ["shrink"])
