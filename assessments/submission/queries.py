"""An assessment read whole: to check before handing in, as results, as CSV, as a report."""

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone

from accelerator.core.days import day_in_words
from accelerator.core.mail.queries import written_to, wrote_to
from accelerator.core.mail.rules import listed
from accelerator.models import User
from assessments.framework.queries import catalogue
from assessments.models import (
    Assessment,
    Evidence,
    EvidenceUse,
    Rating,
    Submission,
    SubmittedRating,
)
from assessments.models.submission import SubmissionQuerySet
from assessments.rating.queries import Cell, Grid, build_grid, grid_of
from assessments.scoring import RATED

HEATMAP_REPORT = "assessments.heatmap_report"
# The letters of a submission, by template.
SUBMITTED, RECEIVED = "assessment_submitted", "assessment_received"


def letter_key(template: str, submission: Submission) -> str:
    return f"{template}:{submission.assessment_id}:{submission.number}"


def told_of_ending(submission: Submission) -> str:
    """Who was written to when it was taken back or returned, in a sentence."""
    return wrote_to(letter_key(f"assessment_{submission.ended_how}", submission))


def told_words(submission: Submission, reader: User) -> str:
    """Who was written to when it was handed in: "you and the Learning Hub"; "" for nobody."""
    people = written_to(letter_key(SUBMITTED, submission))
    names = ["you"] if reader in people else []
    names += [str(person) for person in people if person != reader]
    hub = ["the Learning Hub"] if written_to(letter_key(RECEIVED, submission)) else []
    return listed(names + hub)


def submissions_of(assessment: int) -> SubmissionQuerySet:
    """Every handing in of an assessment (its id), the newest first, with its counts."""
    found = Submission.objects.filter(assessment=assessment).newest_first().with_counts()
    return found.select_related("submitted_by", "ended_by")


def count_words(submission) -> str:
    """How many criteria were rated, of a submission fetched `with_counts`."""
    return RATED.count(submission.rated, submission.cannot, submission.total)


def submitted_rows(submission: Submission) -> tuple[Grid, list[dict]]:
    """The map of a submission, and its words pillar by pillar. Two queries."""
    framework = catalogue(submission.assessment.framework_id)
    ratings = {rating.criterion_id: rating for rating in submission.ratings.all()}
    pieces = Evidence.objects.in_bulk({pk for one in ratings.values() for pk in one.evidence})
    grid = build_grid(framework, ratings)
    return grid, [
        {
            "pillar": row.pillar,
            "rows": [
                _detail(
                    cell,
                    ratings[cell.criterion.id],
                    [_piece(pieces[pk]) for pk in ratings[cell.criterion.id].evidence],
                )
                for cell in row.cells
            ],
        }
        for row in grid.rows
    ]


def answers_to_check(assessment: Assessment) -> dict:
    """Every answer by pillar; `blocking` stops a submission, `warnings` only say something."""
    ratings = assessment.ratings.with_evidence_count().by_criterion()
    grid = grid_of(assessment, ratings)
    rows = [
        {
            "pillar": row.pillar,
            "cells": [{"cell": cell, "rating": ratings[cell.criterion.id]} for cell in row.cells],
        }
        for row in grid.rows
    ]
    return {
        "assessment": assessment,
        "grid": grid,
        "rows": rows,
        "blocking": grid.unanswered,
        "warnings": [cell for cell in grid.cells if cell.answered and cell.needs_attention],
    }


def report_rows(grid: Grid, ratings: Mapping[int, Rating]) -> list[dict]:
    """The grid with every rating's words and evidence, pillar by pillar."""
    sections = []
    for row in grid.rows:
        details = [
            _detail(cell, rating, [_used(use) for use in rating.uses.all()])
            for cell in row.cells
            for rating in [ratings[cell.criterion.id]]
        ]
        sections.append(
            {
                "pillar": row.pillar,
                "rows": details,
                "with_evidence": sum(bool(detail["evidence"]) for detail in details),
            }
        )
    return sections


def _detail(cell: Cell, rating: Rating | SubmittedRating, evidence: list[dict]) -> dict:
    return {
        "cell": cell,
        "justification": rating.justification,
        "cannot_rate_reason": rating.cannot_rate_reason,
        "evidence_state_label": rating.get_evidence_state_display()
        if rating.evidence_state
        else "",
        "practice_label": rating.get_practice_display() if rating.practice else "",
        "evidence": evidence,
    }


def _piece(evidence: Evidence) -> dict:
    return {
        "title": evidence.title,
        "kind": evidence.get_kind_display(),
        "size_label": evidence.size_label,
    }


def _used(use: EvidenceUse) -> dict:
    return {**_piece(use.evidence), "part": use.part, "practice_label": use.practice_label}


def report_context(
    assessment: Assessment, grid: Grid, ratings: Mapping[int, Rating], made_by: User
) -> dict:
    """The context of `assessments/pdf/heatmap_report.html`."""
    enrolment = assessment.enrolment
    if assessment.is_submitted:
        on = day_in_words(timezone.localdate(assessment.submitted_at))
        number = assessment.submissions.count()
        which = f", submission {number}" if number > 1 else ""
        status = f"Self-assessment, submitted {on}{which}"
    else:
        status = "Self-assessment, not yet submitted"
    return {
        "assessment": assessment,
        "grid": grid,
        "pillars": report_rows(grid, ratings),
        "made_by": made_by.name,
        "made_at": timezone.localtime(),
        "basis_line": f"All {grid.total} criteria, as the organisation rated them.",
        "synthetic": settings.DEMO_MODE or enrolment.cohort.is_synthetic,
        "title": f"Heat-map: {enrolment.organisation}",
        "framework_attribution": assessment.framework.attribution,
        "status_line": status,
    }


CSV_HEADER = (
    "pillar",
    "criterion",
    "statement",
    "counted",
    "level",
    "level name",
    "justification",
    "cannot be rated because",
    "evidence",
    "exists or used",
    "pieces of evidence",
)


def csv_rows(assessment: Assessment) -> list[list]:
    """The ratings under CSV_HEADER, one row a criterion in the framework's order."""
    grid = grid_of(assessment, ratings := assessment.ratings.with_evidence().by_criterion())
    return [
        [
            row.pillar.title,
            cell.code,
            cell.statement,
            "yes" if cell.criterion.counted else "no",
            cell.level.key if cell.level else "",
            cell.level.name if cell.level else cell.word,
            rating.justification,
            rating.cannot_rate_reason,
            rating.get_evidence_state_display(),
            rating.get_practice_display(),
            cell.evidence_count,
        ]
        for row in grid.rows
        for cell in row.cells
        for rating in [ratings[cell.criterion.id]]
    ]


def csv_basis(assessment: Assessment) -> str:
    """Whose ratings these are, and which of them."""
    enrolment = assessment.enrolment
    framework = catalogue(assessment.framework_id)
    return (
        f"{enrolment.organisation}, {enrolment.programme}, {enrolment.cohort}. "
        f"{assessment.round_label} self-assessment, "
        f"{assessment.get_state_display().lower()}. {framework.title} {framework.version}. "
        "All criteria; “counted” marks those in published statistics."
    )
