class AssessmentLocked(Exception):
    """The assessment was submitted, so nothing in it can change."""
