"""What `python -m labs` does: release, hand out, grade, and what goes with it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labs.classroom.grading import grade
from labs.classroom.progress import Bar
from labs.classroom.roster import read_roster
from labs.classroom.rules import Rules, read_rules
from labs.handout import Links, write_handout
from labs.hidden import VARIABLE, class_key
from labs.inventory.gain import gain, in_words, read_answers
from labs.inventory.inventory import files, read_items
from labs.lab import LABS, Lab, LabError, ordered, parse_lab, read_lab, sources
from labs.notebooks import instructor, released, text
from labs.runner import Limits
from labs.sandbox import sandbox


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if it could be done."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.command(chosen))
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The learners that were done stand in the gradebook.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m labs", description="Release labs, and grade them.")
    parser.add_argument("--source", type=Path, default=LABS / "source", help="the folder of the sources")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    release = commands.add_parser("release", help="write the learners' notebooks")
    release.add_argument("--out", type=Path, default=LABS / "released")
    release.set_defaults(command=lambda chosen: _write(chosen, released))
    teacher = commands.add_parser("instructor", help="write the instructor's notebooks, with all solutions")
    teacher.add_argument("--out", type=Path, required=True)
    _ask_for_key(teacher)
    teacher.set_defaults(command=_write_for_teachers)
    listing = commands.add_parser("list", help="print every exercise: its number, kind, points, variants and title")
    listing.set_defaults(command=_list)
    letters = commands.add_parser("letters", help="print the right letters of an exercise with steps to be ordered")
    letters.add_argument("exercise", help='its number, such as "3.4"')
    letters.set_defaults(command=_letters)
    protections = commands.add_parser("protections", help="print what keeps submissions apart on this machine")
    protections.set_defaults(command=_protections)
    handout = commands.add_parser("handout", help="write a repository to hand out: notebooks, engine, settings")
    handout.add_argument("--out", type=Path, required=True, help="a new folder")
    handout.add_argument("--lab", action="append", help="only this lab; say it again for another one")
    handout.set_defaults(command=_handout)
    links = commands.add_parser("links", help="print the addresses that open the labs of a handed-out repository")
    links.add_argument("repository", help="such as https://github.com/school/labs")
    links.add_argument("--branch", default="main")
    links.add_argument("--hub", help="a JupyterHub with nbgitpuller, such as https://hub.school.example")
    links.set_defaults(command=_links)
    inventory = commands.add_parser("inventory", help="write the twenty questions for before and after the course")
    inventory.add_argument("--out", type=Path, required=True)
    inventory.set_defaults(command=_inventory)
    learned = commands.add_parser("gain", help="compare a class's answers to them before and after")
    learned.add_argument(
        "before", type=Path, help="a CSV: a header, then a row a learner with a name and a letter an item"
    )
    learned.add_argument("after", type=Path)
    learned.set_defaults(command=_gain)
    grading = commands.add_parser("grade", help="grade a class")
    grading.add_argument(
        "submissions", type=Path, nargs="+", help="folders and .zips of notebooks, as a learning platform gives them"
    )
    grading.add_argument("--out", type=Path, required=True, help="the folder for the gradebooks and the feedback")
    grading.add_argument("--lab", action="append", help="only this lab; say it again for another one")
    grading.add_argument("--roster", action="append", type=Path, default=[], help="a CSV of who is in the class")
    grading.add_argument("--rules", type=Path, help="a TOML file on late and repeated submissions")
    grading.add_argument("--jobs", type=_count, default=os.cpu_count() or 1, help="submissions at a time")
    grading.add_argument("--seconds", type=_count, default=120, help="for the answers of one submission")
    grading.add_argument("--memory-mib", type=_count, default=2048, help="for one process")
    _ask_for_key(grading)
    grading.set_defaults(command=_grade)
    return parser


def _ask_for_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--class-key", type=Path, metavar="FILE", help=f"a text file with the class's key (or set {VARIABLE})"
    )


def _count(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _write(chosen: argparse.Namespace, form: Callable[[Lab], Mapping[str, Any]]) -> int:
    chosen.out.mkdir(parents=True, exist_ok=True)
    for path in sources(chosen.source):
        target = chosen.out / f"{path.stem}.ipynb"
        target.write_text(text(form(read_lab(path))), encoding="utf-8")
        print(target)
    return 0


def _write_for_teachers(chosen: argparse.Namespace) -> int:
    key = class_key(chosen.class_key)
    return _write(chosen, lambda lab: instructor(lab, key))


def _list(chosen: argparse.Namespace) -> int:
    for lab in map(read_lab, sources(chosen.source)):
        print(lab.name)
        for each in lab.exercises:
            varied = f"{each.variants} variants" if each.variants > 1 else ""
            print(f"  {each.number:5} {each.kind:8} {each.points:2} points  {varied:11} {each.title}")
    return 0


def _protections(chosen: argparse.Namespace) -> int:
    print(sandbox().protections)
    return 0


def _letters(chosen: argparse.Namespace) -> int:
    found = {}
    for lab in map(parse_lab, sources(chosen.source)):
        found |= ordered(lab)
    if chosen.exercise not in found:
        raise LabError(f"no cell calls lab.steps for exercise {chosen.exercise}: use {', '.join(found) or 'it first'}")
    print(found[chosen.exercise])
    return 0


def _handout(chosen: argparse.Namespace) -> int:
    for path in write_handout(_labs(chosen), chosen.out):
        print(path)
    return 0


def _links(chosen: argparse.Namespace) -> int:
    links = Links(chosen.repository, chosen.branch)
    if there := links.codespaces():
        print(f"Codespaces: {there}")
    for path in sources(chosen.source):
        print(path.stem)
        hub = links.nbgitpuller(chosen.hub, path.stem) if chosen.hub else None
        for name, address in (("JupyterHub", hub), ("Binder", links.binder(path.stem))):
            if address:
                print(f"  {name}: {address}")
    return 0


def _inventory(chosen: argparse.Namespace) -> int:
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, content in files(read_items()).items():
        (chosen.out / name).write_text(content, encoding="utf-8", newline="")
        print(chosen.out / name)
    return 0


def _gain(chosen: argparse.Namespace) -> int:
    items = read_items()
    before, after = (read_answers(path, len(items)) for path in (chosen.before, chosen.after))
    print(in_words(items, gain(items, before, after)))
    return 0


def _grade(chosen: argparse.Namespace) -> int:
    key = class_key(chosen.class_key)
    if key.public:
        print(f"No class key is set ({VARIABLE} or --class-key): the hidden checks draw from a key that is public.")
    rules = read_rules(chosen.rules) if chosen.rules else Rules()
    rows = grade(
        _labs(chosen),
        chosen.submissions,
        chosen.out,
        jobs=chosen.jobs,
        limits=Limits(chosen.seconds, chosen.memory_mib),
        roster=read_roster(chosen.roster, rules.zone),
        rules=rules,
        key=key,
        tell=Bar(sys.stdout) if sys.stdout.isatty() else print,
    )
    learners = len({row.learner for row in rows})
    right = sum(row.points == row.max for row in rows)
    print(f"{learners} learners, {len(rows)} rows, {right} right: {chosen.out / 'grades.csv'}")
    print(f"The item analysis, and what to look at: {chosen.out / 'class.html'}")
    return 0


def _labs(chosen: argparse.Namespace) -> list[Lab]:
    """The labs that are named, or all."""
    found = {path.stem: path for path in sources(chosen.source)}
    if unknown := sorted(set(chosen.lab or ()) - set(found)):
        raise LabError(f"--lab {unknown[0]}: use one of {', '.join(found) or 'none, as there is no source'}")
    return [read_lab(path) for name, path in found.items() if name in (chosen.lab or found)]


if __name__ == "__main__":
    sys.exit(main())
