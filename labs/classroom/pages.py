"""The skeleton of the pages that are written about a class: one file each, no script, nothing from anywhere else.

Nearly all that stands on them was written by a stranger, so all of it goes through `safe`. The page also forbids
itself whatever it does not need (its content security policy), in case something slipped through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from html import escape

__all__ = ["file_names", "page", "safe", "table"]

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #d0d7de; --wash: #f6f8fa;
  --right: #116329; --wrong: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9198a1; --line: #3d444d;
  --wash: #151b23; --right: #3fb950; --wrong: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 50rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.3rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; }
article { border: 1px solid var(--line); border-radius: .4rem; padding: .1rem 1rem; margin: 1rem 0; }
.points { font-weight: 400; color: var(--soft); } .right { color: var(--right); } .wrong { color: var(--wrong); }
.said { background: var(--wash); border-left: .25rem solid var(--line); padding: .5rem .75rem; white-space: pre-wrap; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; min-width: 36rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { overflow-wrap: break-word; text-align: left;
  vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
th[scope=row] { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; } td.number { white-space: nowrap; }
a { color: inherit; } :focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --soft: #444; --line: #999; --wash: #fff;
  --right: #000; --wrong: #000; } body { max-width: none; padding: 0; font-size: 10.5pt; } .wide { overflow: visible; }
  table { min-width: 0; } th, td { overflow-wrap: anywhere; }
  article, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } }
""".strip()

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def safe(text: object) -> str:
    """Text for a page: what HTML would read is written out, and what nobody can see is shown as a �."""
    seen = "".join(each if each.isprintable() or each in "\n\t" else "�" for each in str(text))
    return escape(seen, quote=True)


def page(title: str, body: str) -> str:
    """A page. `body` is HTML; `title` is text."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="robots" content="noindex">
<title>{safe(title)}</title>
<style>
{STYLE}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def table(
    caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], numbers: frozenset[int] = frozenset()
) -> str:
    """A table; caption and head are text, the cells are HTML, the first of a row names it."""
    columns = "".join(f'<th scope="col"{_number(at, numbers)}>{safe(name)}</th>' for at, name in enumerate(head))
    lines = "\n".join(f"<tr>{_cells(row, numbers)}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{safe(caption)}" tabindex="0"><table>'
        f"<caption>{safe(caption)}</caption>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>"
    )


def _cells(row: Iterable[str], numbers: frozenset[int]) -> str:
    first, *others = row
    cells = (f"<td{_number(at, numbers)}>{cell}</td>" for at, cell in enumerate(others, start=1))
    return f'<th scope="row"{_number(0, numbers)}>{first}</th>' + "".join(cells)


def _number(at: int, numbers: frozenset[int]) -> str:
    return ' class="number"' if at in numbers else ""


def file_names(names: Iterable[str]) -> dict[str, str]:
    """A page's file for each name: the name itself where every system takes it, else what is left of it and a mark."""
    return {name: f"{_file_name(name)}.html" for name in names}


def _file_name(name: str) -> str:
    if _PLAIN.fullmatch(name) and not name.endswith(".") and not _RESERVED.fullmatch(name):
        return name
    kept = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
    return f"{kept or 'learner'}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
