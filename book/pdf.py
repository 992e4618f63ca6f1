"""`pdf`: the whole book on paper, from the pages of the site: their articles, one after the other, printed by Chromium.

No script runs: what a reader sees without JavaScript is what stands on paper, pictures drawn at the build included.
What is folded on the page (code that draws a figure, tables, hints) is left to the page; the exercises' solutions stand
at the end. Chromium cannot write page numbers into a table of contents: the book is printed, its chapters are looked up
in the print, and it is printed again.
"""

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import yaml

from book import browsers
from book.html import TOC
from book.paths import BUILD, HTML
from book.progress import BuildError

NAME = "ecs-by-experiment"
WHOLE = BUILD / "pdf" / "book.html"
PDF = BUILD / f"{NAME}.pdf"

LEFT_OUT = {"book/again"}
"""Asks again what chapters ask."""

ARTICLE = re.compile(r'<article class="bd-article"[^>]*>(.*)</article>', re.S)
SHEET = re.compile(r'<link\b[^>]*\brel="stylesheet"[^>]*>')
ADDRESS = re.compile(r'\b(href|src)="([^"]*)"')
IDENTITY = re.compile(r'\b(id|for|aria-labelledby|aria-describedby)="([^"]+)"')
PLACE = '<div class="ecs-answer"></div>'
"""Where a page puts an exercise's input."""

EXERCISE = re.compile(
    rf'{PLACE}(?=(?:(?!{PLACE}).)*?<script [^>]*class="ecs-data">(.*?)</script>)',
    re.S,
)
SCRIPT = re.compile(r"<script\b.*?</script>", re.S)
HEADING = re.compile(r"<h1[^>]*>(.*?)(?:<a\b|</h1>)", re.S)
SOLVED = re.compile(
    r'<p class="ecs-prompt">((?:(?!</p>).)*)</p>(?:(?!<p class="ecs-prompt">).)*?'
    r"<details><summary>Solution</summary><p>((?:(?!</p>).)*)</p></details>",
    re.S,
)
CODE = re.compile(r"`([^`]+)`")
SOLUTIONS = "solutions"
"""The article of all solutions."""

TITLE = """<article class="title">
<p class="name">ECS by Experiment</p>
<p>Containers, Fargate and serverless on AWS, on a model that you can break</p>
<p class="small">Printed from the pages of the book. Figures are still here: what moves, and the hints, are on
the pages, which run in a browser with nothing to install. The solutions stand at the end.</p>
<p class="small">Text: CC BY 4.0. Code: MIT.</p>
</article>"""

STYLE = """
@page { size: A4; margin: 20mm 18mm 22mm; }
html { font-size: 10.5pt; scroll-padding: 0; }
body { background: #fff; }
article { break-before: page; }
article.title { break-before: auto; padding-top: 70mm; text-align: center; }
article.title .name { font-size: 30pt; font-weight: 700; }
article.title .small { font-size: 9.5pt; margin: 12mm auto 0; max-width: 110mm; }
h1, h2, h3 { break-after: avoid; break-inside: avoid; }
.contents ol { list-style: none; padding: 0; }
.contents li { display: flex; gap: .5em; margin: .35em 0; }
.contents li::before { content: ""; order: 1; flex: 1; border-bottom: 1px dotted #999; margin-bottom: .3em; }
.contents .page { order: 2; }
.contents a, .contents a:visited { color: inherit; text-decoration: none; }
.solved { break-inside: avoid; margin: 0 0 1em; }
.solved p { margin: 0 0 .2em; }
.solved p:first-child { font-weight: 600; }
figure, svg, img, .admonition, .ecs-exercise, tr { break-inside: avoid; }
.headerlink, .ecs-bar, .copybtn, details, .toctree-wrapper, .ecs-begin { display: none !important; }
.ecs-answer ul { list-style: "\\2610  "; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.ecs-still svg { max-height: 88mm; }
.ecs-still > p:not(.ecs-alt), .ecs-still svg { break-after: avoid; }
.pst-scrollable-table-container, .cell_output { overflow: visible !important; }
"""

FOOT = """<div style="width: 100%; font: 8pt sans-serif; text-align: center; color: #555">
<span class="pageNumber"></span></div>"""


def build() -> str:
    """Prints the built site."""
    names = [name for name in contents() if name not in LEFT_OUT]
    missing = [name for name in names if not (HTML / f"{name}.html").is_file()]
    if missing:
        raise BuildError(f"{HTML} has no {', '.join(missing)}: run `make book` first.")
    WHOLE.parent.mkdir(parents=True, exist_ok=True)
    pages = {name: (HTML / f"{name}.html").read_text(encoding="utf-8") for name in names}
    WHOLE.write_text(whole(pages), "utf-8")
    print_(WHOLE, PDF)
    WHOLE.write_text(whole(pages, numbers=first_pages(PDF)), "utf-8")
    print_(WHOLE, PDF)
    return f"{len(names)} pages of the site, {PDF.stat().st_size / 1e6:.1f} MB in {PDF}"


def contents() -> list[str]:
    """The book's pages, in its order."""
    kept = yaml.safe_load(TOC.read_text(encoding="utf-8"))
    return [kept["root"], *(each["file"] for each in kept["chapters"])]


