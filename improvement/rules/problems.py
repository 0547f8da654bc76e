class PlanLocked(Exception):
    """The message says why the plan, or what is signed of it, does not change now."""

    def __init__(
        self,
        why: str = "The plan lies with the senior sponsor. "
        "Take it back to change what they are to sign.",
    ) -> None:
        super().__init__(why)


class NothingReleased(Exception):
    """No calibrated framework has been released, so there is nothing to plan from."""

    def __init__(self) -> None:
        super().__init__("A plan begins from your calibrated framework, once it is released.")


class CannotSign(Exception):
    """The message says why a plan is not handed over, approved, returned or taken back."""
