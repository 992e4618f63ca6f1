"""The still form of each widget: HTML that shows everything before any script runs, and carries its data as JSON."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from ecslite.views.picture import picture

__all__ = ["BOOK", "compact", "in_book", "slug", "still_board", "still_explorer", "still_figure"]

BOOK = "ECSLITE_BOOK"
"""Environment variable, "1" while the book's chapters are executed: widgets then show their still form only."""


def in_book() -> bool:
    """Whether the book is being built."""
    return os.environ.get(BOOK) == "1"


def slug(words: str) -> str:
    """Words as a name for an address: "A service keeps its promise" gives "a-service-keeps-its-promise"."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def compact(data: Any) -> str:
    """Data as JSON that no text in it can close the surrounding script with."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def still_explorer(spec: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """An explorer: its question, the picture of its first run in words and lines, the table, and the data."""
    parts = [
        f'<p class="ecs-question" role="heading" aria-level="3">{escape(spec["question"])}</p>',
        f'<p class="ecs-lead">{escape(spec["lead"])}</p>' if spec["lead"] else "",
        f'<p class="ecs-sentence">{escape(result["sentence"])}</p>',
        *(_design(each) for each in (result, *result.get("others", ()))),
    ]
    return _wrapped("div", "ecs-explorer", spec["name"], "".join(parts), {"spec": spec, "result": result})


def _design(answer: Mapping[str, Any]) -> str:
    """One design's picture, what it shows in words, and the tables of what else is known of it."""
    label = f'<p class="ecs-design">{escape(answer["label"])}</p>' if answer["label"] else ""
    words = f'<p class="ecs-alt">{escape(answer["alt"])}</p>'
    numbers = _details("The numbers behind the figure", _table(answer["table"])) if "table" in answer else ""
    more = "".join(_more(answer[name]) for name in ("waterfall", "anatomy") if name in answer)
    return f"{label}{picture(answer['figure'], answer['alt'])}{words}{numbers}{more}"


def _more(view: Mapping[str, Any]) -> str:
    """A waterfall or an anatomy in words, with its table; or why there is none."""
    if "absent" in view:
        return f'<p class="ecs-alt">{escape(view["absent"])}</p>'
    words = f'<p class="ecs-alt">{escape(view["title"])} {escape(view["alt"])}</p>'
    return words + _details(view["title"], _table(view["table"]))


def still_figure(figure: Mapping[str, Any], alt: str, name: str) -> str:
    """A figure: its picture, what it shows in words, and its spec."""
    caption = f"<figcaption>{escape(alt)}</figcaption>"
    inside = picture(dict(figure), alt) + caption
    return _wrapped("figure", "ecs-figure", name, inside, {"figure": figure, "alt": alt})


def still_board(board: Mapping[str, Any], events: list[dict[str, Any]], name: str, shown: tuple[Any, str]) -> str:
    """A board: the run's figure (`shown` is its spec and text alternative), a list of the events, and its data."""
    figure, alt = shown
    table = {"caption": "What happened", "columns": ["Second", "Event"]}
    rows = [[event["time"], event["text"]] for event in events]
    happened = _details("What happened", _table({**table, "rows": rows}))
    inside = f'{picture(figure, alt)}<p class="ecs-alt">{escape(alt)}</p>{happened}'
    return _wrapped("div", "ecs-board", name, inside, {"board": board, "events": events})


def _wrapped(tag: str, kind: str, name: str, inside: str, data: Any) -> str:
    mark = f' data-explorer="{escape(name)}"' if kind == "ecs-explorer" else f' data-name="{escape(name)}"'
    script = f'<script type="application/json" class="ecs-data">{compact(data)}</script>'
    return f'<{tag} class="{kind}"{mark}><div class="ecs-still">{inside}</div>{script}</{tag}>'


def _details(summary: str, inside: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def _table(table: Mapping[str, Any]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table["columns"])
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table["rows"])
    caption = f"<caption>{escape(table['caption'])}</caption>"
    return (
        f'<div class="ecs-scroll" tabindex="0" role="region" aria-label="{escape(table["caption"])}">'
        f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    return f"<td>{'' if value is None else escape(str(value))}</td>"
