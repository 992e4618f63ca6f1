"""The README's code runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_example_runs_and_says_why(capsys):
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    exec(code[1], {})
    said = capsys.readouterr().out

    assert said.splitlines()[0] == "Traffic goes from 2 to 8 requests/s."
    assert "Scale out to 4 tasks" in said
    assert "Total" in said


def test_the_pictures_it_shows_are_there():
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / picture).is_file()
