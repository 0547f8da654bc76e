"""Any order of steps keeps the rules of signing: one waits, one holds, what was signed stays."""

import copy

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from improvement.models import PlanVersion
from improvement.planning import services as planning
from improvement.rules.frozen import goals_of
from improvement.rules.problems import CannotSign, PlanLocked
from improvement.signing import services as signing
from tests.factories.plan import objective_of, planned, written

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STEPS = ("write", "hand_over", "take_back", "approve", "send_back", "revoke", "acknowledge")
PEOPLE = ("lead", "deputy", "sponsor")


def newest(plan) -> PlanVersion | None:
    return plan.versions.order_by("-number").first()


def take(step: str, person, plan, number: int) -> bool:
    """Whether the step was taken."""
    version = newest(plan)
    try:
        if step == "write":
            objective = objective_of(plan)
            planning.save_objective(
                actor=person,
                objective=objective,
                read_version=objective.version,
                written=written(f"Title {number}"),
                aims={},
            )
        elif step == "hand_over":
            signing.hand_over(actor=person, plan=plan)
        elif version is None:
            return False
        elif step == "acknowledge":
            signing.acknowledge(actor=person, version=version)
        elif step == "send_back":
            signing.send_back(actor=person, version=version, comment="Why?")
        elif step == "revoke":
            signing.revoke(actor=person, version=version, reason="The money is gone.")
        elif step == "take_back":
            signing.take_back(actor=person, version=version)
        else:
            signing.approve(actor=person, version=version)
    except (CannotSign, PlanLocked):
        return False
    return True


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE)), max_size=14))
def test_any_order_of_steps_keeps_the_rules(cast, steps) -> None:
    people = {"lead": cast.lead, "deputy": cast.deputy, "sponsor": cast.sponsor}
    with transaction.atomic():
        plan = planned(cast.enrolment, cast.lead)
        kept: dict[int, dict] = {}
        for number, (step, who) in enumerate(steps):
            version = newest(plan)
            was = version.state if version else ""
            taken = take(step, people[who], plan, number)
            versions = list(plan.versions.order_by("number"))
            states = [one.state for one in versions]
            assert states.count("submitted") <= 1
            assert states.count("approved") <= 1
            assert [one.number for one in versions] == list(range(1, len(versions) + 1))
            for one in versions:
                assert kept.setdefault(one.number, copy.deepcopy(one.frozen)) == one.frozen
                assert one.decided_by_id is None or one.decided_by_id != one.submitted_by_id
                assert goals_of(one.frozen)
            if step == "write":
                assert taken == (was != "submitted")
            if step in ("approve", "send_back") and taken:
                assert was == "submitted"
            if step == "revoke" and taken:
                assert was == "approved"
        transaction.set_rollback(True)
