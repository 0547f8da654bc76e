"""The hub opens a cohort, changes its settings, copies it, closes it and opens it again."""

from datetime import date, timedelta

import pytest
from django.contrib.admin import site
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accelerator.admin import CohortAdmin
from accelerator.models import AuditEvent, Cohort, Invitation, Membership, OutgoingMail, Role
from accelerator.programme.cohorts.frame import standing
from accelerator.programme.cohorts.services import closing
from accelerator.programme.cohorts.services.settings import (
    SettingsRefused,
    StaleSettings,
    open_cohort,
    save_settings,
)
from accelerator.programme.team.services import CannotAccept, CannotInvite, accept, invite
from assessments.framework.queries import framework_for, frameworks_open_to
from calibration.assigning.queries.settings import settings_of
from tests.factories.assessment import confidence_framework, open_framework
from tests.factories.programme import (
    InstitutionFactory,
    MembershipFactory,
    UserFactory,
)
from tests.markup import page
from tests.together import outcomes

pytestmark = pytest.mark.django_db
DATES = {
    "starts_on": "2027-09-01",
    "explore_due": "2027-11-30",
    "calibrate_due": "2028-01-31",
    "improve_due": "2028-03-31",
    "review_due": "2028-09-01",
}
NEW = {"name": "Autumn 2027", "smallest_group": "6", "aims": "Better evidence.", **DATES}


@pytest.fixture
def cohort(cast) -> Cohort:
    return cast.enrolment.cohort


@pytest.fixture
def hub(cast, sign_in):
    return sign_in(cast.hub)


def edit(cohort: Cohort) -> str:
    return reverse("cohort_edit", args=[cohort.slug])


def typed(response) -> dict:
    """What a browser would send of the settings' form on a page."""
    return page(response).one("form", novalidate=True).fields()


def beside(response, field: str) -> str:
    """The errors beside a field; each is in the summary too."""
    said = page(response).one("div", id=f"id_{field}_error").text.removeprefix("Error: ")
    assert said in page(response).one("div", class_="error-summary").text
    return said


def saved(cohort: Cohort, actor, **changes) -> Cohort:
    now = Cohort.objects.get(pk=cohort.pk)
    values = standing(now) | changes
    return save_settings(actor=actor, cohort=now, read_version=now.version, values=values)


def test_who_runs_a_cohort_opens_another_and_runs_it(cast, hub) -> None:
    chosen, newest = InstitutionFactory(), confidence_framework()
    address = reverse("cohort_new")
    assert address in hub.get(reverse("cohorts")).content.decode()
    given = typed(hub.get(address)) | NEW | {"institutions": [chosen.pk], "require_practice": "on"}
    assert given["framework"] == str(newest.pk)
    response = hub.post(address, given)
    made = Cohort.objects.get(slug="autumn-2027")
    assert response.url == edit(made)
    assert (made.name, made.aims, made.smallest_group) == ("Autumn 2027", "Better evidence.", 6)
    assert made.review_due == date(2028, 9, 1)
    assert list(made.institutions.all()) == [chosen]
    assert framework_for(made) == newest
    assert settings_of(made).require_practice
    assert Membership.objects.get(cohort=made).user == cast.hub
    assert AuditEvent.objects.get(action="cohort.opened").actor == cast.hub
    assert hub.get(reverse("cohort", args=[made.slug])).status_code == 200


def test_staff_of_a_fresh_site_open_the_first_cohort(sign_in, db) -> None:
    staff = sign_in(UserFactory(is_staff=True))
    home = page(staff.get(reverse("home")))
    assert reverse("cohorts") in [one["href"] for one in home.all("a")]
    empty = page(staff.get(reverse("cohorts")))
    assert reverse("cohort_new") in [one["href"] for one in empty.all("a")]
    given = typed(staff.get(reverse("cohort_new"))) | NEW
    assert given["framework"] == ""
    assert "There are none yet." in page(staff.get(reverse("cohort_new"))).text
    made = staff.post(reverse("cohort_new"), given)
    assert staff.get(made.url).status_code == 200
    assert frameworks_open_to([Cohort.objects.get().pk]) == {}


def test_nobody_else_is_led_to_a_new_one(cast, sign_in) -> None:
    assert reverse("cohort_new") not in sign_in(cast.lead).get(reverse("cohorts")).content.decode()


