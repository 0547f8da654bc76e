"""Migrations undone and done again on tables with rows in them."""

import pytest

from accelerator.models import AuditEvent, Role
from accelerator.programme.team.services import invite, remove
from tests.conftest import build_cast, with_whole_team
from tests.factories.programme import MatchFunderFactory
from tests.factories.world import build_world
from tests.migrating import read, undone

ROWS = """SELECT enrolment_id, match_funder_id FROM accelerator_enrolmentfunder ORDER BY id"""
COLUMN = """SELECT id, match_funder_id FROM accelerator_enrolment
            WHERE match_funder_id IS NOT NULL"""


@pytest.mark.django_db(transaction=True)
def test_match_funders_survive_there_and_back() -> None:
    enrolment = build_cast().enrolment
    first = enrolment.match_funders.get()
    with undone("accelerator", "0007_cohorts_and_enrolments_in_full"):
        assert read(COLUMN) == [(enrolment.pk, first.pk)]
    assert read(ROWS) == [(enrolment.pk, first.pk)]

    second = MatchFunderFactory()
    enrolment.match_funders.add(second)
    with undone("accelerator", "0008_several_match_funders"):
        assert read(COLUMN) == [(enrolment.pk, first.pk)]
    assert read(ROWS) == [(enrolment.pk, first.pk), (enrolment.pk, second.pk)]


@pytest.mark.django_db(transaction=True)
def test_old_events_are_given_their_place_by_the_migration() -> None:
    cast = with_whole_team(build_cast())
    build_world(cast)
    invite(actor=cast.hub, role=Role.MODERATOR, place=cast.enrolment.cohort, email="m@example.org")
    remove(actor=cast.lead, membership=cast.member.memberships.first())
    # What the migration found: plans came later.
    events = (
        AuditEvent.objects.exclude(action="membership.ended")
        .exclude(action="framework.opened")
        .exclude(target__startswith="improvement.")
    )
    before = list(events.values_list("pk", "cohort", "organisation", "action", "data"))
    with undone("accelerator", "0010_events_know_their_place"):
        pass
    assert list(events.values_list("pk", "cohort", "organisation", "action", "data")) == before
    with pytest.raises(Exception, match="Cannot update or delete"):
        AuditEvent.objects.update(action="nothing")
