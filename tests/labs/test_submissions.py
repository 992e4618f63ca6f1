"""Submissions are read without a kernel: each problem is one sentence, and costs its author only."""

from __future__ import annotations

import papers
import pytest

from labs.__main__ import main
from labs.classroom.attempts import attempts_at, learners
from labs.classroom.files import handed_in
from labs.classroom.gradebook import table
from labs.classroom.layouts import papers as papers_of
from labs.classroom.roster import Roster
from labs.classroom.rules import Rules
from labs.grade import Row
from labs.submission import Submission

LAB = papers.COUNTING


def read(folder):
    """What of each learner can be run, and why the rest cannot."""
    return {
        learner.id: attempts[-1].submission
        if (attempts := attempts_at(learner, LAB))
        else Submission(learner.id, {}, dict.fromkeys(("1.1", "1.2"), learner.problems[0]))
        for learner in learners(papers_of(handed_in(folder), "class"), [LAB], Roster(), Rules())
    }


def test_a_broken_notebook_is_refused_in_a_sentence_for_each_exercise(tmp_path):
    found = read(papers.hand_in(tmp_path, papers.broken()))

    assert {name: sorted(paper.refused) for name, paper in found.items()} == {
        key: ["1.1", "1.2"] for key in sorted(papers.broken())
    }
    assert all(paper.answers == {} for paper in found.values())


def test_the_sentence_names_what_is_wrong(tmp_path):
    found = read(papers.hand_in(tmp_path, papers.broken()))

    assert "07-the-bill" in found["another-lab"].refused["1.1"]
    assert "not JSON" in found["not-json"].refused["1.1"]
    assert "not UTF-8" in found["not-utf-8"].refused["1.1"]
    assert "nbformat is '3'" in found["old-format"].refused["1.1"]


def test_a_folder_without_a_notebook_is_a_learner_without_points(tmp_path):
    (tmp_path / "dora").mkdir()

    assert "no notebook" in read(tmp_path)["dora"].refused["1.1"]


def test_in_a_learners_folder_the_notebook_of_this_lab_counts(tmp_path):
    (tmp_path / "dora").mkdir()
    papers.hand_in(tmp_path / "dora", {"a": papers.broken()["another-lab"], "b": papers.answered()})

    assert sorted(read(tmp_path)["dora"].answers) == ["1.1", "1.2"]


def test_a_link_is_not_followed(tmp_path):
    papers.hand_in(tmp_path, {"ann": papers.answered()})
    (tmp_path / "bob.ipynb").symlink_to(tmp_path / "ann.ipynb")

    assert "link" in read(tmp_path)["bob"].refused["1.1"]


def test_two_cells_of_one_id_are_no_answer(tmp_path):
    notebook = papers.answered()
    notebook["cells"] += [cell for cell in notebook["cells"] if cell["id"] == "ex-1-1-answer"]

    assert "2 cells" in read(papers.hand_in(tmp_path, {"ann": notebook}))["ann"].refused["1.1"]


@pytest.mark.parametrize("source", ["%time\nhalf = 10", "!ls", "half?", "  %%bash\nls", "half = 10\nget = !ls"])
def test_what_only_ipython_reads_is_refused(tmp_path, source):
    found = read(papers.hand_in(tmp_path, {"ann": papers.answered(source)}))

    assert list(found["ann"].refused) == ["1.1"]


def test_an_empty_folder_and_a_missing_one_are_told_without_a_traceback(tmp_path, capsys):
    for folder, words in ((tmp_path, "holds no submission"), (tmp_path / "nowhere", "is not a folder")):
        assert main(["grade", str(folder), "--out", str(tmp_path / "out")]) == 2
        assert words in capsys.readouterr().err


def test_the_gradebook_has_a_line_for_each_row():
    row = Row("ann", "00-counting", "1.1", 1, 1, "right, at last")

    assert table([row]) == 'learner,lab,exercise,points,max,message\nann,00-counting,1.1,1,1,"right, at last"\n'
