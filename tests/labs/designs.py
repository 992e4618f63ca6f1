"""What a lab's own test needs to try designs: the names that some of the lab's given cells make, in one variant."""

from __future__ import annotations

from rehearsal import Rehearsal, variant

from labs.notebooks import released


def names_of(lab, number, *cells):
    """What these cells make for a learner with variant `number`; the other cells are not run."""
    notebook = released(lab)
    wanted = ("feedback", "learner", *cells)
    with variant(number):
        return Rehearsal({"cells": [cell for cell in notebook["cells"] if cell["id"] in wanted]}).names
