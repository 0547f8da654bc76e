"""What is new in a version of a release, and why there is one."""

from dataclasses import dataclass

from assessments.framework.queries import catalogue
from assessments.framework.values import CriterionInfo, LevelInfo
from calibration.models import Release
from calibration.rules.versions import steps_between
from calibration.rules.wording import version_words


@dataclass(frozen=True)
class Renewed:
    """One criterion that changed since the version before."""

    criterion: CriterionInfo
    before: LevelInfo | None
    after: LevelInfo | None
    words: bool

    @property
    def told(self) -> str:
        return version_words(self.before, self.after, self.words)


@dataclass(frozen=True)
class News:
    """`reason` is why it was opened again; `changes` in the framework's order."""

    version: int
    reason: str
    changes: tuple[Renewed, ...]


def news_of(release: Release) -> News | None:
    """What a version says that the one before did not; None for the first. One query."""
    before = Release.objects.filter(
        calibration=release.calibration_id, version=release.version - 1
    ).first()
    if before is None:
        return None
    framework = catalogue(release.calibration.assessment.framework_id)
    steps = {step.code: step for step in steps_between(before.snapshot, release.snapshot)}
    return News(
        version=release.version,
        reason=release.reason,
        changes=tuple(
            Renewed(
                criterion,
                framework.level(steps[criterion.code].before),
                framework.level(steps[criterion.code].after),
                steps[criterion.code].words,
            )
            for criterion in framework.criteria
            if criterion.code in steps
        ),
    )
