"""Practice cases: loaded by the hub's operators, tried by coaches in private."""

from django.db import transaction

from accelerator.core import audit
from accelerator.models import User
from assessments.models import Framework
from calibration.models import PracticeAttempt, PracticeCase


@transaction.atomic
def publish_cases(*, framework: Framework, cases: list[dict]) -> int:
    """Create or correct the cases of a file, by slug; how many there are now."""
    criteria = {criterion.code: criterion for criterion in framework.criteria.all()}
    levels = {level.key: level.value for level in framework.levels.all()}
    for position, case in enumerate(cases):
        PracticeCase.objects.update_or_create(
            slug=case["slug"],
            defaults={
                "criterion": criteria[case["criterion"]],
                "title": case["title"],
                "self_level": levels[case["self_level"]],
                "justification": case["justification"],
                "evidence": case["evidence"],
                "settled_level": levels[case["settled_level"]],
                "rationale": case["rationale"],
                "position": position,
            },
        )
    return len(cases)


@transaction.atomic
def attempt(*, actor: User, case: PracticeCase, level: int, reason: str) -> PracticeAttempt:
    """Keep a coach's answer; the page then shows the settled level and why."""
    tried = PracticeAttempt.objects.create(case=case, coach=actor, level=level, reason=reason)
    audit.record(actor, "practice.tried", case)
    return tried
