"""The form of a document: types, required members, enumerations and lengths, as AWS's own model states them.

register_task_definition.json beside this module is made from botocore's model by tests/make_shapes.py.
botocore leaves enumerations and upper limits to the service; here they are judged too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from ecslite.errors import DocumentFault

__all__ = ["Reader", "members", "shapes", "short"]

KINDS: dict[str, tuple[type, ...]] = {
    "structure": (Mapping,),
    "map": (Mapping,),
    "list": (list, tuple),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}
NAMES = {"structure": "an object {...}", "map": "an object {...}", "list": "a list [...]", "string": "a text",
         "integer": "a whole number", "boolean": "true or false"}  # fmt: skip
LEFT_OUT = object()
"""Stands for a value that was at fault: whoever reads on must not meet it."""

LONGEST_SHOWN = 60

MANY = 200
"""Faults from which on no one reads the hints, and looking for them would only cost time."""


@cache
def shapes() -> dict[str, Any]:
    """Every shape by its name in AWS's model."""
    text = (files("ecslite.ecs") / "register_task_definition.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def members(name: str) -> dict[str, str]:
    """The members of a structure, each with the name of its shape."""
    found: dict[str, str] = shapes()[name]["members"]
    return found


class Reader:
    """Reads a value against a shape; `.faults` collects what is wrong, what comes back has only what is right."""

    def __init__(self) -> None:
        self.faults: list[DocumentFault] = []

    def read(self, value: Any, shape_name: str, path: str = "") -> Any:
        """The sound part of the value, or LEFT_OUT."""
        shape = shapes()[shape_name]
        kind = shape["type"]
        if kind == "timestamp":
            return value
        wrong = not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool))
        if wrong:
            return self._fault(path, _wrong_kind(value, kind))
        if kind == "structure":
            return self.structure(value, shape["members"], shape, path)
        if kind == "list":
            return self._list(value, shape, path)
        if kind == "map":
            read = {key: self.read(inner, shape["value"], f"{path}.{key}") for key, inner in value.items()}
            return {key: inner for key, inner in read.items() if inner is not LEFT_OUT}
        return self._scalar(value, shape, path)

    def structure(self, value: Mapping[str, Any], known: Mapping[str, str], shape: Any, path: str) -> dict[str, Any]:
        """The sound members of an object whose known members are given."""
        for name in shape.get("required", ()):
            if name not in value:
                self._fault(_join(path, name), f"missing: AWS requires {name} here")
        if shape.get("union") and len(value) != 1:
            self._fault(path, f"{len(value)} members: set exactly one of {', '.join(known)}")
        found = {}
        for name, inner in value.items():
            if name not in known:
                hint = _unknown(str(name), known) if len(self.faults) < MANY else "AWS knows no such member"
                self._fault(_join(path, str(name)[:LONGEST_SHOWN]), hint)
            elif (read := self.read(inner, known[name], _join(path, name))) is not LEFT_OUT:
                found[name] = read
        return found

    def _list(self, value: Any, shape: Any, path: str) -> Any:
        if not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            self._fault(path, f"{len(value)} entries: give {shape.get('min', 0)} to {shape.get('max')}")
        read = [self.read(inner, shape["member"], f"{path}[{index}]") for index, inner in enumerate(value)]
        # An entry at fault leaves its place: the others keep their index.
        return [None if inner is LEFT_OUT else inner for inner in read]

    def _scalar(self, value: Any, shape: Any, path: str) -> Any:
        if "enum" in shape and value not in shape["enum"]:
            return self._fault(path, _not_in(value, shape["enum"]))
        size = len(value) if isinstance(value, str) else value
        unit = " characters" if isinstance(value, str) else ""
        if "min" in shape and size < shape["min"]:
            return self._fault(path, f"{_show(value)}: at least {shape['min']}{unit}")
        if "max" in shape and size > shape["max"]:
            return self._fault(path, f"{_show(value)}: at most {shape['max']}{unit}")
        return value

    def _fault(self, path: str, message: str) -> Any:
        self.faults.append(DocumentFault(printable(path) or "document", printable(message)))
        return LEFT_OUT


def short(text: object) -> str:
    """A text in quotes, as much of it as a message should hold."""
    shown = printable(str(text))
    return json.dumps(shown if len(shown) <= LONGEST_SHOWN else shown[:LONGEST_SHOWN] + "...", ensure_ascii=False)


def printable(text: str) -> str:
    """The text without halves of characters (lone surrogates), which no terminal can print."""
    return text.encode("utf-8", "replace").decode()


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _show(value: Any) -> str:
    text = str(value) if isinstance(value, int) and value.bit_length() > 512 else json.dumps(value, default=str)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."


def _wrong_kind(value: Any, kind: str) -> str:
    if value is None:
        return f"null is not {NAMES[kind]}: leave the member out, or give it a value"
    if kind == "integer" and isinstance(value, str):
        return f"{_show(value)} is a text where AWS takes a whole number: write it without quotes"
    if kind == "string" and isinstance(value, (int, float)):
        return f"{_show(value)} is not a text: put it in quotes, {_show(str(value).lower())}"
    if kind == "boolean" and str(value).lower() in ("true", "false"):
        return f"{_show(value)} is a text where AWS takes true or false: write it without quotes"
    if kind in ("structure", "map", "list") and isinstance(value, (Mapping, list)):
        return f"AWS takes {NAMES[kind]} here, this is {NAMES['list' if isinstance(value, list) else 'map']}"
    return f"{_show(value)} is not {NAMES[kind]}, which AWS takes here"


def _unknown(name: str, known: Mapping[str, str]) -> str:
    lower = {one.lower(): one for one in known}
    near = get_close_matches(name.lower()[:LONGEST_SHOWN], lower, n=1)
    return (
        f"AWS knows no such member: use {lower[near[0]]}" if near else f"AWS knows no such member: {', '.join(known)}"
    )


def _not_in(value: Any, allowed: list[str]) -> str:
    lower = {one.lower(): one for one in allowed}
    near = get_close_matches(str(value).lower()[:LONGEST_SHOWN], lower, n=1)
    if value == "default":
        return f'"default": leave the member out, that is the default; or use one of {", ".join(allowed)}'
    meant = f"use {lower[near[0]]}, one" if near else "use one"
    return f"{_show(value)}: {meant} of {', '.join(allowed)}"
