"""Assessments brought to a state through the services, as people would."""

from functools import cache
from pathlib import Path

from accelerator.models import Enrolment, User
from assessments.evidence import services as evidence_service
from assessments.framework.services import publish_framework
from assessments.framework.source import read_framework
from assessments.models import Assessment, CohortFramework, Evidence, Framework
from assessments.rating.services import save_rating, start_assessment
from assessments.rating.values import Answers
from assessments.submission.services import submit_assessment

FRAMEWORK_FILE = (
    Path(__file__).parents[2] / "fixtures" / "frameworks" / "confidence-framework-2.0.yaml"
)
SMALL = {
    "framework": {
        "key": "small",
        "version": "1",
        "title": "Small framework",
        "attribution": "Made for a test.",
    },
    "levels": [
        {"key": key, "name": key.title(), "short": key.title()} for key in ("low", "mid", "top")
    ],
    "pillars": [
        {
            "key": pillar,
            "title": pillar.title(),
            "criteria": [
                {
                    "code": f"{pillar}.{n}",
                    "statement": f"Statement {n}",
                    "counted": True,
                    "explainer": "Why.",
                    "evidence_guidance": "What.",
                    "typical_evidence": ["A note"],
                    "first_step": "Begin.",
                    "related": [],
                    "levels": {"low": "We do not.", "mid": "We do.", "top": "We always do."},
                }
                for n in range(1, count + 1)
            ],
        }
        for pillar, count in (("one", 2), ("two", 3))
    ],
}


@cache
def framework_data() -> dict:
    return read_framework(FRAMEWORK_FILE)


def confidence_framework() -> Framework:
    return publish_framework(data=framework_data())[0]


def open_framework(enrolment: Enrolment, framework: Framework | None = None) -> None:
    CohortFramework.objects.get_or_create(
        cohort=enrolment.cohort, defaults={"framework": framework or confidence_framework()}
    )


def started(
    enrolment: Enrolment, actor: User, framework: Framework | None = None, round: int = 1
) -> Assessment:
    open_framework(enrolment, framework)
    return start_assessment(actor=actor, enrolment=enrolment, round=round)


def answers(level: int | None = 2, justification: str = "We keep registers.", **more) -> Answers:
    return Answers(
        level=level,
        justification=justification,
        evidence_state=more.get("evidence_state", ""),
        practice=more.get("practice", ""),
        cannot_rate_reason=more.get("cannot_rate_reason", ""),
    )


def rate_all(assessment: Assessment, actor: User, level: int = 2, **words) -> None:
    for rating in assessment.ratings.all():
        save_rating(
            actor=actor, rating=rating, read_version=rating.version, answers=answers(level, **words)
        )


def submitted(enrolment: Enrolment, actor: User, round: int = 1, **words) -> Assessment:
    assessment = started(enrolment, actor, round=round)
    rate_all(assessment, actor, **words)
    submit_assessment(actor=actor, assessment=assessment)
    assessment.refresh_from_db()
    return assessment


def note(enrolment: Enrolment, actor: User, *ratings, text: str = "Minutes of May.") -> Evidence:
    return evidence_service.add_note(
        actor=actor, enrolment=enrolment, note=text, title=text[:20], ratings=ratings
    )
