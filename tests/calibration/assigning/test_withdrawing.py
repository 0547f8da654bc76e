"""A coach who leaves, and what is said of it."""

import pytest

from accelerator.models import OutgoingMail, Role
from calibration.assigning.services import assigning
from calibration.models import Review
from tests.factories.calibration import both_in
from tests.factories.programme import InstitutionFactory, MembershipFactory
from tests.markup import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def third(cast) -> Review:
    """A third coach's review of one criterion, under way beside two that are in."""
    coach = MembershipFactory(
        user__name="Third Coach", role=Role.COACH, institution=InstitutionFactory()
    ).user
    return assigning.ask_third_coach(
        actor=cast.moderator, calibration=both_in(cast), coach=coach, codes=["design.1"]
    )


def test_a_third_coach_who_steps_back_is_told_to_the_hub_with_the_way_to_another(
    cast, third
) -> None:
    assigning.withdraw_review(actor=third.coach, review=third, reason="Ill")
    letter = OutgoingMail.objects.get(to=cast.hub.email, subject__startswith="A coach has stepped")
    assert f"/cohorts/{cast.enrolment.cohort.slug}/" in letter.text
    assert "another third coach" in letter.text


def test_a_third_coachs_column_at_the_desk_has_its_heading(cast, third, sign_in, at) -> None:
    from tests.factories.calibration import rate_review, submit

    rate_review(third)
    submit(third)
    shown = page(sign_in(cast.moderator).get(at("desk", third.calibration_id)))
    table = next(one for one in shown.all("table") if "Coach C" in one.text)
    headings = table.one("thead").all("th")
    first = table.one("tbody").all("tr")[0]
    assert len(headings) == len(first.all("td")) + len(first.all("th"))
