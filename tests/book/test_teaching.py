"""What the pages for instructors say of the labs is so: every lab has its part, and every command is there."""

from __future__ import annotations

import re

import pytest

from book.paths import ROOT
from labs.__main__ import main
from labs.lab import parse_lab, sources

TEACHING = (ROOT / "book/teaching.md").read_text(encoding="utf-8")
PAGES = [TEACHING, *((ROOT / name).read_text(encoding="utf-8") for name in ("book/instructors.md", "labs/README.md"))]


def test_every_lab_has_its_part_in_the_guide():
    heads = [parse_lab(path).cells[0].source.partition("\n")[0] for path in sources()]
    named = [f"# Lab {number}: {title}" for number, title in re.findall(r"^## (\d+) (.+)$", TEACHING, re.MULTILINE)]
    assert heads == named


def test_every_part_has_objectives_usual_errors_and_something_to_discuss():
    parts = re.split(r"^## ", TEACHING, flags=re.MULTILINE)[1:]
    of_labs = [part for part in parts if part[0].isdigit()]
    lacking = [
        part.partition("\n")[0]
        for part in of_labs
        for word in ("Objectives", "Usual errors", "Discuss")
        if f"**{word}.**" not in part
    ]
    assert (len(of_labs), lacking) == (11, [])


@pytest.mark.parametrize("command", sorted({name for page in PAGES for name in re.findall(r"-m labs (\w+)", page)}))
def test_a_command_that_is_named_is_there(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")
