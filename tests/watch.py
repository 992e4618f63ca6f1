"""What must hold in every run, whatever breaks: watched at each step of the simulation, and checked at its end.

Everything is counted here again from the outside (needs of the tasks, states of the parts, requests of a second source
with the same seed), not read off the engine's own sums.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from random_scenarios import Scenario

import ecslite as ecs

LIFE = ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")
AGENT_PORTS = {22, 2375, 2376, 51678, 51679, 51680}
NOTICE = 120.0


class Broken(AssertionError):
    """An invariant does not hold."""


def expect(holds: bool, what: str) -> None:
    """Broken, with that sentence, unless it holds."""
    if not holds:
        raise Broken(what)


class Watch:
    """Looks at a scenario's instances, groups and services after each step in which something was logged."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._seen = 0
        self._known: dict[str, set[str]] = {service.name: set() for service in scenario.services}
        """The tasks of each service that have been seen."""
        self._well: dict[str, list[ecs.Task]] = {service.name: [] for service in scenario.services}
        """The healthy tasks of each service after the last step."""
        step = scenario.sim.env.step

        def watched() -> None:
            step()
            if len(scenario.sim.log.events) != self._seen:
                self._seen = len(scenario.sim.log.events)
                self.look()

        scenario.sim.env.step = watched

    def look(self) -> None:
        """Check what must hold at any moment."""
        now = self.scenario.sim.now
        for instance in self.scenario.cluster.instances():
            self._not_overbooked(instance, now)
        for group in self.scenario.groups:
            sizes = (group.min_size, group.desired_capacity, group.max_size)
            expect(sizes == tuple(sorted(sizes)), f"{now}: desired capacity outside of the sizes: {sizes}")
        for service in self.scenario.services:
            self._in_its_place(service, now)
            self._within_its_maximum(service, now)
            self._above_its_minimum(service, now)

    def _not_overbooked(self, instance, now: float) -> None:
        tenants = [tenant for tenant, host in self.scenario.cluster.tenants.values() if host is instance]
        needs = [tenant.need for tenant in tenants]
        where = f"{now}: {instance.id}"
        expect(sorted(instance.task_ids) == sorted(one.id for one in tenants), f"{where}: whose room is it?")
        expect(sum(need.cpu for need in needs) <= instance.cpu, f"{where}: CPU is overbooked")
        expect(sum(need.memory for need in needs) <= instance.memory, f"{where}: memory is overbooked")
        interfaces = sum(need.own_interface for need in needs)
        expect(interfaces <= instance.type.task_enis(instance.trunking), f"{where}: interfaces are overbooked")
        ports = Counter(port for need in needs for port in need.ports)
        ports += Counter(port for one in tenants for port in instance.dynamic_ports_of(one.id))
        ports += Counter(AGENT_PORTS)
        expect(max(ports.values()) == 1, f"{where}: a port is taken twice: {ports.most_common(1)}")

    def _in_its_place(self, service: ecs.Service, now: float) -> None:
        for task in service.tasks:
            if task.instance is not None:
                expect(task.zone == task.instance.zone, f"{now}: task {task.short} is in two zones")
            elif task.last_status in LIFE[1:4]:
                expect(task.zone is not None, f"{now}: task {task.short} runs nowhere")

    def _within_its_maximum(self, service: ecs.Service, now: float) -> None:
        """No task is started beyond the maximum of the deployment configuration."""
        ids = {task.id for task in service.tasks}
        started = ids - self._known[service.name]
        self._known[service.name] |= ids
        live = sum(task.desired_status == "RUNNING" for task in service.tasks)
        most = service.deployment_configuration.upper(service.desired_count)
        within = live <= most or not _rolls(service)
        expect(not started or within, f"{now}: {service.name} starts a task, and has {live} of {most}")

    def _above_its_minimum(self, service: ecs.Service, now: float) -> None:
        """The scheduler stops no healthy task that the minimum needs."""
        before, after = self._well[service.name], [task for task in service.tasks if _well(task)]
        self._well[service.name] = after
        gone = [task for task in before if task.stop_code == "ServiceSchedulerInitiated" and task not in after]
        least = min(len(before), service.deployment_configuration.lower(service.desired_count))
        enough = len(after) >= least or not _rolls(service)
        expect(not gone or enough, f"{now}: {service.name} stops {len(gone)} of {len(before)} healthy")


def _rolls(service: ecs.Service) -> bool:
    """Whether minimum and maximum bind: other strategies run two revisions in full, and only one has the traffic."""
    return service.deployment_configuration.strategy == "ROLLING" and service.scheduling_strategy == "REPLICA"


def _well(task: ecs.Task) -> bool:
    return task.desired_status == "RUNNING" and task.ready and task.healthy


# At the end


def check(scenario: Scenario, run: ecs.Run) -> None:
    """Check what must hold of a finished run."""
    _events(run)
    _parts(run)
    _tasks(run)
    _counts(scenario, run)
    _room(scenario)
    _requests(scenario, run)
    _metrics(run)
    bill = ecs.bill(run)
    expect(all(line.usd >= 0 and line.quantity >= 0 for line in bill.lines), "a line of the bill is below 0")


