"""`pdf`: the whole book on paper, from the pages of the site: their articles, one after the other, printed by Chromium.

No script runs: what a reader sees without JavaScript is what stands on paper, pictures drawn at the build included.
What is folded on the page (code that draws a figure, tables, hints, solutions) is left to the page.
"""

import json
import re
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

TITLE = """<article class="title">
<p class="name">ECS by Experiment</p>
<p>Containers, Fargate and serverless on AWS, on a model that you can break</p>
<p class="small">Printed from the pages of the book. Figures are still here: what moves, the hints and the solutions
are on the pages, which run in a browser with nothing to install.</p>
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
h1, h2, h3 { break-after: avoid; }
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
    WHOLE.write_text(whole({name: (HTML / f"{name}.html").read_text(encoding="utf-8") for name in names}), "utf-8")
    print_(WHOLE, PDF)
    return f"{len(names)} pages of the site, {PDF.stat().st_size / 1e6:.1f} MB in {PDF}"


def contents() -> list[str]:
    """The book's pages, in its order."""
    kept = yaml.safe_load(TOC.read_text(encoding="utf-8"))
    return [kept["root"], *(each["file"] for each in kept["chapters"])]


def whole(pages: dict[str, str], site: str | None = None) -> str:
    """One page of all the articles: links between them lead within it, all others to where they led."""
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
{articles}</body>
</html>
"""


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
    offered = "".join(f"<li>{escape(each)}</li>" for each in answer.get("options", ()))
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
