"""What a task definition does not say: how the application inside it behaves once it runs.

A task definition names an image; what the image does (how long it takes to listen, how many requests it serves at a
time) is the application's. A new revision may bring another application, which is what deployments are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from typing import Any

from ecslite.ecs.container_behaviour import ContainerBehaviour
from ecslite.errors import InvalidSetting

__all__ = ["DISCIPLINES", "Application"]

DISCIPLINES = ("first-come-first-served", "processor-sharing")
# Model: the first is a process with a fixed number of workers of one thread each, such as gunicorn's, pinned to their
# part of the CPU; the second one that works on all its requests at once. Mean times are the same where work is
# exponential and there is one worker; short requests get through faster with the second, long ones slower.


@dataclass(frozen=True, kw_only=True)
class Application(ContainerBehaviour):
    """How every copy of a task behaves. None of it is AWS's to document, so all of it is yours to set.

    What a ContainerBehaviour has is here that of the container that serves the requests: the first essential one with
    a port, or the first essential one. `containers` has the others'.
    """

    workers: int = 1
    """Requests that a task serves at a time."""
    backlog: int = 100
    """Requests that may wait in a task; one more is refused."""
    discipline: str = "first-come-first-served"
    """How the workers share the task's CPU: each has an even part of it ("first-come-first-served"), or those that have
    work share it ("processor-sharing")."""
    sidecar_cpu: float = 0.0
    """CPU units that the containers beside the application's use, from RUNNING to the end."""
    memory_mib: float | None = None
    """MiB that a task uses at rest, all containers together; None where nobody measured it, and then no metric and no
    limit of memory is simulated."""
    memory_mib_per_request: float = 0.0
    """MiB more for each request in hand, whether it is served or waits."""
    memory_leak_mib_per_hour: float = 0.0
    """MiB more for each hour since its containers have started."""
    startup_seconds: float = 5.0
    """From the start of its container to the moment at which the application listens."""
    image_mib: float = 250.0
    """Compressed size of the task's images, in MiB."""
    pull_error: str = ""
    """Why its image cannot be pulled, such as "manifest for shop/web:9 not found"; empty if it can."""
    initialization_error: str = ""
    """Why what its task needs before the images is not to be had (a secret, the registry's authentication), such as
    "unable to pull secrets or registry auth"; empty if it is."""
    exit_code: int = 1
    """With which its process ends, if it ends by itself."""
    fails_health_checks: bool = False
    """Whether its health check answers an error, though it serves requests."""
    fails_requests: bool = False
    """Whether it answers each request with a 5xx at once, though its health check passes: a fault that only visitors
    meet."""
    containers: Mapping[str, ContainerBehaviour] = field(default_factory=dict, hash=False)
    """How the containers beside the application's behave, by name; one that is not named runs and is well."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.workers < 1 or self.backlog < 1:
            raise InvalidSetting(f"workers={self.workers}, backlog={self.backlog}: both are whole numbers from 1")
        if self.discipline not in DISCIPLINES:
            raise InvalidSetting(f"discipline={self.discipline!r}: use one of {', '.join(DISCIPLINES)}")
        _check_use(self.sidecar_cpu, self.memory_mib, self.memory_mib_per_request, self.memory_leak_mib_per_hour)
        if not 0 <= self.image_mib < inf:
            raise InvalidSetting(f"image_mib={self.image_mib}: use MiB from 0")

    def behaviour_of(self, container: str) -> ContainerBehaviour:
        """How a container beside the application's behaves."""
        return self.containers.get(container, WELL)

    def but(self, **settings: Any) -> Application:
        """The same application with other settings; InvalidSetting for a name that is none."""
        known = [field.name for field in fields(self)]
        for name in settings:
            if name not in known:
                raise InvalidSetting(f"{name}= is no setting of an application: use one of {', '.join(known)}")
        return replace(self, **settings)


WELL = ContainerBehaviour()
"""It runs until it is told to stop, and then shuts down in order."""


def _check_use(sidecar_cpu: float, at_rest: float | None, per_request: float, leak: float) -> None:
    if not (0 <= sidecar_cpu < inf and 0 <= per_request < inf and 0 <= leak < inf):
        raise InvalidSetting(
            f"sidecar_cpu={sidecar_cpu}, memory_mib_per_request={per_request}, memory_leak_mib_per_hour={leak}:"
            " use numbers from 0"
        )
    if at_rest is None and (per_request or leak):
        raise InvalidSetting(
            f"memory_mib_per_request={per_request}, memory_leak_mib_per_hour={leak} without memory_mib=:"
            " say what a task uses at rest, such as memory_mib=200"
        )
    if at_rest is not None and not 0 <= at_rest < inf:
        raise InvalidSetting(f"memory_mib={at_rest}: use MiB from 0")
