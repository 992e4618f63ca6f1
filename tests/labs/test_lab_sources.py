"""Sources, and the two notebooks that are made of each."""

from __future__ import annotations

import base64
import json
import re
import zlib

import nbformat
import papers
import pytest

from labs.lab import HIDDEN, LABS, LabError, read_lab, sources
from labs.notebooks import collecting, instructor, judging, released, text


def each_lab():
    return [read_lab(path) for path in sources()]


def test_a_released_notebook_is_in_step_with_its_source():
    """`python -m labs release` was run after the last change."""
    made = {f"{lab.name}.ipynb": text(released(lab)) for lab in each_lab()}
    there = {path.name: path.read_text(encoding="utf-8") for path in (LABS / "released").glob("*.ipynb")}

    assert made == there


EVERY = pytest.mark.parametrize("lab", [papers.COUNTING, papers.VARIED, *each_lab()], ids=lambda lab: lab.name)


@EVERY
def test_no_solution_and_no_hidden_check_is_released(lab):
    out = text(released(lab))
    shown = [cell for cell in lab.cells if cell.role not in HIDDEN]
    kept = {line.strip() for cell in shown for line in cell.released.splitlines()}
    secret = {line.strip() for cell in lab.cells for line in cell.solution.splitlines()} - kept
    hidden = [cell.id for cell in lab.cells if cell.role in HIDDEN]

    assert [line for line in secret if len(line) > 3 and json.dumps(line)[1:-1] in out] == []
    assert [identity for identity in hidden if identity in out] == []
    assert [word for word in ("SOLUTION", "verdict", "hidden.") if word in out] == []


@EVERY
def test_no_expected_value_is_released(lab):
    """Unpacked, the feedback has digests where its source has values; limits are told to the learner anyway."""
    packed = re.search(r'lab = Feedback\(\\"(.+?)\\"\)', text(released(lab)))[1]
    unpacked = json.loads(zlib.decompress(base64.b85decode(json.loads(f'"{packed}"'))))
    fields = [field for each in unpacked.values() for fields in each["variants"] for field in fields.values()]
    marks = [mark for field in fields for mark in [*field["wrong"], *([field["right"]] if "right" in field else [])]]

    assert {name for field in fields for name in field} <= {"right", "wrong", "otherwise", "most", "least", "decimals"}
    assert [mark for mark in marks if not re.fullmatch("[0-9a-f]{16}", mark)] == []
    assert {name for each in unpacked.values() for name in each} == {"title", "points", "hints", "variants"}


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


VARIED = (papers.HERE / "data" / "00-varied.md").read_text(encoding="utf-8")


def refused(tmp_path, *changes):
    """What is said of the small lab that varies, with some of its text replaced: old, new, old, new..."""
    source = VARIED
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in source
        source = source.replace(old, new, 1)
    (tmp_path / "00-changed.md").write_text(source, encoding="utf-8")
    with pytest.raises(LabError) as error:
        read_lab(tmp_path / "00-changed.md")
    return str(error.value)


def test_a_kind_that_there_is_not_is_refused(tmp_path):
    assert "exercise 1.1 is of the kind 'essay': use one of code, predict, order, fault, design" in refused(
        tmp_path, "kind: predict", "kind: essay"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('        - [2, "That is the number."]\n', ""),
        ("  - double:\n      right: 4", "  - treble:\n      right: 4"),
    ],
)
def test_variants_that_are_not_alike_are_refused(tmp_path, old, new):
    assert "the variants of exercise 1.1 have different fields" in refused(tmp_path, old, new)


def test_a_right_answer_that_is_named_as_a_wrong_one_is_refused(tmp_path):
    said = refused(tmp_path, '[3, "That is the number."]', '[6.001, "That is the number."]')

    assert "exercise 1.1: double is right as 6, and that is named as a wrong answer too" in said


def test_a_wrong_answer_that_is_named_twice_is_refused(tmp_path):
    once = '- [2, "That is the first. Look at the others, too."]'
    said = refused(tmp_path, once, f'{once}\n      - [2.0, "No."]')

    assert "exercise 1.2: largest names a wrong answer twice, of 2.00, 2.00: keep one of them" in said


def test_steps_that_are_not_a_list_are_refused_by_name(tmp_path):
    said = refused(tmp_path, '["Begin.", "Go on.", "End."]', '"Begin. Go on. End.".split()')

    assert "00-changed.md: write the steps of exercise 1.3 as a list" in said


def test_a_given_cell_that_is_no_python_is_refused_where_it_has_steps(tmp_path):
    assert "00-changed.md: " in refused(tmp_path, '["Begin.", "Go on.", "End."])', "[")


def test_all_faults_of_a_source_are_told_at_once(tmp_path):
    said = refused(tmp_path, "kind: predict", "kind: essay", "id: ex-1-2-judge", "id: progress")

    assert [line.partition(": ")[2] for line in said.splitlines()] == [
        "the ids progress are used twice: give each cell its own",
        "exercise 1.1 is of the kind 'essay': use one of code, predict, order, fault, design",
        "exercise 1.2 has no judge cell: add one with 'ex-1-2-judge' as its id",
    ]


def test_the_steps_are_shuffled_in_every_notebook():
    lab = papers.VARIED
    made = [released(lab), instructor(lab), collecting(lab, {"1.3": "order = 1"}, "n0nce"), judging(lab, {"1.3": "1"})]
    right = '["Begin.", "Go on.", "End."]'

    assert [
        right in "".join(cell["source"]) for each in made for cell in each["cells"] if cell["id"] == "given-steps"
    ] == [False] * 4


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


def test_an_id_of_an_exercise_that_ends_in_no_part_is_refused(tmp_path):
    assert "the id 'ex-1-2-cheque' ends in 'cheque': use one of answer, check" in refused(
        tmp_path, "id: ex-1-2-check", "id: ex-1-2-cheque"
    )


def test_a_cell_that_is_not_there_is_asked_for_by_its_id():
    with pytest.raises(LabError, match=r"00-varied: exercise 1\.2 has no hint cell: add one with 'ex-1-2-hint'"):
        papers.VARIED.cell("1.2", "hint")
