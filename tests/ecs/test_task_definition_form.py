"""The form of a task definition is judged as botocore's own validator judges it."""

import copy
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import botocore.session
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from ecslite.ecs.document import sound
from ecslite.ecs.shapes import Reader
from ecslite.errors import InvalidDocument

TESTS = Path(__file__).parent.parent
MODEL = botocore.session.get_session().get_service_model("ecs")
SHAPE = MODEL.operation_model("RegisterTaskDefinition").input_shape

FULL = json.loads((TESTS / "data" / "full_task_definition.json").read_text(encoding="utf-8"))

VALUES = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.integers(-5, 70_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=3),
    st.dictionaries(st.sampled_from(["name", "value", "type", "enabled", "x"]), st.text(max_size=3), max_size=3),
)


def judged_by_botocore(document: Any) -> set[str]:
    """The paths that botocore refuses; a missing or unknown member's own path, as ours."""
    found = set()
    for _, name, detail in ParamValidator().validate(document, SHAPE)._errors:
        member = detail.get("required_name") or detail.get("unknown_param")
        found.add(".".join(part for part in (name.removeprefix("."), member) if part) or "document")
    return found


def judged_by_us(document: Any) -> set[str]:
    reader = Reader()
    reader.read(document, SHAPE.name)
    return {fault.path for fault in reader.faults}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


PLACES = [path for path in places(FULL) if path]


@st.composite
def mutated(draw: Any) -> Any:
    """The full document with one to four values changed, taken out, or put in."""
    document = copy.deepcopy(FULL)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4)):
        holder = document
        try:
            for key in path[:-1]:
                holder = holder[key]
            change = draw(st.sampled_from(["set", "remove", "add"]))
            if change == "set":
                holder[path[-1]] = draw(VALUES)
            elif change == "remove":
                del holder[path[-1]]
            else:
                holder[path[-1]]["unheardOf"] = draw(VALUES)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    return document


def test_the_shapes_in_the_package_are_botocores():
    spec = importlib.util.spec_from_file_location("make_shapes", TESTS / "make_shapes.py")
    assert spec and spec.loader
    make_shapes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_shapes)
    assert make_shapes.text() == make_shapes.PLACE.read_text(encoding="utf-8")


def test_a_document_with_every_member_is_sound_to_both():
    assert set() == judged_by_botocore(FULL) == judged_by_us(FULL)
    assert set(SHAPE.members) == set(FULL)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_what_botocore_refuses_is_refused_at_the_same_path(document):
    missed = judged_by_botocore(document) - judged_by_us(document)
    assert set() == missed


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_what_botocore_accepts_is_refused_only_for_an_enumeration_or_a_limit(document):
    reader = Reader()
    reader.read(document, SHAPE.name)
    if not judged_by_botocore(document):
        assert all(re.search("use|at most|whole number", fault.message) for fault in reader.faults)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_any_document_is_read_or_refused_with_reasons(document):
    refused = judged_by_botocore(document)
    try:
        sound(document)
    except InvalidDocument as refusal:
        assert refused <= {fault.path for fault in refusal.faults}
        assert all(fault.message for fault in refusal.faults)
    else:
        assert not refused
