"""Each page's Content-Security-Policy: its rules, its hashes, and what may not stand in a page beside it."""

import re
from pathlib import Path

import pytest

from book import policy
from book.html import pages
from book.paths import HTML
from book.progress import BuildError

PAGE = '<html><head>\n<meta charset="utf-8">\n<script>let a = 1;</script>\n</head><body>{}</body></html>'
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


def rules(page: str) -> dict[str, list[str]]:
    """A page's policy, by directive."""
    [text] = POLICY.findall(page)
    return {words[0]: words[1:] for words in (part.split() for part in text.split(";"))}


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    """All pages of the built site, JupyterLite's too."""
    found = {path.relative_to(HTML).as_posix(): path.read_text(encoding="utf-8") for path in HTML.rglob("*.html")}
    if "lite/lab/index.html" not in found:
        pytest.fail(f"{HTML} is not a whole site: run `make book` first")
    return found


def test_a_page_allows_its_own_scripts_by_hash_and_no_others():
    page = policy.protected(PAGE.format("<script>let b = 2;</script>"), policy.PAGE)
    expected = {"'self'", "'wasm-unsafe-eval'", policy.hash_of("let a = 1;"), policy.hash_of("let b = 2;")}
    assert set(rules(page)["script-src"]) == expected


def test_a_hash_is_the_one_that_browsers_compute():
    """The vector of CSP's own example."""
    expected = "'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='"
    assert expected == policy.hash_of("doSomething();")


def test_data_blocks_need_no_hash():
    block = '<script type="application/json">{}</script>'
    assert policy.protected(PAGE.format(""), policy.PAGE) == policy.protected(PAGE.format(block), policy.PAGE).replace(
        block, ""
    )


def test_the_policy_comes_right_after_the_encoding():
    page = policy.protected(PAGE.format(""), policy.PAGE)
    assert page.index("charset") < page.index("Content-Security-Policy") < page.index("<script")


def test_a_page_that_has_its_policy_stays_the_same():
    once = policy.protected(PAGE.format(""), policy.PAGE)
    assert policy.protected(once, policy.PAGE) == once


@pytest.mark.parametrize("body", ['<b onclick="x()">', '<a href=" JavaScript:x()">', "<img onerror=x()>"])
def test_a_handler_in_an_attribute_fails_the_build(tmp_path: Path, body: str):
    path = tmp_path / "page.html"
    path.write_text(PAGE.format(body))
    with pytest.raises(BuildError, match=r"page\.html has handlers in attributes"):
        policy.protect(tmp_path, [path], policy.PAGE)


def test_a_page_without_a_head_fails_the_build():
    with pytest.raises(BuildError, match="no place"):
        policy.protected("words", policy.PAGE)


def test_every_page_of_the_site_has_a_policy(site: dict[str, str]):
    assert [name for name, page in site.items() if len(POLICY.findall(page)) != 1] == []


def test_no_page_of_the_site_has_a_handler_in_an_attribute(site: dict[str, str]):
    assert {name: policy.Inline(page).handlers for name, page in site.items() if policy.Inline(page).handlers} == {}


def test_no_page_of_the_book_allows_scripts_of_text(site: dict[str, str]):
    """WebAssembly may be compiled; text may not become a script."""
    wide = {"'unsafe-inline'", "'unsafe-eval'", "data:", "blob:", "*", "http:", "https:"}
    books = [path.relative_to(HTML).as_posix() for path in pages(HTML)]
    assert [name for name in books if wide & set(rules(site[name])["script-src"])] == []


def test_no_page_of_the_site_may_ask_another_host(site: dict[str, str]):
    named = {source for page in site.values() for sources in rules(page).values() for source in sources}
    assert {source for source in named if not source.startswith("'")} == {"data:", "blob:"}


def test_the_books_pages_and_jupyterlites_are_all_pages_of_the_site(site: dict[str, str]):
    books = {path.relative_to(HTML).as_posix() for path in pages(HTML)}
    assert set(site) - books == {name for name in site if name.startswith("lite/")}
