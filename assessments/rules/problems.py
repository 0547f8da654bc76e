class AssessmentLocked(Exception):
    """The assessment was submitted, so nothing in it can change."""


class EvidenceWithdrawn(Exception):
    """The piece was withdrawn meanwhile, so it cannot be attached."""


class EvidenceDamaged(Exception):
    """The stored bytes are not those that were taken in."""
