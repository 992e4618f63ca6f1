"""A deployment with two full revisions: blue in production, green beside it, and traffic that goes to green.

BLUE_GREEN, LINEAR and CANARY go through the same stages and differ in how production traffic is shifted:

    RECONCILE_SERVICE → PRE_SCALE_UP → SCALE_UP → POST_SCALE_UP → TEST_TRAFFIC_SHIFT → POST_TEST_TRAFFIC_SHIFT
    → (PRE_PRODUCTION_TRAFFIC_SHIFT → PRODUCTION_TRAFFIC_SHIFT → its bake) for each shift
    → POST_PRODUCTION_TRAFFIC_SHIFT → BAKE_TIME → CLEAN_UP

Until CLEAN_UP both revisions have all their tasks, twice the capacity, so that traffic can go back to blue at once.
A service without load balancer goes through the same stages, but ECS shifts no traffic for it.

[ECS Developer Guide, blue-green-deployment-how-it-works, deployment-type-linear, canary-deployment; read 2026-11-24]
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

import simpy

from ecslite.ecs.deployment import Deployment
from ecslite.ecs.deployment_configuration import DeploymentConfiguration
from ecslite.ecs.lifecycle_hook import DeploymentLifecycleHook, HookAnswer
from ecslite.ecs.production_traffic import ProductionTraffic
from ecslite.sim.clock import MINUTE
from ecslite.sim.simulation import Simulation

__all__ = ["BlueGreen"]

Steps = Generator[simpy.Event, Any, None]

STAGE_SECONDS = 24 * 60 * MINUTE
"""A stage that lasts longer fails the deployment [ECS Developer Guide, blue-green-deployment-how-it-works; read
2026-11-24]."""

DEPLOYMENT_SECONDS = 30 * 24 * 60 * MINUTE
"""All stages together; a deployment that lasts longer fails [as above]."""


class Host(Protocol):
    """The service's deployments, as one of them sees them."""

    sim: Simulation

    def healthy_count(self, deployment: Deployment) -> int:
        """Its tasks that count as healthy."""
        ...

    def task_count(self, deployment: Deployment) -> int:
        """Its tasks that are not STOPPED."""
        ...

    def desired(self) -> int:
        """The service's desired count."""
        ...

    def active(self) -> list[Deployment]:
        """Those that have tasks, oldest first."""
        ...

    def changed(self, cause: int) -> None:
        """Have the scheduler look again."""
        ...

    def shift_failed(self, cause: int, why: str) -> None:
        """Give the deployment up, and go back to blue."""
        ...

    def shift_completed(self, cause: int) -> None:
        """Blue has gone."""
        ...


class _GivenUpError(Exception):
    """The deployment has failed; its stages end here."""


