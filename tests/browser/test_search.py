"""The book's own search finds words of its chapters, with no other host."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_word_of_a_chapter_is_found(page: Page, site: str):
    page.goto(f"{site}/search.html?q=throttling")
    results = page.locator("#search-results li")
    expect(results.filter(has_text="A service keeps its promise").first).to_be_visible()


def test_the_search_field_of_a_page_leads_to_the_results(page: Page, site: str):
    page.goto(f"{site}/book/about.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("binpack")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results li").first).to_be_visible()
