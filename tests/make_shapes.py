"""Write the form of RegisterTaskDefinition and of DescribeTaskDefinition, as botocore's model has it, into the package.

    python tests/make_shapes.py

The engine itself needs no botocore; a test says that the file still equals the model.
"""

import json
from pathlib import Path
from typing import Any

import botocore.session

PLACE = Path(__file__).parent.parent / "ecslite" / "ecs" / "register_task_definition.json"


def shapes() -> dict[str, Any]:
    """Every shape that the two documents reach, by name, with what a validator needs of it."""
    model = botocore.session.get_session().get_service_model("ecs")
    found: dict[str, Any] = {}
    collect(model.operation_model("RegisterTaskDefinition").input_shape, found)
    collect(model.operation_model("DescribeTaskDefinition").output_shape, found)
    return found


def collect(shape: Any, found: dict[str, Any]) -> None:
    if shape.name in found:
        return
    kept = {key: shape.metadata[key] for key in ("required", "enum", "min", "max", "union") if key in shape.metadata}
    found[shape.name] = entry = {"type": shape.type_name, **kept}
    parts = {"structure": ("members",), "list": ("member",), "map": ("key", "value")}.get(shape.type_name, ())
    for part in parts:
        value = getattr(shape, part)
        inner = list(value.values()) if isinstance(value, dict) else [value]
        entry[part] = {key: one.name for key, one in value.items()} if isinstance(value, dict) else value.name
        for one in inner:
            collect(one, found)


def text() -> str:
    lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(shapes().items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
