"""A step runs again when its inputs changed, when its result is gone, and when it broke in the middle."""

from pathlib import Path

import pytest

from book.stamps import digest, files, unless_fresh


def a_step(folder: Path) -> tuple[Path, list[str], dict[str, Path]]:
    """A step's result, a record of its runs, and where its stamp goes."""
    return folder / "made", [], {"stamps": folder / "stamps"}


def test_a_step_with_the_same_inputs_runs_once(tmp_path: Path) -> None:
    made, runs, where = a_step(tmp_path)

    def run() -> str:
        made.touch()
        runs.append("ran")
        return "made"

    answers = [unless_fresh("step", "inputs", made, run, **where) for _ in range(2)]
    assert (answers, runs) == (["made", "unchanged"], ["ran"])


def test_a_step_with_other_inputs_runs_again(tmp_path: Path) -> None:
    made, _, where = a_step(tmp_path)
    made.touch()
    answers = [unless_fresh("step", inputs, made, lambda: "made", **where) for inputs in ("a", "b", "b")]
    assert answers == ["made", "made", "unchanged"]


def test_a_step_whose_result_is_gone_runs_again(tmp_path: Path) -> None:
    made, _, where = a_step(tmp_path)
    made.touch()
    unless_fresh("step", "inputs", made, lambda: "made", **where)
    made.unlink()
    assert unless_fresh("step", "inputs", made, lambda: "made again", **where) == "made again"


def test_a_step_that_broke_is_not_taken_for_done(tmp_path: Path) -> None:
    made, _, where = a_step(tmp_path)
    made.touch()
    unless_fresh("step", "old", made, lambda: "made", **where)

    def breaks() -> str:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        unless_fresh("step", "new", made, breaks, **where)
    assert unless_fresh("step", "old", made, lambda: "made again", **where) == "made again"


def test_the_digest_sees_names_bytes_and_strings(tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_text("one")
    seen = {digest(tmp_path), digest(tmp_path, also=["x"])}
    note.write_text("two")
    seen.add(digest(tmp_path))
    note.rename(tmp_path / "other")
    seen.add(digest(tmp_path))
    assert len(seen) == 4


def test_folders_that_tools_make_are_no_inputs(tmp_path: Path) -> None:
    for name in ("kept", "__pycache__", "node_modules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    assert files(tmp_path) == [tmp_path / "kept" / "file"]