class BlueGreen:
    """One such deployment on its way through the stages, as a process."""

    # Model: a stage without hooks and without anything to wait for takes no time.

    def __init__(
        self,
        host: Host,
        blue: Deployment,
        green: Deployment,
        configuration: DeploymentConfiguration,
        traffic: ProductionTraffic | None,
    ) -> None:
        self.sim = host.sim
        self.blue, self.green = blue, green
        self.can_go_back = True
        """Until CLEAN_UP, while blue still has all its tasks."""
        self.green_percent = 0.0
        """Of production traffic; where ECS shifts none, 100 from the stage on at which it would."""
        self._test_percent = 0.0
        self._host = host
        self._configuration = configuration
        self._traffic = traffic
        self._scaled_up = False
        self._event: int = green.event
        self._ends_at = self.sim.now + DEPLOYMENT_SECONDS
        self._condition: Callable[[], bool] | None = None
        self._met = self.sim.env.event()
        self._paused: simpy.Event | None = None
        self._process = self.sim.process(self._run())

    # What the scheduler asks

    def wanted(self) -> list[tuple[Deployment, int]]:
        """How many tasks each revision is to have now."""
        desired = self._host.desired()
        others = [one for one in self._host.active() if one not in (self.blue, self.green)]
        counts = [(one, 0) for one in others]
        counts.append((self.blue, desired if self.can_go_back else 0))
        return [*counts, (self.green, desired if self._scaled_up else 0)]

    def look(self, cause: int) -> None:
        """Go on if what is waited for has come."""
        if self._condition is not None and self._condition():
            self._condition = None
            self._met.succeed(cause)

    @property
    def pauses(self) -> bool:
        """Whether it stands at a PAUSE hook."""
        return self._paused is not None and not self._paused.triggered

    def resolve(self, action: str, cause: int) -> None:
        """Go on from the pause, or back."""
        assert self._paused is not None
        self._paused.succeed((action, cause))

    # How it ends

    def go_back(self, cause: int) -> int:
        """All production traffic goes to blue again, at once; the event's id."""
        self._stop()
        shifted = self.green_percent
        self.green_percent = self._test_percent = 0.0
        if self._traffic is not None and shifted:
            cause = self._traffic.shift(0.0, cause)
        for stage in ("PRODUCTION_TRAFFIC_SHIFT", "TEST_TRAFFIC_SHIFT"):
            for hook in self._hooks(stage):
                # Model: hooks are called during the way back, too, but what they answer changes nothing.
                self._call(hook, stage, dict(hook.hook_details))
        return cause

    def abandon(self, cause: int) -> Deployment:
        """Another deployment takes its place; the one that has production traffic, if need be by going back."""
        if self.green_percent == 100 and self.green.rollout_state != "FAILED":
            self._stop()
            if self._traffic is not None:
                self._traffic.swap()
            return self.green
        self.go_back(cause)
        return self.blue

    def halt(self) -> None:
        """It has failed and does not go back: both revisions and the traffic stay as they are."""
        self._stop()

    def _stop(self) -> None:
        self._condition = None
        if self._process.is_alive and self._process is not self.sim.env.active_process:
            self._process.interrupt()

    # The stages

    def _run(self) -> Steps:
        try:
            yield from self._scale()
            yield from self._shift()
            yield from self._finish()
        except (_GivenUpError, simpy.Interrupt):
            return

    def _scale(self) -> Steps:
        if any(one not in (self.blue, self.green) for one in self._host.active()):
            yield from self._stage("RECONCILE_SERVICE", until=self._reconciled)
        yield from self._stage("PRE_SCALE_UP")
        yield from self._stage("SCALE_UP", first=self._scale_up, until=self._green_is_up)
        yield from self._stage("POST_SCALE_UP")
        self._test_percent = 100.0
        yield from self._stage("TEST_TRAFFIC_SHIFT")
        yield from self._stage("POST_TEST_TRAFFIC_SHIFT")

    def _shift(self) -> Steps:
        for percent, bake_minutes in self._configuration.shifts:
            yield from self._stage("PRE_PRODUCTION_TRAFFIC_SHIFT", until=self._green_is_up)
            self.green_percent = percent
            yield from self._stage("PRODUCTION_TRAFFIC_SHIFT", first=self._shift_traffic)
            yield from self._rest(bake_minutes * MINUTE)
        yield from self._stage("POST_PRODUCTION_TRAFFIC_SHIFT")

    def _finish(self) -> Steps:
        # Model: LINEAR and CANARY need not say their bake time, and then have none.
        minutes = self._configuration.bake_time_in_minutes or 0
        yield from self._stage("BAKE_TIME", f", for {minutes} minutes")
        yield from self._rest(minutes * MINUTE)
        # Model: CLEAN_UP may last longer than any limit, as there is no way back from it: protected tasks hold it up.
        self.can_go_back = False
        self._event = self.green.stage("CLEAN_UP", self._event)
        self._host.changed(self._event)
        if not self._blue_is_gone():
            yield self._wait(self._blue_is_gone)
        if self._traffic is not None:
            self._traffic.swap()
        self._host.shift_completed(self._event)

    def _stage(
        self,
        stage: str,
        note: str = "",
        *,
        first: Callable[[], None] | None = None,
        until: Callable[[], bool] | None = None,
    ) -> Steps:
        self._event = self.green.stage(stage, self._event, note)
        if first is not None:
            first()
        yield from self._ask(stage)
        if until is not None and not until():
            met = self._wait(until)
            yield from self._rest(STAGE_SECONDS, met)
            if not met.triggered:
                self._give_up(self._event, f"stage {stage} lasted longer than 24 hours")
            cause: Any = met.value
            self._event = cause

    def _rest(self, seconds: float, unless: simpy.Event | None = None) -> Steps:
        """Let so many seconds pass, unless an event comes first; the deployment fails where they go past its end."""
        left = self._ends_at - self.sim.now
        pause = self.sim.sleep(min(seconds, left))
        yield pause if unless is None else pause | unless
        if seconds > left and (unless is None or not unless.triggered):
            self._give_up(self._event, "it lasted longer than 30 days")

    def _wait(self, condition: Callable[[], bool]) -> simpy.Event:
        self._condition, self._met = condition, self.sim.env.event()
        self._host.changed(self._event)
        return self._met

    def _scale_up(self) -> None:
        self._scaled_up = True

    def _shift_traffic(self) -> None:
        if self._traffic is not None:
            self._event = self._traffic.shift(self.green_percent, self._event)

    def _reconciled(self) -> bool:
        others = [one for one in self._host.active() if one not in (self.blue, self.green)]
        return not others and self._host.healthy_count(self.blue) >= self._host.desired()

    def _green_is_up(self) -> bool:
        return self._host.healthy_count(self.green) >= self._host.desired()

    def _blue_is_gone(self) -> bool:
        return not self._host.task_count(self.blue)

    def _give_up(self, cause: int, why: str) -> None:
        self._host.shift_failed(cause, why)
        raise _GivenUpError(why)

    # Hooks

    def _hooks(self, stage: str) -> list[DeploymentLifecycleHook]:
        return [hook for hook in self._configuration.lifecycle_hooks if stage in hook.lifecycle_stages]

    def _ask(self, stage: str) -> Steps:
        # Model: of several hooks at a stage one is asked after the other.
        for hook in self._hooks(stage):
            yield from self._pause(hook, stage) if hook.target is None else self._ask_one(hook, stage)

    def _ask_one(self, hook: DeploymentLifecycleHook, stage: str) -> Steps:
        ends = self.sim.now + hook.timeout_configuration.timeout_in_minutes * MINUTE
        details = dict(hook.hook_details)
        while True:
            answer = self._call(hook, stage, details)
            if answer.status == "SUCCEEDED":
                return
            if answer.status == "FAILED":
                self._give_up(self._event, f"a hook at {stage} answered FAILED")
            details |= answer.details
            if self.sim.now + answer.delay > ends:
                yield from self._rest(max(ends - self.sim.now, 0.0))
                self._timed_out(hook, stage)
                return
            yield from self._rest(answer.delay)

    def _call(self, hook: DeploymentLifecycleHook, stage: str, details: dict[str, Any]) -> HookAnswer:
        payload = {
            "lifecycleStage": stage,
            "resourceArn": self.green.id,
            "executionDetails": {
                "serviceArn": self.green.service,
                "targetServiceRevisionArn": self.green.id,
                "testTrafficWeights": self._test_weights(stage),
                "productionTrafficWeights": self._production_weights(stage),
            },
            "hookDetails": dict(details),
        }
        answer = hook.ask(payload)
        text = f"A hook at stage {stage} of deployment {self.green.id} answers {answer.status}{answer.why}."
        self._event = self.sim.log.add("hook", self.green.id, text, self._event, status=answer.status)
        return answer

    def _test_weights(self, stage: str) -> dict[str, float]:
        tests = self._traffic is not None and self._traffic.tests
        return self._weights(self._test_percent) if tests and stage == "TEST_TRAFFIC_SHIFT" else {}

    def _production_weights(self, stage: str) -> dict[str, float]:
        shifts = self._traffic is not None and stage == "PRODUCTION_TRAFFIC_SHIFT"
        return self._weights(self.green_percent) if shifts else {}

    def _weights(self, percent: float) -> dict[str, float]:
        return {self.green.id: percent, self.blue.id: 100.0 - percent}

    def _pause(self, hook: DeploymentLifecycleHook, stage: str) -> Steps:
        minutes = hook.timeout_configuration.timeout_in_minutes
        text = f"Deployment {self.green.id} pauses at stage {stage} until you continue it."
        self._event = self.sim.log.add("hook", self.green.id, text, self._event, status="AWAITING_ACTION")
        self._paused = answered = self.sim.env.event()
        yield from self._rest(minutes * MINUTE, answered)
        self._paused = None
        if not answered.triggered:
            self._timed_out(hook, stage)
            return
        answer: Any = answered.value
        action, self._event = answer
        if action == "ROLLBACK":
            self._give_up(self._event, f"you rolled it back at {stage}")

    def _timed_out(self, hook: DeploymentLifecycleHook, stage: str) -> None:
        action = hook.timeout_configuration.action
        text = f"A hook at stage {stage} of deployment {self.green.id} timed out: {action}."
        self._event = self.sim.log.add("hook", self.green.id, text, self._event, status="TIMED_OUT")
        if action == "ROLLBACK":
            self._give_up(self._event, f"a hook at {stage} timed out")
