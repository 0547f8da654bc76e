"""What people type into a plan, so that it can be found and removed for good."""

from accelerator.core.words import Typed, Words

OBJECTIVE = "objective__plan__enrolment"
WORDS = Words(
    typed=(
        Typed(
            "improvement.Objective",
            {
                "title": "An objective of the plan",
                "why": "Why an objective was chosen",
                "known_by": "How an objective will be known",
            },
            enrolment="plan__enrolment",
            version="version",
        ),
        Typed(
            "improvement.Action",
            {
                "title": "An action of the plan",
                "outcome": "What comes of an action",
                "owner_name": "Who does an action",
                "state_reason": "Why an action is paused or dropped",
            },
            enrolment=OBJECTIVE,
            version="version",
        ),
        Typed(
            "improvement.Resource",
            {"note": "What an action took"},
            enrolment=f"action__{OBJECTIVE}",
        ),
        Typed(
            "improvement.PlanVersion",
            {
                "note": "What is new in a plan",
                "comment": "The sponsor's comment",
                "ended_reason": "Why an approval was withdrawn",
            },
            enrolment="plan__enrolment",
        ),
        Typed(
            "improvement.PlanVersion",
            {"frozen": "The plan as it was handed over"},
            enrolment="plan__enrolment",
            copy=True,
            listed=False,
        ),
    ),
    not_words={},
)
