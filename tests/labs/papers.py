"""Notebooks as learners hand them in, good and broken; made from the small lab of tests/labs/data."""

from __future__ import annotations

import json
from pathlib import Path

from labs.lab import read_lab
from labs.notebooks import instructor, released, text

HERE = Path(__file__).parent

COUNTING = read_lab(HERE / "data" / "00-counting.md")
VARIED = read_lab(HERE / "data" / "00-varied.md")
"""Its first exercise varies by learner, its second is tried on draws, its third puts steps in order."""

LEG = "def other_leg(hypotenuse, leg):\n    return math.sqrt(hypotenuse**2 - leg**2)"
HALF = "half = given / 2"


def answered(half=HALF, leg=LEG):
    """The released notebook with answers in it."""
    return with_sources(released(COUNTING), {"ex-1-1-answer": half, "ex-1-2-answer": leg})


def with_sources(notebook, sources):
    """A notebook in which the cells of some ids have another source."""
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return notebook


def without(notebook, *ids):
    """A notebook without the cells of some ids."""
    return {**notebook, "cells": [cell for cell in notebook["cells"] if cell["id"] not in ids]}


def forged():
    """Nothing answered; the check cells and all outputs claim the opposite."""
    notebook = with_sources(
        released(COUNTING), {"ex-1-1-check": "print('1.1 right')", "ex-1-2-check": "print('1.2 right')"}
    )
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"name": "stdout", "output_type": "stream", "text": "1.1 right\n1.2 right\n"}]
    return notebook


def hand_in(folder, papers):
    """Write each learner's notebook (a dict, or bytes) to FOLDER/NAME.ipynb."""
    for name, paper in papers.items():
        content = paper if isinstance(paper, bytes) else text(paper).encode()
        (folder / f"{name}.ipynb").write_bytes(content)
    return folder


def broken():
    """Submissions that no kernel is started for."""
    return {
        "another-lab": {**answered(), "metadata": {"ecslite": {"lab": "07-the-bill"}}},
        "no-cells-of-it": {**without(answered(), "ex-1-1-answer", "ex-1-2-answer"), "metadata": {}},
        "not-json": b"{",
        "not-utf-8": b'{"cells": "\xff\xfe"}',
        "nothing-in-it": b"",
        "old-format": {**answered(), "nbformat": 3},
        "only-a-list": b"[1, 2]",
        "deep": b"[" * 100_000,
        "strange-cells": json.dumps({"cells": [1, None, {"id": 3}], "nbformat": 4, "metadata": []}).encode(),
    }


def usual():
    """Submissions that run, each with the points it is worth."""
    return {
        "a-perfect": (instructor(COUNTING), 3),
        "b-empty": (released(COUNTING), 0),
        "c-checks-deleted": (without(answered(), "ex-1-1-check", "ex-1-2-check", "feedback"), 3),
        "d-forged": (forged(), 0),
        "e-answer-missing": (without(answered(), "ex-1-1-answer"), 2),
        "j-magic": (answered("%nosuchmagic\nhalf = 10\n1 / 0"), 2),
        "k-shell": (answered("!echo half\nhalf = 10"), 2),
        "o-raises": (answered("half = 1 / 0"), 2),
        "p-no-python": (answered("half = = 10"), 2),
        "q-fixed-number": (answered(leg="def other_leg(hypotenuse, leg):\n    return 4"), 1),
    }
