"""Control to figure: every control of every explorer on every page of the book, from its move to the figure drawn.

The explorers are found on the built pages: a new one is measured from its first build on.
"""

from __future__ import annotations

import statistics

from playwright.sync_api import Page

from bench.rows import Budget, Row, missing
from bench.visits import Launch, book_pages, chromium, press_start, visit, why_not
from book.paths import HTML

__all__ = ["rows"]

MOVES = 24
"""Moves of each explorer, its controls in turn."""

BUDGET = Budget("≤", 100, "ms")
WHAT = "control to figure drawn"

MOVE = """
async ([place, number]) => {
  const box = document.querySelectorAll(".ecs-explorer")[place];
  const group = box.querySelector(".ecs-controls");
  const inputs = [...group.querySelectorAll("input[type=range], select, fieldset")];
  const control = inputs[number % inputs.length];
  const plot = box.querySelector(".js-plotly-plot");
  const live = new Promise((done) => {
    let ran = false;
    new MutationObserver((_, observer) => {
      ran ||= box.dataset.state === "running";
      if (ran && box.dataset.state === "live") { observer.disconnect(); done(performance.now()); }
    }).observe(box, { attributes: true, attributeFilter: ["data-state"] });
  });
  const drawn = plot ? new Promise((done) => plot.once("plotly_afterplot", () => done(performance.now()))) : live;
  const began = performance.now();
  if (control.matches("input")) {
    const [low, high, step] = [control.min, control.max, control.step].map(Number);
    const places = Math.round((high - low) / step) + 1;
    const at = Math.round((Number(control.value) - low) / step);
    control.value = low + ((at + 1 + number % Math.max(places - 1, 1)) % places) * step;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (control.matches("select")) {
    control.selectedIndex = (control.selectedIndex + 1) % control.options.length;
    control.dispatchEvent(new Event("change", { bubbles: true }));
  } else {
    const options = [...control.querySelectorAll("input[type=radio]")];
    options[(options.findIndex((each) => each.checked) + 1) % options.length].click();
  }
  return Math.max(await live, await drawn) - began;
}
"""


def rows() -> list[Row]:
    """p50 and p95 of each explorer of the book."""
    if why := why_not():
        return [missing(WHAT, BUDGET, why)]
    with chromium() as (launch, address):
        return [row for page in book_pages() if explorers(page) for row in of_page(launch, address, page)]


def explorers(page: str) -> int:
    """How many explorers a built page has."""
    return (HTML / page).read_text(encoding="utf-8").count('class="ecs-explorer"')


def of_page(launch: Launch, address: str, name: str) -> list[Row]:
    """The rows of a page's explorers, all moved in one visit."""
    with visit(launch) as context:
        page = context.new_page()
        press_start(page, f"{address}/{name}")
        page.wait_for_timeout(2000)  # a reader reads on before they touch anything
        return [row for place in range(explorers(name)) for row in of_explorer(page, name, place)]


def of_explorer(page: Page, name: str, place: int) -> list[Row]:
    """An explorer's two rows."""
    box = page.locator(".ecs-explorer").nth(place)
    title = box.get_attribute("data-explorer") or str(place)
    box.scroll_into_view_if_needed()
    box.locator(".ecs-quiet", has_text="Skip").first.click()
    page.wait_for_timeout(1000)
    page.locator(f".ecs-explorer >> nth={place}").and_(page.locator("[data-state=live]")).wait_for()
    taken = sorted(page.evaluate(MOVE, [place, number]) for number in range(MOVES))
    figures = [("p50", statistics.median(taken)), ("p95", taken[int(0.95 * (len(taken) - 1))])]
    where = f"{name.removeprefix('chapters/').removesuffix('.html')}: {title}"
    return [
        Row(f"{WHAT}, {where}, {kind}", f"{figure:.0f} ms", "", figure, BUDGET, f"{MOVES} moves")
        for kind, figure in figures
    ]
