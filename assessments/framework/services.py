from django.db import transaction

from accelerator.core import audit
from accelerator.models import Cohort, User
from assessments.framework.source import checksum, differences
from assessments.models import (
    CohortFramework,
    Criterion,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    Pillar,
)


class FrameworkChanged(Exception):
    """A published version was offered with other content; `differences` names it."""

    def __init__(self, framework: Framework, found: list[str]) -> None:
        self.framework, self.differences = framework, found
        super().__init__(
            f"{framework} is published and never changes. Give the file a new version. "
            f"It differs in: {'; '.join(found)}"
        )


@transaction.atomic
def publish_framework(*, data: dict, actor: User | None = None) -> tuple[Framework, bool]:
    """Publish the validated contents of a framework file; (framework, whether it is new).

    Raises FrameworkChanged when that version is published with other content.
    """
    head = data["framework"]
    published = Framework.objects.filter(key=head["key"], version=head["version"]).first()
    if published:
        if published.checksum != checksum(data):
            raise FrameworkChanged(published, differences(published.source, data))
        return published, False
    framework = Framework.objects.create(
        key=head["key"],
        version=head["version"],
        title=head["title"],
        description=head.get("description", ""),
        attribution=head["attribution"],
        checksum=checksum(data),
        source=data,
    )
    levels = Level.objects.bulk_create(
        Level(
            framework=framework,
            value=value,
            key=level["key"],
            name=level["name"],
            short=level["short"],
            meaning=level.get("meaning", ""),
        )
        for value, level in enumerate(data["levels"])
    )
    terms = GlossaryTerm.objects.bulk_create(
        GlossaryTerm(framework=framework, term=entry["term"], meaning=entry["meaning"])
        for entry in data.get("glossary", [])
    )
    pillars = Pillar.objects.bulk_create(
        Pillar(
            framework=framework,
            position=position,
            key=pillar["key"],
            title=pillar["title"],
            summary=pillar.get("summary", ""),
        )
        for position, pillar in enumerate(data["pillars"])
    )
    _publish_criteria(framework, data, levels, pillars, {term.term: term for term in terms})
    audit.record(actor, "framework.published", framework, version=framework.version)
    return framework, True


def _publish_criteria(
    framework: Framework,
    data: dict,
    levels: list[Level],
    pillars: list[Pillar],
    terms: dict[str, GlossaryTerm],
) -> None:
    entries = [
        (pillar, entry)
        for pillar, source in zip(pillars, data["pillars"], strict=True)
        for entry in source["criteria"]
    ]
    criteria = Criterion.objects.bulk_create(
        Criterion(
            framework=framework,
            pillar=pillar,
            position=position,
            code=entry["code"],
            counted=entry["counted"],
            statement=entry["statement"],
            label=entry.get("label") or entry["statement"][:100],
            explainer=entry["explainer"],
            evidence_guidance=entry["evidence_guidance"],
            typical_evidence=entry["typical_evidence"],
            first_step=entry["first_step"],
        )
        for position, (pillar, entry) in enumerate(entries)
    )
    by_code = {criterion.code: criterion for criterion in criteria}
    LevelDescriptor.objects.bulk_create(
        LevelDescriptor(
            criterion=by_code[entry["code"]],
            level=level,
            value=level.value,
            text=entry["levels"][level.key],
        )
        for _, entry in entries
        for level in levels
    )
    related = Criterion.related.through
    pairs = {
        (by_code[a].pk, by_code[b].pk)
        for _, entry in entries
        for other in entry["related"]
        for a, b in ((entry["code"], other), (other, entry["code"]))
    }
    related.objects.bulk_create(
        related(from_criterion_id=a, to_criterion_id=b) for a, b in sorted(pairs)
    )
    used = Criterion.terms.through
    used.objects.bulk_create(
        used(criterion_id=by_code[entry["code"]].pk, glossaryterm_id=terms[term].pk)
        for _, entry in entries
        for term in entry.get("glossary", [])
    )


@transaction.atomic
def open_framework(*, cohort: Cohort, framework: Framework, actor: User | None = None) -> None:
    """Let a cohort's new assessments begin on `framework`; those begun keep their version."""
    CohortFramework.objects.update_or_create(cohort=cohort, defaults={"framework": framework})
    audit.record(actor, "framework.opened", framework, at=cohort, cohort=cohort.slug)


def choose_framework(*, actor: User, cohort: Cohort, framework: Framework | None) -> None:
    """As `open_framework`; None where nothing is to be begun yet."""
    if framework:
        open_framework(cohort=cohort, framework=framework, actor=actor)