def whole(pages: dict[str, str], site: str | None = None, numbers: Mapping[str, int] | None = None) -> str:
    """One page of all the articles: links between them lead within it, all others to where they led.

    `numbers` are the paper's pages on which articles begin, by their ids.
    """
    root = site or f"{HTML.as_uri()}/"
    sheets = "\n".join(dict.fromkeys(sheet for page in pages.values() for sheet in SHEET.findall(page)))
    sheets = ADDRESS.sub(lambda found: f'{found[1]}="{resolved(found[2], next(iter(pages)), root)}"', sheets)
    articles = "\n".join(article(name, page, set(pages), root) for name, page in pages.items())
    return f"""<!doctype html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>ECS by Experiment</title>
{sheets}
<style>{STYLE}</style></head>
<body>{TITLE}
{table_of_contents(pages, numbers or {})}
{articles}
{solutions(pages)}</body>
</html>
"""


def table_of_contents(pages: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """The articles with the pages of the paper on which they begin."""
    named = {inside(name): heading(page) for name, page in pages.items()} | {SOLUTIONS: "Solutions"}
    lines = [
        f'<li><a href="#{identity}">{words}</a><span class="page">{numbers.get(identity, "")}</span></li>'
        for identity, words in named.items()
    ]
    return f'<article class="contents"><h1>Contents</h1><ol>{"".join(lines)}</ol></article>'


def heading(page: str) -> str:
    """The title of a page's article, as HTML."""
    body = ARTICLE.search(page)
    found = HEADING.search(body[1]) if body else None
    return found[1].strip() if found else ""


def solutions(pages: Mapping[str, str]) -> str:
    """What the pages fold away under their exercises, chapter by chapter."""
    parts = []
    for page in pages.values():
        solved = [f'<div class="solved"><p>{asked}</p><p>{told}</p></div>' for asked, told in SOLVED.findall(page)]
        parts += [f"<h2>{heading(page)}</h2>", *solved] if solved else []
    return f'<article id="{SOLUTIONS}"><h1>Solutions</h1>{"".join(parts)}</article>'


def first_pages(printed: Path) -> dict[str, int]:
    """The page of a print on which each article begins, by the article's id."""
    from pypdf import PdfReader  # noqa: PLC0415 - as playwright, for this step alone

    reader = PdfReader(printed)
    places = {name: reader.get_destination_page_number(at) for name, at in reader.named_destinations.items()}
    return {name.removeprefix("/"): place + 1 for name, place in places.items() if place is not None}


def article(name: str, page: str, known: set[str], root: str) -> str:
    """A page's article with ids of its own, without scripts, and with the answers to choose from."""
    found = ARTICLE.search(page)
    if found is None:
        raise BuildError(f"{name}.html has no article, so it cannot be printed.")
    text = SCRIPT.sub("", EXERCISE.sub(lambda at: options(json.loads(at[1])["answer"]), found[1]))
    text = IDENTITY.sub(lambda at: f'{at[1]}="{" ".join(inside(name, one) for one in at[2].split())}"', text)
    text = ADDRESS.sub(lambda at: led(at[1], at[2], name, known, root), text)
    return f'<article id="{inside(name)}">{text}</article>'


def options(answer: dict[str, Any]) -> str:
    """What an exercise offers as its answer; a line to write on for a number."""
    texts = (CODE.sub(r"<code>\1</code>", escape(each)) for each in answer.get("options", ()))
    offered = "".join(f"<li>{text}</li>" for text in texts)
    line = f"<p>______ {escape(answer.get('unit', ''))}</p>"
    return f'<div class="ecs-answer">{f"<ul>{offered}</ul>" if offered else line}</div>'


def inside(name: str, identity: str = "") -> str:
    """An id of a page in the one page of all."""
    return f"{name.replace('/', '-')}--{identity}" if identity else name.replace("/", "-")


def led(attribute: str, address: str, name: str, known: set[str], root: str) -> str:
    """A page's link or source in the one page of all; a link to a page that is not printed leads nowhere."""
    path, _, anchor = address.partition("#")
    target = absolute(path, name).removesuffix(".html") if path else name
    if re.match(r"[a-z]+:", address):
        found = address
    elif target in known:
        found = f"#{inside(target, anchor)}"
    elif attribute == "href":
        return ""
    else:
        found = resolved(address, name, root)
    return f'{attribute}="{found}"'


def resolved(address: str, name: str, root: str) -> str:
    """An address relative to a page, from the site's root."""
    return address if re.match(r"[a-z]+:", address) else escape(root + absolute(address, name), quote=True)


def absolute(path: str, name: str) -> str:
    """A path relative to a page, as a path from the site's root."""
    parts = name.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def print_(page: Path, target: Path) -> None:
    """Chromium's print of a file, with the outline of its headings."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a quarter of a second that no other step needs

    path = browsers.chromium()
    if path is None:
        raise BuildError("no Chromium was found: run `python -m book browsers`, or set CHROMIUM=/path/to/chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        opened = browser.new_context(java_script_enabled=False).new_page()
        opened.goto(page.as_uri(), timeout=120_000)
        opened.pdf(
            path=target,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOT,
            tagged=True,
            outline=True,
        )
        browser.close()
