class AssessmentLocked(Exception):
    """The assessment was submitted, so nothing in it can change."""


class FrameworkNotOpen(Exception):
    """The cohort has no framework yet, so no assessment of it can begin."""
