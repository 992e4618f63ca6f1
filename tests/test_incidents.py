"""Each incident is made by its fault, and shows in what AWS would print; the same ticket is the same night."""

from __future__ import annotations

from collections import Counter

import pytest
from botocores import faults_of_output

from ecslite.incidents import CAUSES, cause_of, one_of_each, open_page

TICKETS = {
    cause: [each for start in (4000, 70_000, 300_000) for each in one_of_each(start) if cause_of(each) == cause]
    for cause in CAUSES
}
"""Three nights of each cause."""

EVERY = [pytest.param(ticket, id=f"{cause}-{ticket}") for cause, tickets in TICKETS.items() for ticket in tickets]


def nights(cause):
    return pytest.mark.parametrize("ticket", TICKETS[cause])


def own(page):
    """The stopped tasks that have ended for a reason of their own."""
    return [task for task in page.stopped if not task["stoppedReason"].startswith("Scaling activity")]


def codes(page):
    return {task["stopCode"] for task in own(page)}


def messages(page):
    return " ".join(event["message"] for event in page.service["events"])


def faults(page):
    """What the run's log blames: the texts of all events of kinds that are faults of the night."""
    return [event.text for event in page.run.log if event.kind in ("fault", "application")]


@pytest.mark.parametrize("ticket", EVERY)
def test_a_page_is_what_botocore_knows(ticket):
    page = open_page(ticket)
    found = [
        *faults_of_output("ecs", "DescribeServices", {"services": [page.service]}),
        *faults_of_output("ecs", "DescribeTasks", {"tasks": [*page.stopped, *page.running]}),
        *faults_of_output("ecs", "DescribeContainerInstances", {"containerInstances": page.instances}),
        *faults_of_output("elbv2", "DescribeTargetHealth", {"TargetHealthDescriptions": page.targets}),
    ]
    assert found == []


@pytest.mark.parametrize("ticket", EVERY)
def test_the_same_ticket_is_the_same_night(ticket):
    assert open_page(ticket).run.to_json() == open_page(ticket).run.to_json()


@pytest.mark.parametrize("ticket", EVERY)
def test_the_short_form_names_no_cause_and_no_long_id(ticket):
    text = str(open_page(ticket))
    assert text.startswith(f"Ticket {ticket}: service tea: desired ")
    assert "arn:aws:elasticloadbalancing" not in text
    assert not any(len(word.strip("().,")) == 32 for word in text.split())


def test_causes_come_about_equally_often():
    seen = Counter(cause_of(ticket) for ticket in range(10_000, 23_000))
    assert set(seen) == set(CAUSES)
    assert max(seen.values()) < 1.25 * min(seen.values())


@nights("exit")
def test_a_process_that_exits_leaves_its_code(ticket):
    page = open_page(ticket)
    assert codes(page) == {"EssentialContainerExited"}
    exit_codes = {task["containers"][0]["exitCode"] for task in own(page)}
    assert f"exiting with code {exit_codes.pop()}" in page.log(own(page)[-1]["taskArn"])[-1]
    assert exit_codes == set()
    assert all("exits by itself" in text for text in faults(page))


@nights("task role")
def test_a_refused_application_exits_and_says_so_in_its_log_alone(ticket):
    page = open_page(ticket)
    last = own(page)[-1]
    assert (last["stopCode"], last["containers"][0]["exitCode"]) == ("EssentialContainerExited", 1)
    refused = page.log(last["taskArn"])[1]
    assert "AccessDeniedException" in refused
    assert (
        f"assumed-role/teaTaskRole/{last['taskArn'].rpartition('/')[2]} is not authorized to perform: dynamodb:"
        in refused
    )
    assert "AccessDenied" not in str(page)


@nights("execution role")
def test_a_refused_agent_is_in_the_reason_and_no_container_has_run(ticket):
    page = open_page(ticket)
    assert codes(page) == {"TaskFailedToStart"}
    assert "assumed-role/ecsTaskExecutionRole/" in own(page)[-1]["stoppedReason"]
    assert "is not authorized to perform: " in messages(page)
    assert page.log(own(page)[-1]["taskArn"]) == []


