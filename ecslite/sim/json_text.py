"""JSON that somebody dropped in: read with limits, and refused with the line and the column of what is wrong.

A file is hostile until proven otherwise. Refused are: too large, too deep, numbers that JSON does not have
(NaN, Infinity), and a key that stands twice in one object, of which most readers silently keep one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ecslite.errors import DocumentFault, InvalidDocument

__all__ = ["MAX_BYTES", "MAX_DEPTH", "read_json", "read_text", "too_deep"]

MAX_BYTES = 8 * 1024 * 1024
"""The largest file that is read. A year of minutes from CloudWatch would be larger; 15 days, all it keeps, is not."""

MAX_DEPTH = 40
"""How deeply objects and lists may be nested. A task definition needs 8."""

LONGEST_PATH = 4096
"""Characters of a file's name at most, as Linux has it; anything longer is text."""

MAX_DIGITS = 300
"""Digits of a number at most. AWS's longest has 19."""

# Possessive and with the closing quote optional, so that no text makes the search go back over what it has seen.
TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
COMMENT = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|(//|/\*|^[ \t]*#)', re.MULTILINE)
TEMPLATE = re.compile(r"\$\{|\{\{|<%|\{%")


def read_text(source: str | Path, what: str) -> str:
    """The text that `source` is, or that the file it names holds. One that begins with { or [ is text."""
    if isinstance(source, str) and looks_like_text(source):
        return _limited(source.removeprefix("\ufeff"), what)
    path = Path(source)
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "not a file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(what, f"{str(source)[:80]!r} cannot be read ({reason}): give the path of a file") from None
    try:
        return _limited(
            raw.decode("utf-8-sig") if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw.decode("utf-16"), what
        )
    except UnicodeDecodeError as error:
        raise _refused(what, f"byte {error.start} of {path.name} is not UTF-8 text: save the file as UTF-8") from None


def looks_like_text(source: str) -> bool:
    """True for a document itself, False for the name of a file."""
    stripped = source.removeprefix("\ufeff").lstrip()
    return not stripped or stripped[0] in "{[" or "\n" in stripped or len(stripped) > LONGEST_PATH


def read_json(text: str, what: str) -> Any:
    """The value that a JSON text stands for; raises InvalidDocument with what is wrong and where."""
    text = _limited(text.removeprefix("\ufeff"), what)
    if not text.strip():
        raise _refused(what, "it is empty: give JSON, beginning with {")
    if (at := _too_deep_at(text)) is not None:
        raise _refused(what, f"{_place(text, at)}: nested more than {MAX_DEPTH} deep; no document of AWS's is")
    repeated: list[str] = []
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, repeated),
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        raise _refused(what, _why_not_json(text, error)) from None
    except (ValueError, RecursionError) as error:
        raise _refused(what, str(error)) from None
    if repeated:
        repeated = [key[:60].encode("utf-8", "replace").decode() for key in repeated[:20]]
        raise InvalidDocument(
            what, [DocumentFault(key, "this key stands twice in one object: keep one") for key in repeated]
        )
    return value


def too_deep(value: object) -> bool:
    """True where a value made of dicts and lists is nested deeper than MAX_DEPTH, or holds itself."""
    level, seen = [value], 0
    while level:
        seen += 1
        if seen > MAX_DEPTH:
            return True
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list, tuple))
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list, tuple))
        ]
    return False


def _limited(text: str, what: str) -> str:
    if len(text) > MAX_BYTES:
        raise _refused(what, f"more than {MAX_BYTES // 1024**2} MiB: too large for a document of this kind")
    return text


def _too_deep_at(text: str) -> int | None:
    depth = 0
    for token in TOKENS.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return token.start()
        elif token[0] in "]}":
            depth -= 1
    return None


def _object(pairs: list[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        repeated += [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON has: give a number, or leave it out")


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:20]} is too large for a number: give one below 1e308")
    return value


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits ({digits[:12]}...): no value of AWS's is so large")
    return int(digits)


def _why_not_json(text: str, error: json.JSONDecodeError) -> str:
    hint = ""
    if any(match[1] for match in COMMENT.finditer(text)):
        hint = "; it has comments, which JSON does not: take them out"
    elif TEMPLATE.search(text):
        hint = "; it has template placeholders: fill them in first"
    elif text[error.pos : error.pos + 1] in ("]", "}") or "trailing comma" in error.msg:
        hint = "; take out the comma before the closing bracket"
    elif not text.lstrip().startswith(("{", "[")):
        hint = f"; it begins with {text.lstrip()[:20]!r}, JSON of AWS's begins with {{"
    return f"{_place(text, error.pos)}: not JSON ({error.msg.lower()}){hint}"


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}, column {at - text.rfind(chr(10), 0, at)}"


def _refused(what: str, message: str) -> InvalidDocument:
    return InvalidDocument(what, [DocumentFault("document", message)])
