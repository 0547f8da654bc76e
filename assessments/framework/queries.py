"""A published framework as plain immutable values, read once for each process.

Published rows never change, so the values may be kept for as long as the process lives.
"""

from collections.abc import Iterable
from functools import lru_cache

from accelerator.models import Cohort
from assessments.framework.values import Catalogue, CriterionInfo, LevelInfo, PillarInfo
from assessments.models import (
    CohortFramework,
    Criterion,
    Framework,
    Level,
    LevelDescriptor,
    Pillar,
)

TONES = 4


def frameworks_open_to(cohorts: Iterable[int]) -> dict[int, Framework]:
    """Cohort id → the framework version its new assessments begin on, where one is open.

    One query; the framework's source, which is long, is read only when it is asked for.
    """
    rows = CohortFramework.objects.filter(cohort__in=cohorts).select_related("framework")
    return {row.cohort_id: row.framework for row in rows.defer("framework__source")}


def framework_for(cohort: Cohort | None) -> Framework | None:
    """The version that is open to a cohort; for one that is to be made, the newest published."""
    if cohort:
        return frameworks_open_to([cohort.pk]).get(cohort.pk)
    return Framework.objects.defer("source").order_by("published_at", "pk").last()


@lru_cache(maxsize=32)
def catalogue(framework_id: int) -> Catalogue:
    """The framework of that id, with everything in its published order."""
    framework = Framework.objects.get(pk=framework_id)
    levels = _levels(list(framework.levels.all()))
    descriptors: dict[int, list[str]] = {}
    for descriptor in LevelDescriptor.objects.filter(criterion__framework=framework):
        descriptors.setdefault(descriptor.criterion_id, []).append(descriptor.text)
    criteria: dict[int, list[CriterionInfo]] = {}
    pillars = list(framework.pillars.all())
    keys = {pillar.pk: pillar.key for pillar in pillars}
    for criterion in framework.criteria.prefetch_related("related", "terms"):
        criteria.setdefault(criterion.pillar_id, []).append(
            _criterion(criterion, keys[criterion.pillar_id], descriptors.get(criterion.pk, []))
        )
    return Catalogue(
        id=framework.pk,
        key=framework.key,
        version=framework.version,
        title=framework.title,
        attribution=framework.attribution,
        levels=levels,
        pillars=tuple(_pillar(pillar, criteria.get(pillar.pk, [])) for pillar in pillars),
    )


def _levels(levels: list[Level]) -> tuple[LevelInfo, ...]:
    top = len(levels) - 1
    return tuple(
        LevelInfo(
            value=level.value,
            key=level.key,
            name=level.name,
            short=level.short,
            meaning=level.meaning,
            tone=round(level.value * (TONES - 1) / top),
            bars=tuple(bar <= level.value for bar in range(len(levels))),
        )
        for level in levels
    )


def _pillar(pillar: Pillar, criteria: list[CriterionInfo]) -> PillarInfo:
    return PillarInfo(pillar.key, pillar.title, pillar.summary, tuple(criteria))


def _criterion(criterion: Criterion, pillar_key: str, descriptors: list[str]) -> CriterionInfo:
    return CriterionInfo(
        id=criterion.pk,
        code=criterion.code,
        position=criterion.position,
        counted=criterion.counted,
        statement=criterion.statement,
        label=criterion.label,
        explainer=criterion.explainer,
        evidence_guidance=criterion.evidence_guidance,
        typical_evidence=tuple(criterion.typical_evidence),
        first_step=criterion.first_step,
        related=tuple(other.code for other in criterion.related.all()),
        terms=tuple((term.term, term.meaning) for term in criterion.terms.all()),
        descriptors=tuple(descriptors),
        pillar_key=pillar_key,
    )
