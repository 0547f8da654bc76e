from assessments.models.assessment import Assessment, EvidenceState, Practice, Rating
from assessments.models.evidence import Evidence, EvidenceUse
from assessments.models.framework import (
    CohortFramework,
    Criterion,
    Framework,
    GlossaryTerm,
    Level,
    LevelDescriptor,
    Pillar,
)
from assessments.models.submission import Submission, SubmittedRating

__all__ = [
    "Assessment",
    "CohortFramework",
    "Criterion",
    "Evidence",
    "EvidenceState",
    "EvidenceUse",
    "Framework",
    "GlossaryTerm",
    "Level",
    "LevelDescriptor",
    "Pillar",
    "Practice",
    "Rating",
    "Submission",
    "SubmittedRating",
]
