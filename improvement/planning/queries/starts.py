"""Where a plan may begin."""

from collections.abc import Sequence
from dataclasses import dataclass

from accelerator.models import Enrolment, Profile
from assessments.framework.values import CriterionInfo, PillarInfo
from calibration.releasing.queries.result import Item, result_of
from improvement.models import Plan
from improvement.planning.queries.rows import ObjectiveRow, framework_of
from improvement.rules.suggesting import Given, starts


@dataclass(frozen=True)
class StartRow:
    """A starting point, as its page shows it."""

    item: Item
    reasons: tuple[str, ...]
    together: list[CriterionInfo]
    chosen_for: str


def starts_of(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[tuple[PillarInfo, list[StartRow]]]:
    """The starting points by pillar, in the framework's order."""
    result = result_of(plan.release)
    framework = framework_of(plan)
    given = [
        Given(
            code=item.cell.code,
            pillar=part.pillar.key,
            may_rise=item.above is not None,
            is_lowest=item.is_lowest,
            has_lift=bool(item.lift),
            cause=item.cause,
            related=framework.by_code[item.cell.code].related,
        )
        for part in result.parts
        for item in part.items
    ]
    found = {one.code: one for one in starts(given, years_of(plan.enrolment))}
    chosen = {aim.criterion.code: row.objective.title for row in rows for aim in row.aims}
    return [
        (
            part.pillar,
            [
                StartRow(
                    item,
                    tuple(why.value for why in found[item.cell.code].reasons),
                    [framework.by_code[code] for code in found[item.cell.code].together],
                    chosen.get(item.cell.code, ""),
                )
                for item in part.items
                if item.cell.code in found
            ],
        )
        for part in result.parts
    ]


def starts_not_chosen(plan: Plan, rows: Sequence[ObjectiveRow]) -> list[CriterionInfo]:
    """Starting points that no objective took up."""
    framework = framework_of(plan)
    return [
        framework.by_code[row.item.cell.code]
        for _, found in starts_of(plan, rows)
        for row in found
        if not row.chosen_for
    ]


def years_of(enrolment: Enrolment) -> int | None:
    """Years of youth social action, as the organisation's profile says; None: not told."""
    return (
        Profile.objects.filter(enrolment=enrolment)
        .values_list("social_action_years", flat=True)
        .first()
    )
