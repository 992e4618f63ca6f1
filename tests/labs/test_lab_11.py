"""Lab 11: each night's page comes from its fault, variants are alike, and shortcuts through the function are found."""

import pytest
from played import KEYS, names_of, play

from ecslite.incidents import cause_of, open_page

LAB = 11

CAUSES = {
    "11.2": {"out of memory", "no room", "security group", "failing check", "lost host"},
    "11.4": {"execution role", "task role", "no route"},
    "11.5": {"security group", "hanging application"},
}


SHOWN = {"11.2": "nights", "11.4": "tickets", "11.5": "pair"}
"""What the notebook calls the tickets of an exercise."""

VARIANTS = range(3)


@pytest.mark.parametrize("exercise", CAUSES)
def test_every_learner_has_the_same_causes_in_another_order(exercise):
    orders = []
    for number in VARIANTS:
        tickets = names_of(LAB, number)[SHOWN[exercise]]
        orders.append(tuple(cause_of(ticket) for ticket in tickets))
    assert [set(order) for order in orders] == [CAUSES[exercise]] * 3
    assert len(set(orders)) >= 2


def test_the_same_words_stand_on_both_pages_of_11_5():
    for ticket in (4039, 4011, 4045, 4084, 4096, 4022):
        page = str(open_page(ticket))
        assert "due to (reason Request timed out)" in page
        assert ("deployment completed" in page) == (cause_of(ticket) == "hanging application")


def test_the_lack_of_room_in_a_lost_hosts_night_is_a_consequence():
    """As 11.2 asks why: the event about room comes after the host has ended, in every variant."""
    for ticket in (4008, 4053, 4059):
        page = open_page(ticket)
        ended = min(task["stoppingAt"] for task in page.stopped if task["stopCode"] == "TerminationNotice")
        after = [
            event for event in page.service["events"] if "closest" in event["message"] and event["createdAt"] > ended
        ]
        assert after


HEAD = """
def diagnose(service, stopped):
    ended = [task for task in stopped if not task["stoppedReason"].startswith("Scaling activity")]
    events = " ".join(event["message"] for event in service["events"])
    if not ended:
        return "room"
    code, reason, container = ended[-1]["stopCode"], ended[-1]["stoppedReason"], ended[-1]["containers"][0]
"""
TAIL = """
    if code == "TaskFailedToStart":
        return "permission" if "not authorized" in reason else "network" if "i/o timeout" in reason else "image"
    codes = {"TerminationNotice": "host", "SpotInterruption": "spot", "ServiceSchedulerInitiated": "check"}
    return codes.get(code) or ("memory" if "OutOfMemory" in container.get("reason", "") else "exit")
"""

SHORTCUTS = {
    "137 is memory": HEAD + '    if container.get("exitCode") == 137:\n        return "memory"\n' + TAIL,
    "room comes first": HEAD + '    if "closest" in events:\n        return "room"\n' + TAIL,
    "no room is known": HEAD.replace('return "room"', 'return "exit"') + TAIL,
    "initialization is a permission": HEAD + '    if "ResourceInit" in reason:\n        return "permission"\n' + TAIL,
    "the stop code alone": HEAD + '    if code == "TaskFailedToStart":\n        return "image"\n' + TAIL,
    "any exit is an error": HEAD + '    if code == "EssentialContainerExited":\n        return "exit"\n' + TAIL,
}


@pytest.mark.parametrize("key", KEYS[:2], ids=lambda key: key.text)
@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_shortcut_is_found_whatever_the_key_is(name, key):
    assert play(LAB, "11.7", SHORTCUTS[name], key=key).judge.startswith("11.7 wrong:")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.text)
def test_another_way_to_write_the_function_is_right(key):
    assert play(LAB, "11.7", HEAD + TAIL, key=key).judge == "11.7 right\n"
