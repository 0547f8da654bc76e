"""Release to the organisation, and reopening as the next version."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accelerator.core import audit
from accelerator.core.closing import hold_open
from accelerator.core.mail.services import queue_template_mail
from accelerator.models import Role, User
from accelerator.models.people import LEADING
from assessments.framework.queries import catalogue
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.models import Calibration, CommentaryPart, Release, ReleasedLevel, Review
from calibration.releasing.queries.snapshot import snapshot
from calibration.releasing.queries.versions import news_of
from calibration.rules.problems import StepRefused

State = Calibration.State


@transaction.atomic
def release(
    *,
    actor: User,
    calibration: Calibration,
    message: str = "",
    unanswered: Collection[int] = (),
) -> Release:
    """Give the organisation its calibrated framework. The hub does this, once it is agreed.

    Releasing twice returns the first. Raises StepRefused while a third coach still writes, or a
    decision rests on something that changed since: a moderator looks at it again first; or while
    a question waits for the organisation, other than those of `unanswered`, by id.
    """
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if row.is_released:
        return row.releases.get(version=row.version)
    if not row.is_agreed:
        raise StepRefused("Every criterion must be decided before this can be released.")
    if row.reviews.filter(state=Review.State.OPEN).exists():
        raise StepRefused("A third coach is still writing. Wait for them, or take them off first.")
    if row.requests.open().exclude(pk__in=unanswered).exists():
        raise StepRefused(
            "A question waits for the organisation’s answer. Wait for it, or say that you go on."
        )
    ratings = submitted_ratings(row)
    hashes = input_hashes(row, ratings)
    stale = [one for one in decisions_of(row, hashes).values() if one.is_stale]
    if stale:
        raise StepRefused(
            f"{len(stale)} decisions rest on evidence or reviews that have changed since. "
            "A moderator must look at them again."
        )
    now = timezone.now()
    row.releases.filter(superseded_at=None).update(superseded_at=now)
    given = snapshot(row, ratings)
    released = Release.objects.create(
        calibration=row,
        version=row.version,
        snapshot=given,
        reason=row.reopened_reason,
        message=message,
        released_by=actor,
    )
    ReleasedLevel.objects.bulk_create(
        ReleasedLevel(
            release=released,
            criterion_id=criterion.id,
            **{name: given[criterion.code][name] for name in ("level", "self_level", "change")},
        )
        for criterion in catalogue(row.assessment.framework_id).criteria
    )
    row.state = State.RELEASED
    row.save(update_fields=["state"])
    audit.record(actor, "calibration.released", row, version=row.version)
    enrolment = row.assessment.enrolment
    queue_template_mail(
        people=User.objects.holding(*LEADING, Role.SPONSOR, organisation=enrolment.organisation_id),
        template="calibration_released",
        context={"release": released, "enrolment": enrolment, "news": news_of(released)},
        key=f"released:{released.pk}",
    )
    return released


@transaction.atomic
def reopen(*, actor: User, calibration: Calibration, reason: str) -> Calibration:
    """Open version n+1 of a released calibration, with a reason. Version n stays as it is.

    The decisions are carried over, so that a moderator changes only what the reason is about.
    """
    hold_open(calibration.assessment.enrolment_id, StepRefused)
    row = Calibration.objects.locked(calibration.pk)
    if not row.is_released:
        raise StepRefused("Only a released calibration can be reopened.")
    if not reason.strip():
        raise StepRefused("Say why it is reopened.")
    old = list(row.decisions.filter(version=row.version).prefetch_related("parts"))
    row.state, row.reopened_reason = State.MODERATING, reason.strip()
    row.version = F("version") + 1
    row.save(update_fields=["state", "reopened_reason", "version"])
    row.refresh_from_db(fields=["version"])
    for decision in old:
        parts = list(decision.parts.all())
        decision.pk, decision.version, decision.row_version = None, row.version, 0
        decision._state.adding = True
        decision.save(force_insert=True)
        CommentaryPart.objects.bulk_create(
            CommentaryPart(
                decision=decision,
                position=part.position,
                review_id=part.review_id,
                text=part.text,
                edited=part.edited,
            )
            for part in parts
        )
    audit.record(actor, "calibration.reopened", row, version=row.version)
    return row


@transaction.atomic
def acknowledge(*, actor: User, release: Release) -> bool:
    """The organisation says it has read its calibrated framework; False when it did before.

    Raises StepRefused.
    """
    hold_open(release.calibration.assessment.enrolment_id, StepRefused)
    changed = Release.objects.filter(pk=release.pk, acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=actor
    )
    if changed:
        audit.record(actor, "release.acknowledged", release)
    return bool(changed)
