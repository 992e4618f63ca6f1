"""Steps to be put in order: a source writes them in the right order, and every notebook holds them shuffled.

The shuffle is fixed by the exercise and the number of steps, so that a reworded step keeps its letter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from hashlib import sha256
from string import ascii_lowercase

__all__ = ["letters", "shuffled", "shuffles"]


def places(exercise: str, many: int) -> list[int]:
    """Which step stands in each place; never the right order."""
    order = sorted(range(many), key=lambda step: sha256(f"{exercise}/{many}/{step}".encode()).hexdigest())
    return order if order != list(range(many)) else order[1:] + order[:1]


def letters(exercise: str, many: int) -> str:
    """The right answer: the letters of the steps in the right order, with a space between two."""
    order = places(exercise, many)
    return " ".join(ascii_lowercase[order.index(step)] for step in range(many))


def shuffles(source: str) -> Iterator[tuple[str, ast.List]]:
    """Each exercise whose steps a cell prints, and the list of them. ValueError if they are not written as a list."""
    for node in ast.walk(ast.parse(source)) if "lab.steps(" in source else ():
        match node:
            case ast.Call(func=ast.Attribute(ast.Name("lab"), "steps"), args=[ast.Constant(str(exercise)), texts]):
                if not isinstance(texts, ast.List) or not 2 <= len(texts.elts) <= len(ascii_lowercase):
                    raise ValueError(f"write the steps of exercise {exercise} as a list of 2 to 26 texts in lab.steps")
                yield exercise, texts


def shuffled(source: str) -> str:
    """A cell's source with the steps in it shuffled: the elements change places, all else stays."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    out, changes = source.encode(), []
    for exercise, texts in shuffles(source):
        spans = [_span(each, starts) for each in texts.elts]
        changes += [
            (*spans[place], out[slice(*spans[step])]) for place, step in enumerate(places(exercise, len(spans)))
        ]
    for start, end, text in sorted(changes, reverse=True):
        out = out[:start] + text + out[end:]
    return out.decode()


def _span(node: ast.expr, starts: Sequence[int]) -> tuple[int, int]:
    """The bytes in which an element stands, by the bytes at which the lines begin."""
    assert node.end_lineno is not None and node.end_col_offset is not None, "ast.parse gives every node its end"
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
