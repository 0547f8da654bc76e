"""What the audit log says of each action here, after the name of whoever did it."""

KINDS = {
    "Plan": {
        "plan.started": "began the improvement plan",
        "objective.added": "added an objective",
        "objective.taken_out": "took an objective out of the plan",
        "objective.put_back": "put an objective back into the plan",
        "action.added": "added an action to the plan",
        "action.moved": "said how an action is going",
        "action.dated": "gave an action another date",
        "action.taken_out": "took an action out of the plan",
        "action.put_back": "put an action back into the plan",
        "action.evidence_attached": "attached evidence to an action",
        "action.evidence_detached": "detached evidence from an action",
        "resource.logged": "noted what an action took",
    },
    "Signing": {
        "plan.handed_over": "handed the plan to the senior sponsor",
        "plan.taken_back": "took the plan back",
        "plan.approved": "approved the plan",
        "plan.returned": "sent the plan back with comments",
        "plan.revoked": "withdrew their approval of the plan",
        "plan.acknowledged": "said that they have read the plan",
    },
}
