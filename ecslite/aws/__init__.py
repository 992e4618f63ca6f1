"""The bridge to real AWS: its documents in, what it would take out, and what it would print of a run.

`read_*` reads AWS's documents, `to_aws` writes a simulation as calls of AWS's APIs, `describe_*` shows a run as AWS
would at a moment of it.
"""

from ecslite.aws.call import Call
from ecslite.aws.describe_instances import describe_container_instances, describe_target_health
from ecslite.aws.describe_services import describe_services
from ecslite.aws.describe_tasks import describe_tasks, list_tasks
from ecslite.aws.destination import Destination
from ecslite.aws.documents import RequestCounts, read_metric_data, read_request_counts, read_task_definition
from ecslite.aws.export import to_aws

__all__ = [
    "Call",
    "Destination",
    "RequestCounts",
    "describe_container_instances",
    "describe_services",
    "describe_target_health",
    "describe_tasks",
    "list_tasks",
    "read_metric_data",
    "read_request_counts",
    "read_task_definition",
    "to_aws",
]
