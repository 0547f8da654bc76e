class PlanWaits(Exception):
    """The plan lies with the senior sponsor, so what they are to sign cannot change."""


class NothingReleased(Exception):
    """No calibrated framework has been released, so there is nothing to plan from."""


class CannotSign(Exception):
    """The message says why a plan is not handed over, approved, returned or taken back."""
