"""What a teacher is asked to look at."""

from __future__ import annotations

from dataclasses import replace

import papers
from classes import LAB, attempt, graded, result, standing

from labs.classroom.attempts import Learner
from labs.classroom.notices import notices
from labs.classroom.results import Result, Standing
from labs.classroom.roster import Person, Roster
from labs.classroom.rules import Rules
from labs.sandbox import Protections

ALL = Protections(*[True] * 6)


def of(*results, roster=None, held=ALL):
    return notices(standing(*results, roster=roster), results, held)


def tried(learner, digest, identity="", *, answered=True):
    """A result of an attempt with these bytes and this id in its learner cell."""
    made = attempt(learner, digest=digest)
    made = replace(made, submission=replace(made.submission, id=identity), answered=answered)
    return Result(Learner(learner, (made,)), LAB, graded(learner), made, 1)


def test_a_class_in_order_has_nothing_to_look_at():
    assert of(tried("ann", "1", "ann"), tried("bob", "2", "bob")) == []


def test_files_and_ids_of_several_learners_are_named():
    assert of(tried("ann", "1", "ann"), tried("bob", "1", "ann"), tried("cid", "2", "cid")) == [
        "The same file, to the last byte, in 00-counting: ann, bob.",
        "The same id in the learner cell, so the same variants, in 00-counting: ann, bob.",
    ]


def test_the_released_notebook_handed_in_as_it_is_is_nobody_s_copy():
    assert of(tried("ann", "1", answered=False), tried("bob", "1", answered=False)) == []


def test_an_id_that_the_roster_does_not_know_as_the_learner_s_is_named():
    roster = Roster((Person("ann", keys=frozenset({("email", "ann@uni.edu")})), Person("bob"), Person("cid")))
    everyone = [tried("ann", "1", "Ann@uni.edu"), tried("bob", "2", "BOB"), tried("cid", "3", "easy")]

    assert of(*everyone, roster=roster) == [
        "In 00-counting, cid wrote the id 'easy', by which the roster does not know cid."
    ]


def test_no_id_is_named_where_exercises_vary():
    varied = papers.VARIED
    made = attempt("ann", lab=varied)

    assert of(Result(Learner("ann", (made,)), varied, graded("ann"), made, 1)) == [
        "In 00-varied, ann wrote no id, and had the first variant of each exercise."
    ]


def test_who_is_not_on_the_roster_and_who_handed_in_nothing_is_named():
    roster = Roster((Person("ann"), Person("dan")))
    ann, bob = result("ann"), result("bob")
    everyone = (ann.learner, bob.learner, Learner("dan", handed_in=False))

    assert notices(Standing((LAB,), everyone, roster, Rules()), [ann, bob], ALL) == [
        "bob is not on the roster, so no file for Canvas or Moodle has this learner in it.",
        "dan is on the roster and handed in nothing.",
    ]


def test_what_was_not_protected_is_said():
    (told,) = of(result("ann"), held=replace(ALL, no_network=False))

    assert told == "While this was graded, a submission has this machine's network."
