"""What a reader can do with an explorer, in a real browser, with Python at the other end."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from scenarios import shop

from ecslite.views import board, figures, story, words
from ecslite.views import picture as pictures
from ecslite.widgets import assets

pytestmark = pytest.mark.browser


def attach(page: Page) -> None:
    page.evaluate("window.model = new Model(); handle.attach(model)")


def predict(page: Page, value: int = 4) -> None:
    page.get_by_label("How many at the most?").last.fill(str(value))


def slider(page: Page, name: str = "Traffic in the rush"):
    return page.get_by_role("slider", name=name)


def sentence(page: Page):
    return page.locator(".ecs-sentence")


def live(page: Page) -> Page:
    """The page with a kernel and the start's own result, after a skipped prediction and a reset."""
    attach(page)
    page.get_by_role("button", name="Skip").click()
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    page.get_by_role("button", name="Reset").click()
    expect(sentence(page)).to_have_text("At most 2 tasks ran.")
    page.evaluate("model.asked = []")
    return page


# Before a kernel


def test_before_anything_starts_figure_and_board_are_there(visit):
    page = visit()
    expect(page.locator(".ecs-explorer .main-svg").first).to_be_visible()
    expect(page.locator(".ecs-task:visible")).to_have_count(2)
    expect(page.locator(".ecs-still")).to_have_count(0)
    assert page.evaluate("woken") == 0


def test_run_and_controls_wait_for_a_prediction(visit):
    page = visit()
    run = page.get_by_role("button", name="Run", exact=True)
    expect(run).to_be_disabled()
    expect(slider(page)).to_be_disabled()
    predict(page)
    expect(run).to_be_enabled()


def test_run_wakes_the_kernel_and_the_wish_is_answered_when_it_has_come(visit):
    page = visit()
    predict(page)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Starting Python in your browser")).to_be_visible()
    assert page.evaluate("woken") == 1
    attach(page)
    expect(sentence(page)).to_have_text("At most 7 tasks ran. You said 4 tasks, it came to 7 tasks.")
    assert page.evaluate("model.asked") == [{"n": 1, "settings": {"peak": 16, "crash": False}, "seed": 7}]


def test_skip_runs_the_same_and_says_nothing_of_a_prediction(visit):
    page = visit()
    attach(page)
    page.get_by_role("button", name="Skip").click()
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    expect(sentence(page)).to_be_focused()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()


def test_a_prediction_stays_as_a_ghost_on_the_figure(visit):
    page = visit()
    predict(page, 5)
    page.get_by_role("button", name="Run", exact=True).click()
    attach(page)
    expect(page.locator(".ecs-plot .annotation").filter(has_text="you said 5 tasks")).to_have_count(1)


def test_words_of_the_data_never_become_markup(visit):
    page = visit()
    expect(page.locator(".ecs-question")).to_have_text("What does a <b>rush</b> do?")


def test_without_plotly_the_still_picture_stays(visit):
    page = visit(plotly=False)
    expect(page.locator(".ecs-plot svg.ecs-picture")).to_be_visible()


def test_a_widget_of_another_schema_fails_in_its_own_box(visit):
    data = '<script type="application/json" class="ecs-data">{"spec":{"schema":9}}</script>'
    page = visit(html=f'<div class="ecs-explorer">{data}</div>')
    expect(page.get_by_role("alert")).to_contain_text("it was made for schema 9 and this page reads 2")
    expect(page.get_by_role("heading", name="A page")).to_be_visible()


# With a kernel


def test_a_moved_control_changes_sentence_figure_and_board(visit):
    page = live(visit())
    before = page.evaluate("document.querySelector('.ecs-plot').data.map((trace) => trace.y)")
    slider(page).fill("16")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    assert page.evaluate("document.querySelector('.ecs-plot').data.map((trace) => trace.y)") != before
    page.get_by_role("slider", name="Time in the run").fill("1500")
    expect(page.locator(".ecs-running strong")).to_have_text("7")


def test_of_wishes_made_meanwhile_only_the_last_is_run(visit):
    page = live(visit())
    page.evaluate("model.held = true")
    for value in ("10", "12", "14", "16"):
        slider(page).fill(value)
    page.evaluate("model.held = false")
    page.evaluate("model.answer()")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    assert page.evaluate("model.asked.map((request) => request.settings.peak)") == [10, 16]


def test_a_refused_setting_is_said_in_words_and_the_last_result_stays(visit):
    page = live(visit())
    slider(page).fill("13")
    expect(page.get_by_role("alert")).to_have_text(
        "peak=13: 13 brings bad luck, use 14 The last good result is still shown."
    )
    expect(sentence(page)).to_have_text("At most 2 tasks ran.")
    slider(page).fill("16")
    expect(page.locator(".ecs-error")).to_be_hidden()


def test_new_traffic_is_another_seed_and_reset_comes_back_without_a_run(visit):
    page = live(visit())
    page.get_by_role("button", name="New traffic").click()
    expect(page.locator(".ecs-explorer")).to_have_attribute("data-state", "live")
    assert page.evaluate("handle.state().shown.seed") == 8
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("[handle.state().shown.seed, model.asked.length]") == [7, 1]


def test_a_lost_kernel_leaves_all_that_is_shown_and_a_touch_asks_for_another(visit):
    page = live(visit())
    slider(page).fill("16")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    page.evaluate("handle.detach('it ran too long')")
    expect(page.get_by_text("Python has stopped: it ran too long.")).to_be_visible()
    expect(page.locator(".ecs-explorer .main-svg").first).to_be_visible()
    slider(page).fill("4")
    assert page.evaluate("woken") == 1
    attach(page)
    expect(sentence(page)).to_have_text("At most 2 tasks ran.")


