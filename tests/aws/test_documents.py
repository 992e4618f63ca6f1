"""AWS's own documents, by path, by text and as a mapping."""

import json

import pytest

from ecslite import aws
from ecslite.errors import InvalidDocument

BODY = {
    "family": "shop",
    "cpu": ".25 vCPU",
    "memory": "0.5 GB",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "containerDefinitions": [{"name": "web", "image": "shop/web:1"}],
}


def test_a_task_definition_is_read_from_a_path_a_text_and_a_mapping(tmp_path):
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(BODY), encoding="utf-8")
    definition = aws.read_task_definition(BODY)
    assert (definition.cpu, definition.memory) == (256, 512)
    for source in (path, str(path), json.dumps(BODY), json.dumps(BODY, indent=1)):
        assert definition == aws.read_task_definition(source)


def test_a_byte_order_mark_and_windows_utf_16_are_read(tmp_path):
    path = tmp_path / "shop.json"
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_text(json.dumps(BODY), encoding=encoding)
        assert aws.read_task_definition(path).name == "shop:1"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xff\x00", "not UTF-8"), (b"\xff\xfe\x00", "not UTF-8"), (b"\x89PNG\r\n", "not UTF-8"), (b"", "empty")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, says):
    path = tmp_path / "shop.json"
    path.write_bytes(content)
    with pytest.raises(InvalidDocument, match=says):
        aws.read_task_definition(path)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (8 * 1024 * 1024 + 1))
    with pytest.raises(InvalidDocument, match="8 MiB"):
        aws.read_task_definition(path)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_path_that_holds_no_file_is_named(tmp_path, name):
    with pytest.raises(InvalidDocument, match="cannot be read"):
        aws.read_task_definition(tmp_path / name)
