"""What the audit log says of each action here, after the name of whoever did it."""

KINDS = {
    "Coaches": {
        "calibration.opened": "opened the calibration",
        "review.assigned": "assigned a coach",
        "review.withdrawn": "took a coach off",
        "calibration.settings": "changed how the cohort calibrates",
        "conflict.declared": "noted a conflict of interest",
        "conflict.lifted": "lifted a conflict of interest",
    },
    "Reviews": {
        "review.submitted": "handed a review in",
        "review.recalled": "took a review back",
        "examples.opened": "opened how others were rated",
        "practice.tried": "tried a practice case",
        "evidence.requested": "asked the organisation a question",
        "evidence.answered": "answered a question of the coaches",
        "calibration.both_in": "handed in the second of two reviews",
    },
    "Desk": {
        "calibration.moderating": "began to moderate",
        "decision.made": "decided a criterion",
        "proposal.made": "proposed a level to the other coach",
        "calibration.agreed": "finished at the desk: every criterion is decided",
    },
    "Calibrated framework": {
        "calibration.released": "released the calibrated framework",
        "calibration.reopened": "reopened the calibrated framework",
        "release.acknowledged": "said that they have read the calibrated framework",
        "release.question": "asked about the calibrated framework",
        "release.answer": "answered a question about the calibrated framework",
        "release.late_evidence": "added evidence after the release",
        "meeting.saved": "noted an improvement meeting",
    },
}
# What tells of one calibration; shut to whoever may not see into it.
OF_ONE = frozenset(
    action
    for actions in KINDS.values()
    for action in actions
    if not action.startswith(("conflict.", "practice.", "calibration.settings"))
)
