"""Can a task on Fargate pull its image? By its subnet's way out, its public address, endpoints and security groups.

What it leaves out: permissions, route tables other than "public" and "by NAT", and network ACLs. On EC2 the instance's
agent pulls images over the instance's own interface, so that a task's subnet does not matter there.
"""

from __future__ import annotations

from collections.abc import Sequence

from ecslite.network.security_group import SecurityGroup
from ecslite.network.vpc import AwsvpcConfiguration, Subnet

__all__ = ["can_pull_image"]

# Model: a group of instances names zones, not subnets. So a pull on an instance always finds its way, and its bytes are
# on no NAT gateway's bill: a private fleet that pulls through one pays for them in AWS.

API_ENDPOINTS = ("ecr.api", "ecr.dkr")
LAYER_ENDPOINT = "s3"
"""The VPC endpoints that a pull from ECR needs where there is no way out: two for its API, and one for the layers,
which are in S3 [ECR guide, vpc-endpoints; read 2026-11-24]. Logs by awslogs need `logs` as well."""

HTTPS = 443
OUTSIDE = "203.0.113.1"
"""Any address outside of the VPC (RFC 5737)."""

NO_ECR = (
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from"
    " Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration."
    " dial tcp: i/o timeout."
)
"""[ECS Developer Guide, resource-initialization-error; read 2026-11-24]"""

NO_IMAGE = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {image}: failed to"
    " do request: dial tcp: i/o timeout. Check your task network configuration."
)
"""[ECS Developer Guide, task_cannot_pull_image; read 2026-11-24]"""


def can_pull_image(subnet: Subnet, config: AwsvpcConfiguration, image: str = "") -> str | None:
    """None where a task on Fargate there can pull that image; else the reason with which it stops."""
    # Model: an image without a registry in its name, such as web:1, is in ECR. Docker would look on Docker Hub.
    from_ecr = ".dkr.ecr." in image or not _registry(image)
    blocked = _way_out(subnet, config)
    if blocked is None or (from_ecr and _endpoints_do(subnet, config.security_groups)):
        return None
    if from_ecr and not all(endpoint in subnet.vpc.endpoints for endpoint in API_ENDPOINTS):
        return f"{NO_ECR} {blocked}"
    return f"{NO_IMAGE.format(image=image or 'the image')} {blocked}"


def _way_out(subnet: Subnet, config: AwsvpcConfiguration) -> str | None:
    """Why the internet cannot be reached from there; None if it can."""
    if subnet.public and config.assign_public_ip != "ENABLED":
        return f"Subnet {subnet.name} is public, but the task has no public address."
    if not subnet.public and subnet.nat is None:
        return f"Subnet {subnet.name} has no route to a NAT gateway."
    if not _lets_out(config.security_groups, OUTSIDE):
        return f"No outbound rule of {', '.join(group.name for group in config.security_groups)} allows tcp {HTTPS}."
    return None


def _endpoints_do(subnet: Subnet, groups: Sequence[SecurityGroup]) -> bool:
    reached = _lets_out(groups, str(subnet.vpc.network[1]))
    return reached and all(one in subnet.vpc.endpoints for one in (*API_ENDPOINTS, LAYER_ENDPOINT))


def _lets_out(groups: Sequence[SecurityGroup], address: str) -> bool:
    # Model: a configuration that names no group has the VPC's default group, which lets everything out.
    return not groups or any(rule.allows("tcp", HTTPS, address, ()) for group in groups for rule in group.outbound)


def _registry(image: str) -> str:
    """The host in an image's name; empty where it names none."""
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first) else ""
