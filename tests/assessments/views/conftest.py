"""What the view tests share: an assessment under way, and a browser for each person."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.models import Assessment, Rating
from tests.factories.assessment import started

CODE = "monitor.3"


@pytest.fixture
def assessment(cast) -> Assessment:
    return started(cast.enrolment, cast.lead)


@pytest.fixture
def rating(assessment) -> Rating:
    return assessment.ratings.select_related("assessment").get(criterion__code=CODE)


@pytest.fixture
def client(cast, sign_in) -> Client:
    """Signed in as the project lead."""
    return sign_in(cast.lead)


@pytest.fixture
def at(assessment):
    """The address of a page of the assessment; criterion pages are those of monitor.3."""

    def at(name: str, code: str = CODE) -> str:
        of_criterion = ("criterion", "autosave", "history", "evidence_add", "evidence_attach")
        args = [assessment.pk, code] if name in of_criterion else [assessment.pk]
        return reverse(f"assessments:{name}", args=args)

    return at