@nights("out of memory")
def test_a_process_that_is_killed_for_its_memory_has_a_reason(ticket):
    page = open_page(ticket)
    ends = {(one["containers"][0]["exitCode"], one["containers"][0]["reason"]) for one in own(page)}
    assert ends == {(137, "OutOfMemoryError: Container killed due to memory usage")}
    assert all("OutOfMemoryError" in text for text in faults(page))


@nights("failing check")
def test_a_failing_check_has_a_code(ticket):
    page = open_page(ticket)
    assert "(reason Health checks failed with these codes: [500])" in messages(page)
    assert all("answers its health checks with an error" in text for text in faults(page))
    assert {task["containers"][0].get("reason") for task in own(page)} == {None}


@nights("hanging application")
def test_an_application_that_hangs_was_well_before_and_is_killed(ticket):
    page = open_page(ticket)
    assert "(reason Request timed out)" in messages(page)
    assert messages(page).count("has reached a steady state") >= 1
    assert [task["containers"][0]["exitCode"] for task in own(page)] == [137]
    assert "hangs" in faults(page)[0]


@nights("security group")
def test_a_blocked_check_has_never_passed(ticket):
    page = open_page(ticket)
    assert "(reason Request timed out)" in messages(page)
    assert "steady state" not in messages(page)
    assert not any(state == "healthy" for part in page.run.of_kind("target") for _, state, _ in part.states)
    assert {target["TargetHealth"]["State"] for target in page.targets} <= {"initial", "unhealthy", "draining"}


@nights("no room")
def test_no_room_stops_nobody(ticket):
    page = open_page(ticket)
    assert page.stopped == []
    assert page.service["runningCount"] < page.service["desiredCount"]
    assert "has insufficient memory available" in messages(page)
    need = int(page.running[0]["memory"])
    left = [
        one["integerValue"] for each in page.instances for one in each["remainingResources"] if one["name"] == "MEMORY"
    ]
    assert max(left) < need


@nights("no network interface")
def test_no_interface_is_an_error_of_the_closest_instance(ticket):
    page = open_page(ticket)
    assert page.stopped == []
    assert 'encountered error "RESOURCE:ENI"' in messages(page)
    assert page.service["runningCount"] == 2 * len(page.instances)


@nights("missing image")
def test_a_missing_image_names_its_tag(ticket):
    page = open_page(ticket)
    reason = own(page)[-1]["stoppedReason"]
    assert reason.startswith("CannotPullContainerError: ")
    assert f"{own(page)[-1]['containers'][0]['image']}: not found" in reason
    assert [one["status"] for one in page.service["deployments"]] == ["PRIMARY", "ACTIVE"]


@nights("no route")
def test_without_a_route_nobody_answers(ticket):
    page = open_page(ticket)
    assert own(page)[-1]["stoppedReason"].endswith("dial tcp: i/o timeout.")
    assert page.service["runningCount"] == 0
    assert page.targets == []


@nights("lost host")
def test_a_lost_host_takes_its_tasks_and_leaves_no_exit_code(ticket):
    page = open_page(ticket)
    assert codes(page) == {"TerminationNotice"}
    assert {task["containers"][0].get("exitCode") for task in own(page)} == {None}
    lost = next(part.id for part in page.run.of_kind("instance") if part.states[-1][1] == "Terminated")
    assert own(page)[0]["stoppedReason"] == f"Host EC2 (instance {lost}) terminated."


@nights("spot interruption")
def test_an_interrupted_task_says_so(ticket):
    page = open_page(ticket)
    assert codes(page) == {"SpotInterruption"}
    assert page.service["runningCount"] == page.service["desiredCount"]


def test_a_task_of_the_old_revision_has_a_log_of_its_own():
    page = open_page(TICKETS["exit"][0])
    old = next(one for one in page.running if one["taskDefinitionArn"].endswith("tea:1"))
    assert page.log(old["taskArn"])[-1] == "200 GET /teas"
    assert page.log("arn:aws:ecs:us-east-1:111122223333:task/shop/unknown") == []
