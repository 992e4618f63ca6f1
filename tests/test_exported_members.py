"""The public face: one import, a sorted list of names, and each of them documented."""

from __future__ import annotations

import inspect

import ecslite as ecs


def test_the_names_are_sorted_and_exist():
    assert ecs.__all__ == sorted(ecs.__all__)
    assert all(hasattr(ecs, name) for name in ecs.__all__)


def test_every_public_name_has_a_docstring():
    undocumented = [name for name in ecs.__all__ if not inspect.getdoc(getattr(ecs, name))]

    assert undocumented == []


def test_every_error_of_ours_is_an_ecslite_error():
    errors = [
        value for name in ecs.__all__ if inspect.isclass(value := getattr(ecs, name)) and issubclass(value, Exception)
    ]

    assert all(issubclass(error, ecs.EcsliteError) for error in errors)
