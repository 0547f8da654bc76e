"""What can stop a step of a calibration. The message is for the person who tried."""


class StepRefused(Exception):
    """The step is not possible now."""


class StaleReview(Exception):
    """The rating was saved elsewhere since it was read; `current` is what stands."""

    def __init__(self, current) -> None:
        super().__init__("This rating was saved in another window.")
        self.current = current


class ReviewLocked(Exception):
    """Nothing in the review can change: it is submitted or withdrawn, or the message says why."""
