"""The twenty items, read from items.toml, and what a teacher needs: a sheet of paper, a file for Moodle, the key."""

from __future__ import annotations

import csv
import io
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from labs.lab import LabError

__all__ = ["ITEMS", "LETTERS", "Item", "Option", "files", "read_items"]

ITEMS = Path(__file__).parent / "items.toml"

LETTERS = "ABCD"

ORDER = "ECS by Experiment"
"""The seed of the answers' order, which is the same in every form and every year: answers are compared by letter."""

SPECIAL = re.compile(r"([~=#{}:\\])")
"""What GIFT reads as its own [Moodle documentation, GIFT format, Special characters]."""

SHEET = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 11pt/1.45 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
li {{ margin: 0 0 1.1em; break-inside: avoid; }} ol ol {{ list-style: upper-alpha; margin-top: .3em; }}
ol ol li {{ margin: .15em 0; }} .name {{ margin: 2em 0; }}</style></head>
<body><h1>{title}</h1>
<p>Twenty questions. One answer each. Guess where you do not know: nobody gets a grade for this.</p>
<p class="name">Name ____________________________ Date ______________</p>
<ol>
{items}
</ol></body></html>
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of an item; `idea` is what somebody thinks who chooses it, "" for the right one."""

    text: str
    idea: str = ""
    half_truth: int | None = None
    """Its number in the chapter "Ten half-truths"."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its answers, in the order in which they are shown."""

    number: int
    chapter: str
    asks: str
    why: str
    """Why the right answer is right, for the teacher."""
    options: tuple[Option, ...]

    @property
    def right(self) -> str:
        """The letter of the right answer."""
        return next(letter for letter, option in zip(LETTERS, self.options, strict=True) if not option.idea)

    def option(self, letter: str) -> Option:
        """The answer of a letter."""
        return self.options[LETTERS.index(letter)]


def read_items(path: Path = ITEMS) -> tuple[Item, ...]:
    """All items; LabError names the item that is not as it should be."""
    kept = tomllib.loads(path.read_text(encoding="utf-8"))["item"]
    places = [place % len(LETTERS) for place in range(len(kept))]
    random.Random(ORDER).shuffle(places)
    return tuple(_item(number, each, place) for number, (each, place) in enumerate(zip(kept, places, strict=True), 1))


def _item(number: int, kept: Mapping[str, Any], place: int) -> Item:
    wrong = [Option(**each) for each in kept["wrong"]]
    if len(wrong) != len(LETTERS) - 1 or not all(option.idea for option in wrong):
        raise LabError(f"item {number} has {len(wrong)} wrong answers: give three, each with the idea behind it")
    random.Random(f"{ORDER} {number}").shuffle(wrong)
    options = (*wrong[:place], Option(kept["right"]), *wrong[place:])
    return Item(number, kept["chapter"], kept["asks"], kept["why"], options)


def files(items: Sequence[Item]) -> dict[str, str]:
    """What is written, by file name."""
    return {"inventory.html": _sheet(items), "inventory.gift": _gift(items), "key.csv": _key(items)}


def _sheet(items: Sequence[Item]) -> str:
    """For paper; it holds no answer."""
    lines = [
        f"<li>{escape(item.asks)}<ol>{''.join(f'<li>{escape(option.text)}</li>' for option in item.options)}</ol></li>"
        for item in items
    ]
    return SHEET.format(title="What do you think happens?", items="\n".join(lines))


def _gift(items: Sequence[Item]) -> str:
    """For Moodle's question bank, without feedback: it would teach the answers to whoever is asked again later.

    [Moodle documentation, GIFT format, Multiple choice]
    """
    blocks = []
    for item in items:
        answers = "\n".join(f"\t{'~' if option.idea else '='}{_plain(option.text)}" for option in item.options)
        blocks.append(f"::{item.number:02}::{_plain(item.asks)}{{\n{answers}\n}}\n")
    return "$CATEGORY: ECS by Experiment, concept inventory\n\n" + "\n".join(blocks)


def _plain(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text)


def _key(items: Sequence[Item]) -> str:
    """For the teacher: the right letters, why, and the idea behind each wrong one."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["item", "chapter", "right", "why", *LETTERS])
    for item in items:
        ideas = [f"thinks that {option.idea}" if option.idea else "right" for option in item.options]
        writer.writerow([item.number, item.chapter, item.right, item.why, *ideas])
    return out.getvalue()