def test_dates_that_cross_are_said_beside_the_later_one(hub) -> None:
    given = NEW | {"calibrate_due": "2027-11-29", "review_due": "", "slug": "crossing"}
    response = hub.post(reverse("cohort_new"), given)
    assert response.status_code == 422
    assert beside(response, "calibrate_due") == (
        "Calibrated frameworks are due (Calibrate): this is too early. "
        "Self-assessments are due (Explore) on 30 November 2027."
    )
    assert beside(response, "review_due") == "Re-assessments are due (Review): enter a date."
    assert typed(response)["aims"] == "Better evidence."
    far = hub.post(reverse("cohort_new"), NEW | {"review_due": "9999-12-31"})
    assert "2199" in beside(far, "review_due")
    assert not Cohort.objects.filter(name="Autumn 2027").exists()


def test_an_address_is_made_once_and_kept(hub, cohort, cast) -> None:
    confidence_framework()
    taken = hub.post(reverse("cohort_new"), NEW | {"slug": cohort.slug.upper()})
    assert "already" in beside(taken, "slug")
    assert "another page" in beside(hub.post(reverse("cohort_new"), NEW | {"slug": "new"}), "slug")
    unnamed = hub.post(reverse("cohort_new"), NEW | {"name": "秋"})
    assert "No address can be made" in beside(unnamed, "slug")
    hub.post(edit(cohort), typed(hub.get(edit(cohort))) | {"name": "Renamed", "slug": "moved"})
    was, cohort.name = cohort.slug, ""
    cohort.refresh_from_db()
    assert (cohort.name, cohort.slug) == ("Renamed", was)


def test_an_address_taken_at_the_same_moment_is_refused(cast, cohort) -> None:
    values = standing(cohort)
    with pytest.raises(SettingsRefused) as refused:
        open_cohort(actor=cast.hub, slug=cohort.slug, values=values)
    assert refused.value.field == "slug"


def test_names_and_choices_that_cannot_be(hub, cohort) -> None:
    given = typed(hub.get(edit(cohort)))
    assert "200" in beside(hub.post(edit(cohort), given | {"name": "x" * 201}), "name")
    hidden = hub.post(edit(cohort), given | {"name": "\u200b\u202e"})
    assert beside(hidden, "name") == "Name the cohort."
    for foreign in ("99999999", "x"):
        response = hub.post(edit(cohort), given | {"institutions": [foreign]})
        assert beside(response, "institutions") == "Choose institutions from the list."
    assert "5 or more" in beside(
        hub.post(edit(cohort), given | {"smallest_group": "4"}), "smallest_group"
    )
    assert "not published" in beside(
        hub.post(edit(cohort), given | {"framework": "0"}), "framework"
    )
    cohort.refresh_from_db()
    assert cohort.version == 1


def test_settings_are_saved_and_the_same_again_changes_nothing(cast, hub, cohort) -> None:
    given = typed(hub.get(edit(cohort))) | {"name": "Year two", "aims": "One\r\nTwo"}
    for _ in range(2):
        assert hub.post(edit(cohort), given).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.name, cohort.aims, cohort.version) == ("Year two", "One\nTwo", 2)
    event = AuditEvent.objects.get(action="cohort.changed")
    assert (event.actor, event.data) == (cast.hub, {"fields": ["name", "aims"]})
    assert not AuditEvent.objects.filter(action="calibration.settings").exists()


def test_an_open_framework_can_be_changed_and_not_taken_away(cast, hub, cohort) -> None:
    open_framework(cast.enrolment)
    given = typed(hub.get(edit(cohort)))
    assert beside(hub.post(edit(cohort), given | {"framework": ""}), "framework") == (
        "Choose a version."
    )
    assert AuditEvent.objects.filter(action="framework.opened").count() == 0


def test_once_something_is_published_the_smallest_group_only_rises(hub, cohort, cast) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(published_at=timezone.now(), smallest_group=7)
    given = typed(hub.get(edit(cohort)))
    lower = hub.post(edit(cohort), given | {"smallest_group": "6"})
    assert "only be raised" in beside(lower, "smallest_group")
    with pytest.raises(SettingsRefused, match="only be raised"):
        saved(cohort, cast.hub, smallest_group=6)
    assert hub.post(edit(cohort), given | {"smallest_group": "8"}).status_code == 302
    cohort.refresh_from_db()
    assert cohort.smallest_group == 8


