"""Why tasks stop: stop codes and stopped reasons, as DescribeTasks has them.

Sources: the codes are those of the API's enumeration [ECS API, Task.stopCode; read 2026-11-24]; the reasons are what
consoles and transcripts show, since AWS documents only some of them.
"""

__all__ = [
    "ESSENTIAL_EXITED",
    "FAILED_CHECKS",
    "FAILED_CONTAINER_CHECKS",
    "FAILED_ELB_CHECKS",
    "FAILED_TO_START",
    "STOPPED_BY_USER",
    "STOP_CODES",
]

STOP_CODES = (
    "TaskFailedToStart",
    "EssentialContainerExited",
    "UserInitiated",
    "ServiceSchedulerInitiated",
    "SpotInterruption",
    "TerminationNotice",
    "InfrastructureHealth",
)

ESSENTIAL_EXITED = "Essential container in task exited"
FAILED_TO_START = "Task failed to start"
"""Its containers' own reasons say why."""
FAILED_ELB_CHECKS = "Task failed ELB health checks"
FAILED_CONTAINER_CHECKS = "Task failed container health checks"
FAILED_CHECKS = (FAILED_ELB_CHECKS, FAILED_CONTAINER_CHECKS)
STOPPED_BY_USER = "Task stopped by user"
"""Where StopTask gives no reason."""
