"""Twenty questions with an idea behind each wrong answer; what a class has learned between two of its answers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from labs.__main__ import main
from labs.inventory.gain import gain, in_words, read_answers
from labs.inventory.inventory import ITEMS, LETTERS, files, read_items
from labs.lab import LABS, LabError

ITEMS_READ = read_items()
RIGHT = [item.right for item in ITEMS_READ]


def test_there_are_twenty_items_with_one_right_answer_and_three_ideas():
    assert len(ITEMS_READ) == 20
    assert {Counter(bool(option.idea) for option in item.options)[True] for item in ITEMS_READ} == {3}
    assert [item.number for item in ITEMS_READ if len({option.text for option in item.options}) < 4] == []


def test_no_letter_is_a_better_guess_than_another():
    assert Counter(RIGHT) == dict.fromkeys(LETTERS, 5)


def test_each_of_the_ten_half_truths_is_believed_by_a_wrong_answer():
    told = [option.half_truth for item in ITEMS_READ for option in item.options if option.half_truth]
    assert sorted(told) == list(range(1, 11))


def test_a_half_truth_is_named_in_the_words_of_its_chapter():
    chapter = (LABS.parent / "chapters/half-truths.md").read_text(encoding="utf-8")
    assert [number for number in range(1, 11) if f"\n## {number}. " not in chapter] == []


def test_every_item_names_a_chapter_of_the_book():
    assert {item.chapter for item in ITEMS_READ} <= {path.stem for path in (LABS.parent / "chapters").glob("*.md")}


def test_the_right_answer_is_not_told_by_its_length():
    longest = [max(item.options, key=lambda option: len(option.text)) for item in ITEMS_READ]
    assert sum(not option.idea for option in longest) <= 10


def test_the_sheet_and_moodles_file_hold_no_explanation():
    made = files(ITEMS_READ)
    for name in ("inventory.html", "inventory.gift"):
        assert [item.number for item in ITEMS_READ if item.why in made[name]] == []
    assert made["inventory.gift"].count("\n\t=") == 20
    assert made["inventory.gift"].count("\n\t~") == 60


def test_the_key_names_the_letters_of_the_sheet():
    rows = list(csv.DictReader(io.StringIO(files(ITEMS_READ)["key.csv"])))
    assert [row["right"] for row in rows] == RIGHT
    assert {row[row["right"]] for row in rows} == {"right"}


def test_no_page_of_the_book_and_no_notebook_holds_an_answer():
    told = [*(LABS.parent / "book").glob("*.md"), *(LABS / "released").glob("*.ipynb")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in told)
    assert [item.number for item in ITEMS_READ if item.asks in text or item.why in text] == []


def wrong(letter: str) -> str:
    """Another letter."""
    return LETTERS[LETTERS.index(letter) - 1]


def test_the_gain_is_the_share_of_what_could_be_learned():
    half = [letter if place % 2 else wrong(letter) for place, letter in enumerate(RIGHT)]
    most = [letter if place % 4 else wrong(letter) for place, letter in enumerate(RIGHT)]
    found = gain(ITEMS_READ, {"ann": half, "bob": half, "gone": RIGHT}, {"ann": most, "bob": most, "new": half})

    assert (found.learners, found.before, found.after, found.normalised) == (2, 0.5, 0.75, 0.5)
    assert found.by_item[:4] == ((0, 0), (1, 1), (0, 1), (1, 1))
    assert found.believed[0] == ITEMS_READ[0].option(wrong(RIGHT[0])).idea
    assert found.believed[1] == ""


def test_where_nothing_was_left_to_learn_the_gain_is_whole():
    assert gain(ITEMS_READ, {"ann": RIGHT}, {"ann": RIGHT}).normalised == 1.0


def written(path: Path, rows: list[list[str]]) -> Path:
    """A CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name", *map(str, range(1, 21))], *rows])
    return path


def test_a_class_is_compared_from_its_two_files(tmp_path, capsys):
    before = written(tmp_path / "before.csv", [["ann", *[""] * 20]])
    after = written(tmp_path / "after.csv", [["ann", *(letter.lower() for letter in RIGHT)]])

    assert main(["gain", str(before), str(after)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1 learner answered both times: 0% right before, 100% after; normalised gain 1.00.")
    assert len(said.splitlines()) == 3 + 20


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["ann", *RIGHT[:19]], "row 2: 19 answers; give a name and then 20 letters of ABCD"),
        (["ann", *RIGHT[:19], "E"], "row 2: 'E'; give a name"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, row, words):
    with pytest.raises(LabError, match=words):
        read_answers(written(tmp_path / "class.csv", [row]), 20)


def test_a_learner_who_answers_twice_is_named(tmp_path):
    with pytest.raises(LabError, match="row 3: 'ann' has answered already"):
        read_answers(written(tmp_path / "class.csv", [["ann", *RIGHT], ["ann", *RIGHT]]), 20)


def test_a_file_that_is_no_csv_is_refused(tmp_path):
    (tmp_path / "class.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabError, match="save it as CSV in UTF-8"):
        read_answers(tmp_path / "class.csv", 20)


def test_two_files_of_different_people_are_refused():
    with pytest.raises(LabError, match="nobody is in both files"):
        gain(ITEMS_READ, {"ann": RIGHT}, {"bob": RIGHT})


def test_an_item_without_three_ideas_is_refused(tmp_path):
    path = tmp_path / "items.toml"
    path.write_text(
        ITEMS.read_text(encoding="utf-8").replace('idea = "Fargate scales by itself"', 'idea = ""'), "utf-8"
    )
    with pytest.raises(LabError, match="item 1 has 3 wrong answers: give three, each with the idea behind it"):
        read_items(path)


def test_all_forms_are_written(tmp_path, capsys):
    assert main(["inventory", "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["inventory.gift", "inventory.html", "key.csv"]
    assert in_words(ITEMS_READ, gain(ITEMS_READ, {"a": RIGHT}, {"a": RIGHT})).count("100%") == 42
    assert "inventory.gift" in capsys.readouterr().out
