"""Two designs over one traffic, bands over many seeds, links, lectures, and the views that explain a run."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import ecslite as ecs
from ecslite.views import anatomy
from ecslite.widgets import Choice, Explorer, Prediction, Range
from ecslite.widgets.shown import anatomy_view, loops_views, together, waterfall_view

pytestmark = pytest.mark.browser

STRATEGIES = {"spread": None, "binpack": [ecs.PlacementStrategy("binpack", "memory")]}


def fleet(peak, strategy, seed):
    sim = ecs.Simulation(seed)
    group = ecs.AutoScalingGroup(sim, "fleet", max_size=10, desired_capacity=1)
    front = ecs.LoadBalancer(sim, "front", deregistration_delay_seconds=5)
    front.trace(from_second=2400, to_second=3600, every=7)
    web = ecs.Service(
        ecs.Cluster(sim, "shop", capacity=[ecs.CapacityProvider(group)]),
        ecs.TaskDefinition("web", cpu=256, memory=512),
        desired_count=2,
        load_balancer=front,
        backlog=5,
        placement_strategy=STRATEGIES[strategy],
    )
    ecs.TargetTracking(web, target=60, min_capacity=2, max_capacity=20)
    ecs.Traffic(sim, ecs.spike(base=2, peak=peak, at_minute=10, for_minutes=15), cpu_seconds=0.12).to(front)
    return sim.run(minutes=90)


def left(run):
    """Instances at the end."""
    return next(m for m in run.metric_list if m.name == "InstancesRunning")["Average"][-1]


def two_loops() -> Explorer:
    return Explorer(
        name="loops",
        question="How many instances remain?",
        controls=[Range("peak", "Traffic at the peak", 2, 20, 2, unit="requests/s")],
        scenario=fleet,
        beside=Choice("strategy", "Placement", {"spread": "Spread", "binpack": "Binpack"}, "spread"),
        outcome=left,
        prediction=Prediction("How many?", 0, 10, unit="instances", panel="instances", settings={"peak": 12}),
        sentence=lambda run, previous: f"{left(run):g} remain.",
        views=together(loops_views, waterfall_view, anatomy_view),
        shrinks={"datapoints": "peak"},
    )


def attach(page: Page) -> None:
    page.evaluate("window.model = new Model(); handle.attach(model)")


@pytest.fixture
def page(visit) -> Page:
    """The page after a run of both designs at the peak."""
    page = visit(explorer=two_loops)
    attach(page)
    page.get_by_label("How many?").last.fill("4")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".ecs-sentence")).to_contain_text("You said 4 instances")
    return page


def names(page: Page, place: int = 0) -> list[str]:
    return page.evaluate(f"document.querySelectorAll('.ecs-plot')[{place}].data.map((trace) => trace.name)")


def test_both_designs_stand_side_by_side_and_the_sentence_names_each(page):
    expect(page.locator(".ecs-figures .main-svg:first-child")).to_have_count(2)
    expect(page.locator(".ecs-sentence")).to_have_text(
        "Spread: 2 remain. Binpack: 1 remain. You said 4 instances, it came to 2 instances (Spread) and"
        " 1 instance (Binpack)."
    )


def test_the_board_looks_into_the_design_that_is_chosen(page):
    page.get_by_role("button", name="Binpack", exact=True).click()
    expect(page.get_by_role("button", name="Binpack", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_text("All events").click()
    said = page.locator(".ecs-tables tbody").inner_text()
    page.get_by_role("button", name="Spread", exact=True).click()
    assert page.locator(".ecs-tables tbody").inner_text() != said


def test_the_run_before_stays_as_a_ghost_until_a_band_takes_its_place(page):
    assert "Running tasks, before" in names(page)
    page.get_by_role("button", name="20 runs").click()
    expect(page.locator(".ecs-sentence")).to_contain_text("20 runs, each with other traffic. Spread: ", timeout=60_000)
    assert ("Running tasks, before" in names(page), "Running tasks, upper" in names(page)) == (False, True)


def answered_in(seconds, seed):
    """A shop whose every request waits so long."""
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front")
    ecs.Service(ecs.Cluster(sim, "shop"), ecs.TaskDefinition("web"), desired_count=1, load_balancer=front, workers=50)
    ecs.Traffic(sim, 2, cpu_seconds=ecs.Constant(0.0), wait_seconds=ecs.Constant(float(seconds))).to(front)
    return sim.run(minutes=5)


def waiting() -> Explorer:
    return Explorer(
        name="waiting",
        question="How long?",
        controls=[Range("seconds", "Each waits", 1, 5, 1, unit="s")],
        scenario=answered_in,
        outcome=lambda run: max(value or 0 for value in run.metrics["TargetResponseTime"]["p95"]),
        prediction=Prediction("How long?", 0, 10, unit="s", settings={"seconds": 5}),
        sentence=lambda run, previous: "So long.",
    )


def test_a_run_before_in_milliseconds_leaves_no_ghost_in_a_panel_of_seconds(visit):
    page = visit(explorer=waiting)
    attach(page)
    page.get_by_role("button", name="Skip", exact=True).click()
    expect(page.locator(".ecs-sentence")).to_contain_text("So long.")
    page.wait_for_function("document.querySelector('.ecs-plot').data.some((one) => one.name === 'Running, before')")
    assert ("Requests, before" in names(page), "p95 latency, before" in names(page)) == (True, False)


def test_a_bar_of_the_waterfall_says_why_and_leads_to_the_control_behind_it(page):
    page.get_by_role("button", name="More data points").click()
    expect(page.locator(".ecs-span-said")).to_contain_text(
        "More data points, 2 minutes. What shortens it: how many data"
    )
    expect(page.locator(".ecs-chain li").first).to_contain_text("Traffic goes from 2 to 12 requests/s.")
    page.get_by_role("button", name="Change it: Traffic at the peak").click()
    expect(page.get_by_role("slider", name="Traffic at the peak")).to_be_focused()


def test_the_anatomy_draws_each_request_of_a_stopping_task_with_its_fate(page):
    expect(page.locator("svg.ecs-anatomy g")).to_have_count(len(anatomy.anatomy(fleet(12, "spread", 1))["requests"]))
    expect(page.locator("svg.ecs-anatomy")).to_have_attribute("aria-label", lambda_text(page))
    page.get_by_role("button", name="Deregistration delay").click()
    expect(page.locator(".ecs-chain li").last).to_contain_text("is taken out of service")


def lambda_text(page: Page) -> str:
    return page.locator(".ecs-anatomy-part .ecs-lead").inner_text()


def test_the_numbers_can_be_kept_as_csv(page):
    page.get_by_text("The numbers behind the figure").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "loops.csv"
    rows = download.value.path().read_bytes().decode().split("\r\n")
    assert (rows[0].split(",")[:2], len(rows)) == (["Minute", "Requests/s"], 92)


def test_a_table_that_looks_like_a_formula_is_made_text(page):
    script = (
        """async () => (await import('/tables.js')).csvOf({ columns: ['a'], rows: [['=1+1'], ['a "b", c'], [-2]] })"""
    )
    assert page.evaluate(script) == 'a\r\n\'=1+1\r\n"a ""b"", c"\r\n-2\r\n'


def test_a_link_brings_settings_seed_prediction_and_moment_back(page, visit):
    page.get_by_role("slider", name="Time in the run").fill("1200")
    page.get_by_role("button", name="Link").click()
    fragment = "#" + page.url.split("#")[1]
    assert fragment == "#x=loops&peak=12&seed=1&said=4&t=1200"
    other = visit(explorer=two_loops, fragment=fragment)
    attach(other)
    expect(other.get_by_text("Your link's settings are set")).to_have_count(0)
    other.get_by_role("button", name="Run", exact=True).click()
    expect(other.locator(".ecs-sentence")).to_contain_text("You said 4 instances, it came to 2 instances")
    assert other.evaluate("handle.state().settings") == {"peak": 12}


def test_a_link_with_values_that_cannot_be_is_read_without_them(visit):
    page = visit(explorer=two_loops, fragment="#x=loops&peak=900&seed=-3&said=abc&t=x")
    assert page.evaluate("[handle.state().settings.peak, handle.state().seed, handle.state().prediction]") == [
        2,
        1,
        None,
    ]


def test_in_a_lecture_the_prediction_is_hidden_until_it_is_revealed(page):
    page.get_by_role("button", name="Lecture").click()
    expect(page.locator(".ecs-sentence")).not_to_contain_text("You said")
    assert page.url.endswith("lecture=1")
    page.get_by_role("button", name="Reveal the prediction").click()
    expect(page.locator(".ecs-sentence")).to_contain_text("You said 4 instances")


@pytest.mark.parametrize("width", [1000, 360])
def test_axe_finds_nothing_serious_and_nothing_runs_over_the_edge(visit, width):
    page = visit(explorer=two_loops, width=width)
    attach(page)
    page.get_by_role("button", name="Skip").click()
    expect(page.locator(".ecs-sentence")).to_contain_text("Binpack")
    page.get_by_role("button", name="More data points").click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
