"""botocore's models as judges: parameters by its own validation, and beyond it every enumeration, pattern and length.

botocore itself checks types, required members and least lengths. `strict` adds what AWS checks on its side and the
models name: enumerations, greatest lengths and values, and members that do not exist.
"""

from __future__ import annotations

import re
from functools import cache

import botocore.session
from botocore.validate import ParamValidator

SESSION = botocore.session.get_session()


@cache
def model(service):
    return SESSION.get_service_model(service)


def faults_of_input(service, operation, parameters):
    """All that is wrong with the parameters of an operation, as texts."""
    shape = model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(parameters, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *strict(parameters, shape, operation)]


def faults_of_output(service, operation, answer):
    """All that is wrong with an answer: unknown members, wrong types, words that are in no enumeration."""
    shape = model(service).operation_model(operation).output_shape
    report = ParamValidator().validate(answer, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *strict(answer, shape, operation)]


def strict(value, shape, path):
    """What the model says beyond botocore's own checks."""
    if shape.type_name == "structure":
        if getattr(shape, "is_document_type", False):
            return []
        unknown = [f"{path}.{name} is unknown" for name in value if name not in shape.members]
        known = [(each, shape.members[name], f"{path}.{name}") for name, each in value.items() if name in shape.members]
        return unknown + [fault for each, of, at in known for fault in strict(each, of, at)]
    if shape.type_name == "list":
        return [fault for at, each in enumerate(value) for fault in strict(each, shape.member, f"{path}[{at}]")]
    if shape.type_name == "map":
        return [fault for name, each in value.items() for fault in strict(each, shape.value, f"{path}.{name}")]
    return _scalar(value, shape, path)


def _scalar(value, shape, path):
    said = shape.metadata
    if shape.type_name == "string":
        if said.get("enum") and value not in said["enum"]:
            return [f"{path}={value!r} is none of {said['enum']}"]
        if len(value) > said.get("max", len(value)):
            return [f"{path}={value!r} is longer than {said['max']}"]
        pattern = said.get("pattern")
        if pattern and "\\p" not in pattern and "\\u" not in pattern and not re.fullmatch(pattern, value):
            return [f"{path}={value!r} does not match {pattern}"]
    if shape.type_name in ("integer", "long", "double", "float") and value > said.get("max", value):
        return [f"{path}={value} is above {said['max']}"]
    return []
