"""A lab, run in this process: no kernel, so a lab takes as long as its own cells.

Grading's own way, through kernels and nbval, is test_grading.py's matter. What is the same here: what an answer comes
to is brought to plain JSON before it is judged, and a judging cell sees nothing that only a collecting cell has made.
"""

from __future__ import annotations

import contextlib
import io
import json

import ecslite.checks
from ecslite.checks import plain


class Rehearsal:
    """A notebook, run cell by cell from the top. `printed` has what each cell has printed, by its id."""

    def __init__(self, notebook):
        self.names = {"__name__": "__main__"}
        self.printed = {}
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                self.run(cell)

    def run(self, cell):
        """Run a cell: what it makes is there for all that come after it, and of a collecting cell only `collected`."""
        collecting = cell["id"].endswith("-collect")
        names = dict(self.names) if collecting else self.names
        source = "".join(cell["source"])
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(source, f"<{cell['id']}>", "exec"), names)
        self.printed[cell["id"]] = out.getvalue()
        if collecting:
            self.names["collected"] = json.loads(json.dumps(plain(names["collected"]), default=str))


def unanswered(value):
    """Whether what was collected still has the empty notebook's three dots in it."""
    if isinstance(value, (list, dict)):
        return any(map(unanswered, value if isinstance(value, list) else value.values()))
    return value == "Ellipsis"


@contextlib.contextmanager
def variant(number):
    """Every learner has this variant of every exercise, or with fewer variants the one that comes after the last."""
    real = ecslite.checks.index
    ecslite.checks.index = lambda learner, exercise, many: number % many
    try:
        yield
    finally:
        ecslite.checks.index = real