# The board


def test_the_board_is_scrubbed_by_keyboard_and_the_figures_cursor_follows(visit):
    page = visit()
    time = page.get_by_role("slider", name="Time in the run")
    time.focus()
    before = page.locator(".ecs-cursor").bounding_box()["x"]
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("handle.state().seconds") == float(time.input_value())
    assert page.locator(".ecs-cursor").bounding_box()["x"] > before


def test_enter_on_a_task_says_why_it_runs(visit):
    page = visit()
    page.locator(".ecs-task:visible").first.focus()
    page.keyboard.press("Enter")
    chain = page.locator(".ecs-chain li")
    expect(chain.first).to_contain_text("Service web is created with a desired count of 2.")
    expect(chain.last).to_contain_text("health check")


def test_the_next_scaling_decision_is_explained_from_the_traffic_on(visit):
    page = live(visit())
    slider(page).fill("16")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    page.get_by_role("button", name="Next scaling decision").click()
    expect(page.locator(".ecs-chain li").first).to_contain_text("Traffic goes from 4 to 16 requests/s.")
    expect(page.locator(".ecs-chain li").last).to_contain_text("Scale out to 4 tasks")
    expect(page.locator(".ecs-time")).to_have_text("13:15")


def test_events_of_one_moment_each_get_their_turn(visit):
    page = live(visit())
    slider(page).fill("16")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    page.get_by_role("slider", name="Time in the run").fill("790")
    said = []
    for _ in range(3):
        page.get_by_role("button", name="Next event").click()
        said.append(page.locator(".ecs-chain li").last.get_attribute("data-kind"))
    assert said == ["alarm", "scaling", "service"]


def test_the_reader_keeps_their_place_in_time_when_a_result_comes(visit):
    page = live(visit())
    page.get_by_role("slider", name="Time in the run").fill("1200")
    slider(page).fill("16")
    expect(sentence(page)).to_have_text("At most 7 tasks ran.")
    assert page.evaluate("handle.state().seconds") == 1200


def test_nothing_plays_for_a_reader_who_asks_for_no_motion(visit):
    expect(visit().get_by_role("button", name="Play")).to_be_disabled()


def test_play_moves_through_time_and_stops_off_screen(visit):
    page = visit(motion="no-preference")
    before = page.evaluate("handle.state().seconds")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"handle.state().seconds > {before}")
    page.evaluate("document.body.style.paddingTop = '9000px'; scrollTo(0, 0)")
    expect(page.locator(".ecs-play")).to_have_text("Play")


# For everybody


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 360])
def test_axe_finds_nothing_serious_and_nothing_runs_over_the_edge(visit, theme, width):
    page = visit(width=width)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    predict(page)
    page.get_by_role("button", name="Run", exact=True).click()
    attach(page)
    expect(sentence(page)).to_contain_text("You said 4 tasks")
    page.get_by_role("button", name="Next scaling decision").click()
    for summary in page.locator("summary").all():
        summary.click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_says_moments_and_numbers_as_python_does(visit):
    page = visit()
    values = [0, 0.0842, 1, 3, 59.9, 84.26, 99.94, 750, 3599, 3750, 12345.6]
    script = """async (values) => {
      const { amountWords, clock, numberWords } = await import("/dom.js");
      const withUnits = (value) => ["tasks", "/s", ""].map((unit) => amountWords(value, unit));
      return values.map((value) => [clock(value), numberWords(value), ...withUnits(value)]);
    }"""
    said = [
        [words.clock(value), words.number(value), *(words.amount(value, unit) for unit in ("tasks", "/s", ""))]
        for value in values
    ]
    assert page.evaluate(script, values) == said


def test_the_page_tells_a_chain_as_python_does(visit):
    run = shop()
    script = """async ([events, id]) => {
      const { chainOf, eventSentence } = await import('/why.js');
      return chainOf(events, id).map((event, place) => `${place + 1}. ${eventSentence(event)}`);
    }"""
    event = run.events("scaling")[-1]
    assert visit().evaluate(script, [board.events(run), event.id]) == story.why(run, event)


# In a reader's own Jupyter

RENDER = """
import widget from "/esm.js";
const el = document.querySelector(".ecs-explorer"), data = JSON.parse(el.querySelector(".ecs-data").textContent);
window.sent = [];
window.heard = {};
window.model = {
  get: (name) => data[name], on: (name, act) => { heard[name] = act; }, off() {}, send: (message) => sent.push(message),
};
el.replaceChildren();
widget.render({ model, el });
"""


def test_the_bundle_renders_in_a_notebook_and_asks_python_for_plotly(visit):

    page = visit(plotly=False, script=RENDER)
    expect(page.locator(".ecs-question")).to_be_visible()
    assert page.evaluate("sent") == [{"type": "plotly.js wanted"}]
    page.evaluate(
        "(source) => heard['msg:custom']({ type: 'plotly.js' }, [new TextEncoder().encode(source)])", assets.plotly_js()
    )
    expect(page.locator(".ecs-plot .main-svg").first).to_be_visible()


def test_where_there_is_no_plotly_at_all_python_sends_the_picture(visit):
    page = visit(plotly=False, script=RENDER)
    expect(page.locator(".ecs-question")).to_be_visible()
    picture = pictures.picture(figures.service(shop(minutes=20)), "what it shows")
    page.evaluate("(picture) => heard['msg:custom']({ type: 'plotly.js', picture }, [])", picture)
    expect(page.locator(".ecs-plot svg.ecs-picture")).to_have_count(1)
