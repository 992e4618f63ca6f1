"""AWS's own documents in: task definitions, and what CloudWatch counted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecslite.ecs.document import WHAT
from ecslite.ecs.task_definition import TaskDefinition
from ecslite.sim.cloudwatch import RequestCounts, read_metric_data, read_request_counts
from ecslite.sim.json_text import read_text

__all__ = ["RequestCounts", "read_metric_data", "read_request_counts", "read_task_definition"]


def read_task_definition(source: str | Path | Mapping[str, Any]) -> TaskDefinition:
    """The task definition in a file, in a JSON text or in a mapping; raises InvalidDocument with all its faults."""
    if isinstance(source, Mapping):
        return TaskDefinition.from_aws(source)
    return TaskDefinition.from_aws(read_text(source, WHAT))