def test_the_page_says_who_coaches_moderates_and_funds(cast, hub, cohort) -> None:
    home = cast.coach_a.memberships.get().institution
    empty = InstitutionFactory(name="Empty House")
    text = page(hub.get(edit(cohort))).text
    assert f"{home}: {cast.coach_a}" in text
    assert f"{empty}: no coach yet" in text
    assert f"Moderators {cast.moderator}" in text
    assert f"Match funders 1: {cast.enrolment.match_funders.get()}" in text


def test_two_people_edit_and_nothing_typed_is_lost(cast, sign_in, hub, cohort) -> None:
    """Each difference is shown with both texts; saving again keeps what each of them changed."""
    colleague = MembershipFactory(user__name="Col League", role=Role.HUB, cohort=cohort).user
    mine = typed(hub.get(edit(cohort)))
    institution = InstitutionFactory(name="Weir Street")
    given = typed(sign_in(colleague).get(edit(cohort)))
    theirs = {"aims": "Their aims", "smallest_group": "9", "institutions": [institution.pk]}
    assert sign_in(colleague).post(edit(cohort), given | theirs).status_code == 302

    changed = {"aims": "My aims", "name": "My name", "hide_self_level": "on"}
    response = hub.post(edit(cohort), mine | changed)
    assert response.status_code == 409
    shown = page(response)
    conflict = shown.one("section", class_="conflict")
    assert "Col League saved these settings" in conflict.text
    texts = [one.text for one in conflict.all("div", class_="versions")]
    assert "What you sent My aims What stands Their aims" in texts
    assert "What you sent 5 What stands 9" in texts
    assert "What you sent None chosen: every institution What stands Weir Street" in texts
    assert f"What you sent My name What stands {cohort.name}" in texts
    assert "What you sent Yes What stands No" in texts
    assert len(texts) == 5
    cohort.refresh_from_db()
    assert cohort.aims == "Their aims"

    again = typed(response)
    assert (again["aims"], again["name"], again["smallest_group"]) == ("My aims", "My name", "9")
    assert again["institutions"] == str(institution.pk)
    assert hub.post(edit(cohort), again).status_code == 302
    cohort.refresh_from_db()
    assert (cohort.aims, cohort.name, cohort.smallest_group) == ("My aims", "My name", 9)
    assert list(cohort.institutions.all()) == [institution]
    assert settings_of(cohort).hide_self_level


def test_a_change_in_the_admin_counts_as_somebody_elses(cohort) -> None:
    CohortAdmin(Cohort, site).save_model(HttpRequest(), cohort, form=None, change=True)
    assert Cohort.objects.get(pk=cohort.pk).version == 2


def test_a_form_that_says_nothing_of_what_it_read_overwrites_nothing(cast, hub, cohort) -> None:
    saved(cohort, cast.other_hub, aims="Theirs")
    given = typed(hub.get(edit(cohort))) | {"aims": "Mine"}
    for read in ("", "[]", "{", "[" * 100_000, '{"version": 1}'):
        assert hub.post(edit(cohort), given | {"read": read}).status_code == 409
    cohort.refresh_from_db()
    assert cohort.aims == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_save_at_once_one_is_told(cast, cohort) -> None:
    def work(name: str):
        values = standing(cohort) | {"name": name}
        return lambda: save_settings(actor=cast.hub, cohort=cohort, read_version=1, values=values)

    found = outcomes(work("First"), work("Second"))
    assert {type(one) for one in found} == {Cohort, StaleSettings}
    assert Cohort.objects.get(pk=cohort.pk).version == 2


