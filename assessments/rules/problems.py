class AssessmentLocked(Exception):
    """Nothing in the assessment can change: it was submitted, or the message says why."""


class FrameworkNotOpen(Exception):
    """The cohort has no framework yet, so no assessment of it can begin."""


class EvidenceWithdrawn(Exception):
    """The piece was withdrawn meanwhile, so it cannot be attached."""


class StaleDescription(Exception):
    """Somebody else changed the description since its form was opened."""


class EvidenceDamaged(Exception):
    """The stored bytes are not those that were taken in."""