def _events(run: ecs.Run) -> None:
    for number, event in enumerate(run.log):
        expect(event.id == number, f"event {number} has the id {event.id}")
        expect(event.cause is None or event.cause < number, f"event {number} is caused by a later one: {event}")
        expect(bool(event.text), f"event {number} says nothing")
    times = [event.seconds for event in run.log]
    expect(times == sorted(times), "the log is not in the order of time")


def _parts(run: ecs.Run) -> None:
    for part in run.parts:
        times = [seconds for seconds, _, _ in part.states]
        expect(times == sorted(times), f"{part.kind} {part.id}: states are not in the order of time")
        ends = [state for _, state, _ in part.states if state in ("Terminated", "STOPPED", "unused")]
        expect(len(ends) <= 1, f"{part.kind} {part.id} has ended twice")


def _tasks(run: ecs.Run) -> None:
    for task in run.of_kind("task"):
        places = [LIFE.index(state) for _, state, _ in task.states]
        expect(places == sorted(set(places)), f"task {task.id} goes back: {task.states}")
        last = task.states[-1][1]
        if last in LIFE[4:]:
            expect(bool(task.attributes.get("stop_code")), f"task {task.id} is {last} without a stop code")
            expect(bool(task.attributes.get("stopped_reason")), f"task {task.id} is {last} without a reason")
        _keeps_its_notice(run, task)


def _keeps_its_notice(run: ecs.Run, task: ecs.Part) -> None:
    """A Fargate Spot task is gone two minutes after its notice."""
    if task.attributes.get("stop_code") != "SpotInterruption":
        return
    notice = [e.seconds for e in run.events("capacity") if f"Task {task.id[:8]} gets its Spot" in e.text]
    ended = [seconds for seconds, state, _ in task.states if state == "DEPROVISIONING"]
    if ended:
        expect(ended[0] <= notice[0] + NOTICE, f"task {task.id} outlives its notice")


def _counts(scenario: Scenario, run: ecs.Run) -> None:
    """RunningCount is the number of tasks that were RUNNING, at each of its steps."""
    for service in scenario.services:
        spans = []
        for task in run.of_kind("task"):
            if task.attributes["service"] == service.name:
                begin = next((seconds for seconds, state, _ in task.states if state == "RUNNING"), None)
                after = [seconds for (_, state, _), (seconds, _, _) in pairwise(task.states) if state == "RUNNING"]
                if begin is not None:
                    spans.append((begin, after[0] if after else float("inf")))
        steps = {seconds: value for seconds, value, _ in run.level("RunningCount", service.name).steps}
        for seconds, value in steps.items():
            counted = sum(begin <= seconds < end for begin, end in spans)
            expect(counted == value, f"{seconds}: {service.name} counts {value} running tasks, and has {counted}")


def _room(scenario: Scenario) -> None:
    """Whoever holds room is a task that has not ended, and whoever waits has no room."""
    tasks = {task.id: task for service in scenario.services for task in service.tasks}
    tasks |= {task.id: task for task in scenario.standalone if task.last_status != "STOPPED"}
    for id_ in scenario.cluster.tenants:
        expect(id_ in tasks, f"task {id_} holds room and has ended")
    for tenant in scenario.cluster.waiting:
        expect(tenant.id in tasks, f"task {tenant.id} waits and has ended")
        expect(tenant.id not in scenario.cluster.tenants, f"task {tenant.id} waits and has room")


def _sent(source: ecs.Traffic, arrivals: str, seed: int, seconds: float) -> int:
    """How many requests a source sends, by one that is alike in a simulation of its own."""
    again = ecs.Traffic(ecs.Simulation(seed), source.profile, arrivals=arrivals, name=source.name)
    return sum(len(times) for times, _, _ in again.take(seconds))


def _requests(scenario: Scenario, run: ecs.Run) -> None:
    """All that was sent was answered, refused or lost, for a reason that is counted."""
    for front in (*scenario.balancers, *scenario.names):
        sources = scenario.sources.get(front.name, [])
        sent = {
            source.name: _sent(source, scenario.arrivals[source.name], scenario.seed, run.seconds) for source in sources
        }
        again = 0
        called = sum(calls.caller.latency.count for calls in scenario.calls.get(front.name, []))
        for source in sources:
            clients = source.clients
            if clients is not None:
                expect(clients.requests == sent[source.name], f"{source.name}: {clients.requests} of {sent} were sent")
                again += clients.attempts - clients.requests
        done = front.latency.count + front.failed.total()
        due = sum(sent.values()) + again + called
        expect(done == due, f"{front.name}: {sent} sent, {again} again, {called} calls, {done} done")
        known = {"502", "503", "504", "Target_5XX", "no address", "stale address", "connection lost", "refused"}
        known |= {"unknown endpoint", "no connection", "connect timeout"}
        expect(set(front.failed) <= known, f"{front.name}: failures without a name: {front.failed}")


def _metrics(run: ecs.Run) -> None:
    for metric in run.metric_list:
        if metric.unit == "Percent" and "Reservation" in metric.name and "Provider" not in metric.name:
            values = [value for value in metric["Average"] if value is not None]
            expect(all(0 <= value <= 100 for value in values), f"{metric.name} of {metric.subject} is beyond 100 %")
        for values in metric.statistics.values():
            expect(len(values) == int(run.seconds // metric.period), f"{metric.name}: periods are missing")