def test_a_copy_brings_settings_and_moderators_a_year_later(cast, hub, cohort) -> None:
    institution = InstitutionFactory()
    open_framework(cast.enrolment)
    saved(
        cohort,
        cast.hub,
        aims="The aims",
        safeguarding_contact="Ring Ann",
        smallest_group=8,
        institutions=frozenset([institution.pk]),
        hide_self_level=True,
    )
    address = reverse("cohort_copy", args=[cohort.slug])
    assert address in hub.get(edit(cohort)).content.decode()
    assert address in hub.get(reverse("cohort_new")).content.decode()
    asked = page(hub.get(address))
    assert "What comes along" in asked.text
    assert asked.one("form", novalidate=True).fields() == {"starts_on": "2027-09-01"}
    assert hub.get(address, {"starts_on": "soon"}).status_code == 422

    given = typed(hub.get(address, {"starts_on": "2027-09-01"}))
    assert (given["explore_due"], given["review_due"]) == ("2027-11-14", "2028-09-01")
    assert given["name"] == ""
    assert hub.post(address, given).status_code == 422
    response = hub.post(address, given | {"name": "The next year"})
    made = Cohort.objects.get(slug="the-next-year")
    assert response.url == edit(made)
    assert (made.aims, made.safeguarding_contact, made.smallest_group) == (
        "The aims",
        "Ring Ann",
        8,
    )
    assert list(made.institutions.all()) == [institution]
    assert framework_for(made) == framework_for(cohort)
    assert settings_of(made).hide_self_level
    held = set(Membership.objects.filter(cohort=made).values_list("user", "role"))
    assert held == {(cast.hub.pk, "hub"), (cast.moderator.pk, "moderator")}
    assert OutgoingMail.objects.get(to=cast.moderator.email).subject.endswith("The next year")
    assert not made.enrolments.exists()
    assert AuditEvent.objects.get(action="cohort.opened").data == {"copied_from": cohort.slug}


def test_a_moderator_who_is_not_chosen_stays_behind_and_none_comes_from_elsewhere(
    cast, hub, cohort
) -> None:
    confidence_framework()
    address = reverse("cohort_copy", args=[cohort.slug])
    MembershipFactory(
        role=Role.MODERATOR, cohort=cohort, user__name="Zed Gone", user__is_active=False
    )
    given = typed(hub.get(address, {"starts_on": "2027-09-01"})) | {"name": "Alone"}
    assert given.pop("moderators") == str(cast.moderator.pk)
    assert hub.post(address, given | {"moderators": [cast.stranger.pk]}).status_code == 422
    hub.post(address, given)
    assert not Membership.objects.filter(cohort__slug="alone", role=Role.MODERATOR).exists()


def test_closing_is_said_before_and_can_be_taken_back(cast, hub, cohort) -> None:
    invitation = invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email="late@example.org")
    address = reverse("cohort_close", args=[cohort.slug])
    assert address in hub.get(edit(cohort)).content.decode()
    said = page(hub.get(address)).text
    assert "1 invitation that waits cannot be accepted" in said
    assert "2 organisations are still active" in said
    for _ in range(2):
        assert hub.post(address).url == edit(cohort)
    cohort.refresh_from_db()
    assert cohort.closed_on == timezone.localdate()
    assert AuditEvent.objects.filter(action="cohort.closed").count() == 1

    person = UserFactory(email="late@example.org")
    with pytest.raises(CannotAccept, match="has ended"):
        accept(person=person, invitation=invitation)
    with pytest.raises(CannotInvite, match="has ended"):
        invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email="m@example.org")
    assert "Closed on" in hub.get(reverse("cohorts")).content.decode()
    assert "Closed on" in hub.get(reverse("cohort", args=[cohort.slug])).content.decode()

    again = reverse("cohort_open_again", args=[cohort.slug])
    assert hub.get(address).url == again
    assert hub.get(again).status_code == 200
    for _ in range(2):
        hub.post(again)
    assert hub.get(again).url == address
    assert AuditEvent.objects.filter(action="cohort.opened_again").count() == 1
    assert accept(person=person, invitation=invitation).cohort == cohort


def test_settings_of_a_closed_cohort_are_only_read(cast, hub, cohort) -> None:
    given = typed(hub.get(edit(cohort))) | {"aims": "Typed before it was closed"}
    closing.close_cohort(actor=cast.hub, cohort=cohort)
    response = hub.post(edit(cohort), given)
    assert response.status_code == 409
    assert "Typed before it was closed" in response.content.decode()
    assert "This cohort is closed" in response.content.decode()
    shown = page(hub.get(edit(cohort)))
    assert not shown.all("button", type="submit")[1:]
    assert shown.one("textarea", name="aims")["disabled"] == ""
    cohort.refresh_from_db()
    assert (cohort.aims, cohort.version) == ("", 1)


def test_an_invitation_past_its_days_is_not_counted_as_waiting(cast, hub, cohort) -> None:
    invite(actor=cast.hub, role=Role.MODERATOR, place=cohort, email="late@example.org")
    Invitation.objects.update(
        sent_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=2)
    )
    said = page(hub.get(reverse("cohort_close", args=[cohort.slug]))).text
    assert "that wait" not in said
