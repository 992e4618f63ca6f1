"""Long work in the page: its progress is seen, and its Stop button ends it and nothing else."""

from __future__ import annotations

from pages import CHAPTER, start, until
from playwright.sync_api import Page, expect

LONG = """import ecslite as ecs
from ecslite.widgets import watch

def wait_a_little(seed):
    sim = ecs.Simulation(seed)
    front = ecs.LoadBalancer(sim, "front")
    web = ecs.TaskDefinition("web", cpu=256, memory=512)
    ecs.Service(ecs.Cluster(sim, "shop"), web, desired_count=2, load_balancer=front)
    ecs.Traffic(sim, ecs.constant(20), cpu_seconds=0.05).to(front)
    return sum(sim.run(minutes=20).metrics["RequestCount"]["Sum"])

trials = await watch(ecs.Sweep(wait_a_little, ecs.seeds(RUNS)))
print(len(trials), "runs were made")"""


def run_code(page: Page, code: str) -> None:
    """Runs code in the page's first cell."""
    page.locator(".ecs-editor .cm-content").first.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def test_a_sweep_shows_its_progress_and_ends(page: Page, site: str):
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    run_code(page, LONG.replace("RUNS", "3"))
    output = page.locator(".cell_output:has(.progress-bar)").first

    expect(output).to_contain_text("all 3 runs")
    expect(output).to_contain_text("3 runs were made")


def test_a_sweep_is_stopped_by_its_button_and_python_goes_on(page: Page, site: str):
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    run_code(page, LONG.replace("RUNS", "5000"))
    output = page.locator(".cell_output:has(.progress-bar)").first
    bar = "parseFloat(document.querySelector('.cell_output .progress-bar')?.style.width ?? '0') > 0"
    until(page, bar)
    output.get_by_role("button", name="Stop", exact=True).click()

    expect(output).to_contain_text("stopped after")
    expect(output).to_contain_text("runs were made")
    page.wait_for_selector("html[data-kernel=ready]")
    run_code(page, "print(len(trials) > 0)")
    expect(page.locator(".cell_output", has_text="True").first).to_be_visible()


def test_long_work_that_reports_may_take_longer_than_the_limit(page: Page, site: str):
    page.clock.install()
    page.goto(f"{site}/{CHAPTER}")
    start(page)
    run_code(page, LONG.replace("RUNS", "5000"))
    bar = "parseFloat(document.querySelector('.cell_output .progress-bar')?.style.width ?? '0')"
    for _ in range(3):
        before = page.evaluate(bar)
        page.clock.fast_forward("00:40")
        until(page, f"{bar} > {before}")

    assert page.locator("html").get_attribute("data-kernel") == "busy"
    page.locator(".cell_output").get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_selector("html[data-kernel=ready]")
