from calibration.models.calibration import Calibration, CalibrationSettings, Release
from calibration.models.conflict import ConflictOfInterest
from calibration.models.decision import CommentaryPart, Decision, Proposal, Signature, StaleNotice
from calibration.models.exchange import (
    EvidenceRequest,
    ImprovementMeeting,
    LateEvidence,
    ReleaseQuestion,
)
from calibration.models.practice import PracticeAttempt, PracticeCase
from calibration.models.released_level import ReleasedLevel
from calibration.models.review import (
    Cause,
    Review,
    ReviewRating,
    Sureness,
    empty_seats,
    unanswered,
    why_no_third,
)
from calibration.models.spotlight import Spotlight

__all__ = [
    "Calibration",
    "CalibrationSettings",
    "Cause",
    "CommentaryPart",
    "ConflictOfInterest",
    "Decision",
    "EvidenceRequest",
    "ImprovementMeeting",
    "LateEvidence",
    "PracticeAttempt",
    "PracticeCase",
    "Proposal",
    "Release",
    "ReleaseQuestion",
    "ReleasedLevel",
    "Review",
    "ReviewRating",
    "Signature",
    "Spotlight",
    "StaleNotice",
    "Sureness",
    "empty_seats",
    "unanswered",
    "why_no_third",
]
