"""Where audit events belong: written with them, and filled in for those from before."""

import pytest

from accelerator.core import audit
from accelerator.core.erasure.queries import place_of as place_of_text
from accelerator.core.erasure.services import remove_words
from accelerator.core.places import place_of, read_place
from accelerator.models import AuditEvent, Enrolment
from accelerator.programme.team.services import remove
from tests.factories.assessment import note

pytestmark = pytest.mark.django_db
PLACELESS = {"framework.published", "framework.opened", "practice.tried", "membership.ended"}


def test_a_row_knows_its_place_however_far_away(world) -> None:
    here = {"cohort": world.enrolment.cohort_id, "organisation": world.enrolment.organisation_id}
    for row in (world.enrolment, world.draft, world.note, world.scoring, world.review, world.job):
        assert read_place(row, world.hub) == here, row
    assert read_place(world.enrolment.cohort, world.hub) == here | {"organisation": None}
    assert read_place(world.enrolment.organisation, world.hub) == here | {"cohort": None}
    assert read_place(world.tie, world.hub)["organisation"] == world.other.organisation_id
    assert place_of(world.stranger) == {"cohort": None, "organisation": None}
    assert place_of(world.case) == {"cohort": None, "organisation": None}


def test_everything_that_happens_in_a_cohort_says_so(world) -> None:
    enrolled = set(Enrolment.objects.values_list("organisation", flat=True))
    events = AuditEvent.objects.exclude(action__in=PLACELESS)
    assert events.count() > 50
    for event in events:
        assert event.cohort_id or event.organisation_id in enrolled, event


def test_somebody_who_is_removed_was_of_the_organisation(cast) -> None:
    membership = cast.member.memberships.get()
    remove(actor=cast.lead, membership=membership)
    event = AuditEvent.objects.get(action="membership.ended")
    assert event.organisation_id == cast.enrolment.organisation_id


def test_words_that_were_removed_say_where(cast) -> None:
    piece = note(cast.enrolment, cast.lead, text="Minutes with a name in them.")
    place = place_of_text(cast.lead, cast.enrolment, "assessments.Evidence", str(piece.pk), "note")
    remove_words(
        actor=cast.hub,
        enrolment=cast.enrolment,
        place=place,
        kind="child",
        reason="It names a child.",
    )
    event = AuditEvent.objects.get(action="words.removed")
    assert event.cohort_id == cast.enrolment.cohort_id
    assert event.organisation_id == cast.enrolment.organisation_id


def test_an_action_that_nobody_declares_is_refused(cast) -> None:
    with pytest.raises(LookupError, match=r"cohort\.danced"):
        audit.record(cast.hub, "cohort.danced", cast.enrolment.cohort)
