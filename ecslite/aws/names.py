"""Names that AWS takes: a simulation takes any, an account does not.

[ECS API, CreateCluster, CreateService, CreateCapacityProvider; Elastic Load Balancing API, CreateLoadBalancer,
CreateTargetGroup; EC2 Auto Scaling API, CreateAutoScalingGroup; Lambda API, CreateFunction; SNS API, CreateTopic;
DynamoDB API, CreateTable; S3 User Guide, bucketnamingrules; read 2026-11-25]
"""

from __future__ import annotations

import re

from ecslite.errors import InvalidSetting

__all__ = ["check_name"]

WORD = r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, - and _"
BALANCED = r"(?!internal-)[A-Za-z0-9](-?[A-Za-z0-9]){0,31}", "1 to 32 letters and digits, with single - between them"

RULES = {
    "cluster": WORD,
    "service": WORD,
    "capacity provider": (
        r"(?i:(?!aws|ecs|(?!fargate(_spot)?$)fargate))[A-Za-z0-9_-]{1,255}",
        "1 to 255 letters, digits, - and _, and no aws, ecs or fargate at its beginning",
    ),
    "Auto Scaling group": (r"[^:\s]{1,255}", "1 to 255 characters, without a colon or a blank"),
    "load balancer": BALANCED,
    "target group": BALANCED,
    "function": (r"[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, - and _"),
    "topic": (r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo", "1 to 256 letters, digits, - and _"),
    "table": (r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, -, _ and ."),
    "bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 to 63 small letters, digits, - and ."),
}


def check_name(what: str, name: str) -> None:
    """InvalidSetting for a name that AWS does not take.

    >>> check_name("cluster", "shop")
    """
    pattern, rule = RULES[what]
    if not re.fullmatch(pattern, name):
        raise InvalidSetting(f"{what} {name!r}: AWS takes {rule}; rename it before the export")
