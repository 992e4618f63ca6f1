"""Sources, and the two notebooks that are made of each."""

from __future__ import annotations

import json

import nbformat
import papers
import pytest

from labs.lab import LABS, LabError, read_lab, sources
from labs.notebooks import instructor, released, text


def each_lab():
    return [read_lab(path) for path in sources()]


def test_a_released_notebook_is_in_step_with_its_source():
    """`python -m labs release` was run after the last change."""
    made = {f"{lab.name}.ipynb": text(released(lab)) for lab in each_lab()}
    there = {path.name: path.read_text(encoding="utf-8") for path in (LABS / "released").glob("*.ipynb")}

    assert made == there


@pytest.mark.parametrize("lab", [papers.COUNTING, *each_lab()], ids=lambda lab: lab.name)
def test_no_solution_and_no_hidden_check_is_released(lab):
    out = text(released(lab))
    kept = {line.strip() for cell in lab.cells for line in cell.released.splitlines() if cell.role != "judge"}
    secret = {line.strip() for cell in lab.cells for line in cell.solution.splitlines()} - kept
    hidden = [cell.id for cell in lab.cells if cell.role in ("collect", "judge", "hidden")]

    assert [line for line in secret if len(line) > 3 and json.dumps(line)[1:-1] in out] == []
    assert [identity for identity in hidden if identity in out] == []
    assert "SOLUTION" not in out
    assert "verdict" not in out


@pytest.mark.parametrize("form", [released, instructor])
@pytest.mark.parametrize("lab", [papers.COUNTING, *each_lab()], ids=lambda lab: lab.name)
def test_a_notebook_is_valid(lab, form):
    notebook = nbformat.reads(text(form(lab)), as_version=4)

    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("lab", each_lab(), ids=lambda lab: lab.name)
def test_a_visible_cell_has_twelve_lines_of_code_at_most(lab):
    shown = [cell for cell in lab.cells if cell.kind == "code" and cell.role in ("given", "answer", "check", "hint")]

    assert [cell.id for cell in shown if len([line for line in cell.released.splitlines() if line.strip()]) > 12] == []


@pytest.mark.parametrize("lab", each_lab(), ids=lambda lab: lab.name)
def test_an_exercise_has_three_hints_or_more(lab):
    few = [each.number for each in lab.exercises if len(lab.cell(each.number, "check").metadata["hints"]) < 3]

    assert few == []


def test_an_id_that_is_used_twice_is_refused(tmp_path):
    path = tmp_path / "00-twice.md"
    source = (LABS.parent / "tests/labs/data/00-counting.md").read_text(encoding="utf-8")
    path.write_text(source.replace("ex-1-1-hint", "ex-1-1-check"), encoding="utf-8")

    with pytest.raises(LabError, match="ex-1-1-check are used twice"):
        read_lab(path)


def test_an_exercise_without_a_hidden_check_is_refused(tmp_path):
    path = tmp_path / "00-lax.md"
    source = (LABS.parent / "tests/labs/data/00-counting.md").read_text(encoding="utf-8")
    path.write_text(source.replace("id: ex-1-2-judge", "id: given-more"), encoding="utf-8")

    with pytest.raises(LabError, match=r"exercise 1\.2 has no judge cell"):
        read_lab(path)
