"""What the audit log says of each action here, after the name of whoever did it."""

KINDS = {
    "Framework": {
        "framework.published": "published a framework",
        "framework.opened": "opened a framework for the cohort",
    },
    "Self-assessment": {
        "assessment.started": "began the self-assessment",
        "assessment.submitted": "handed the self-assessment in",
        "assessment.taken_back": "took the self-assessment back",
        "assessment.returned": "returned the self-assessment",
    },
    "Evidence": {
        "evidence.added": "added a piece of evidence",
        "evidence.attached": "attached a piece of evidence to a criterion",
        "evidence.detached": "took a piece of evidence off a criterion",
        "evidence.described": "said which part of a piece of evidence matters",
        "evidence.renamed": "described a piece of evidence",
        "evidence.withdrawn": "withdrew a piece of evidence for good",
    },
}
