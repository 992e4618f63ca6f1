"""`python -m labs`: what an author and an instructor ask it for."""

from __future__ import annotations

import papers
import pytest

from labs.__main__ import main

SMALL = ["--source", str(papers.HERE / "data")]


def test_letters_gives_the_right_answer_of_an_exercise_with_steps(capsys):
    assert main([*SMALL, "letters", "1.3"]) == 0
    assert sorted(capsys.readouterr().out.split()) == ["a", "b", "c"]


def test_letters_are_given_before_the_check_knows_them(tmp_path, capsys):
    """An author asks for them while the check still says something else."""
    source = (papers.HERE / "data" / "00-varied.md").read_text(encoding="utf-8")
    main([*SMALL, "letters", "1.3"])
    right = capsys.readouterr().out.strip()
    (tmp_path / "00-new.md").write_text(source.replace(f"right: {right}", "right: x"), encoding="utf-8")

    assert main(["--source", str(tmp_path), "letters", "1.3"]) == 0
    assert capsys.readouterr().out.strip() == right
    assert main(["--source", str(tmp_path), "list"]) == 2
    assert f"exercise 1.3: its steps are in order as '{right}', and its check says 'x'" in capsys.readouterr().err


def test_letters_of_an_exercise_without_steps_are_refused(capsys):
    assert main([*SMALL, "letters", "9.9"]) == 2
    assert capsys.readouterr().err == "no cell calls lab.steps for exercise 9.9: use 1.3\n"


def test_list_names_every_exercise_with_its_kind(capsys):
    assert main([*SMALL, "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "00-counting",
        "  1.1   code      1 points              Half of it",
        "  1.2   code      2 points              The longer leg",
        "00-varied",
        "  1.1   predict   1 points  3 variants  Twice",
        "  1.2   code      2 points              The largest",
        "  1.3   order     1 points              From the beginning",
    ]


def test_release_and_instructor_write_a_notebook_a_source(tmp_path, capsys):
    assert main([*SMALL, "release", "--out", str(tmp_path / "released")]) == 0
    assert main([*SMALL, "instructor", "--out", str(tmp_path / "all")]) == 0
    assert {path.parent.name: path.name for path in sorted(tmp_path.rglob("*.ipynb"))} == {
        "all": "00-varied.ipynb",
        "released": "00-varied.ipynb",
    }


def test_another_key_gives_the_instructor_other_draws(tmp_path, monkeypatch, capsys):
    (tmp_path / "key").write_text("a class's key in a file", encoding="utf-8")
    main([*SMALL, "instructor", "--out", str(tmp_path / "public")])
    main([*SMALL, "instructor", "--out", str(tmp_path / "file"), "--class-key", str(tmp_path / "key")])
    monkeypatch.setenv("ECSLITE_CLASS_KEY", "a class's key in a file")
    main([*SMALL, "instructor", "--out", str(tmp_path / "variable")])
    public, file, variable = [
        (tmp_path / name / "00-varied.ipynb").read_bytes() for name in ("public", "file", "variable")
    ]

    assert public != file == variable


@pytest.mark.parametrize("command", ["instructor", "grade"])
def test_a_key_that_is_too_short_is_told_without_a_traceback(tmp_path, monkeypatch, capsys, command):
    monkeypatch.setenv("ECSLITE_CLASS_KEY", "1234")
    arguments = {"instructor": [], "grade": [str(tmp_path)]}[command]

    assert main([*SMALL, command, *arguments, "--out", str(tmp_path / "out")]) == 2
    assert "has 4 characters, and 16 are the least" in capsys.readouterr().err
