"""The Content-Security-Policy of every page: what it may load and run is what the site itself brings, and nothing else.

A static site has no headers of its own, so each page carries the policy in a meta element. The few scripts that the
theme writes into a page are allowed by their hashes; a handler in an attribute cannot be, so it becomes a mark that
page.ts listens to. A worker goes by the header of its own file: a host that can send one may send the same policy with
worker.js (`header`), and Python starts under it.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from book.progress import BuildError

PAGE = {
    "default-src": ["'self'"],
    "script-src": ["'self'", "'wasm-unsafe-eval'"],
    "worker-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "font-src": ["'self'", "data:"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "object-src": ["'none'"],
    "frame-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
}
"""A page of the book. Styles may stand in it: plotly.js and CodeMirror write theirs at run time."""

LAB = {
    **PAGE,
    "script-src": ["'self'", "'wasm-unsafe-eval'", "'unsafe-eval'"],
    "frame-src": ["'self'"],
    "base-uri": ["'self'"],
}
"""JupyterLite: its settings are checked by functions that ajv writes at run time."""

FULLSCREEN = ' onclick="toggleFullScreen()"'
"""The theme's one handler in an attribute."""

FULLSCREEN_MARK = " data-ecs-fullscreen"

META = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?')
ENCODING = re.compile(r"<meta charset=[^>]*>\n?", re.IGNORECASE)
HEAD = re.compile(r"<head\b[^>]*>\n?", re.IGNORECASE)
"""After one of them comes the policy: before anything that it must rule, but browsers want the encoding first."""

DATA = re.compile(r"json$")
"""Types of a script element that no browser runs."""


class Inline(HTMLParser):
    """The scripts that stand in a page, and the attributes that are handlers."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes handlers, and whether a script's text comes next."""
        names = dict(attrs)
        for name, value in attrs:
            if name.startswith("on") or (value or "").lstrip().lower().startswith("javascript:"):
                self.handlers.append(f"<{tag} {name}={value!r}>")
        self.inside = tag == "script" and "src" not in names and not DATA.search(names.get("type") or "")
        if self.inside:
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        """Gathers a script's text."""
        if self.inside:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """The script's end."""
        self.inside = False


def protect(site: Path, pages: Iterable[Path], rules: dict[str, list[str]]) -> None:
    """Writes the policy into the pages; BuildError for a handler that cannot be ruled by it."""
    for path in sorted(pages):
        before = path.read_text(encoding="utf-8")
        after = protected(before, rules)
        if found := Inline(after).handlers:
            raise BuildError(f"{path.relative_to(site)} has handlers in attributes, which its policy forbids: {found}")
        if after != before:
            path.write_text(after, encoding="utf-8")


def protected(page: str, rules: dict[str, list[str]]) -> str:
    """The page with its policy; the same however often it is done."""
    page = META.sub("", page).replace(FULLSCREEN, FULLSCREEN_MARK)
    found = ENCODING.search(page) or HEAD.search(page)
    if found is None:
        raise BuildError(f"a page has no head, so its policy has no place: {page[:80]!r}")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page, rules)}">\n'
    return f"{page[: found.end()]}{meta}{page[found.end() :]}"


def policy(page: str, rules: dict[str, list[str]]) -> str:
    """The rules as a policy's text, with the hashes of the scripts that stand in the page."""
    hashes = sorted({hash_of(script) for script in Inline(page).scripts})
    return header({**rules, "script-src": [*rules["script-src"], *hashes]})


def header(rules: dict[str, list[str]]) -> str:
    """The rules as the value of the header Content-Security-Policy."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def hash_of(text: str) -> str:
    """A text as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
