"""What people type here, so that it can be found and removed for good."""

from accelerator.core.words import OURS, Typed, Words

PUBLISHED = "published with the framework, the same for everybody"
WORDS = Words(
    typed=(
        Typed(
            "assessments.Rating",
            {
                "justification": "What makes them confident, or not",
                "cannot_rate_reason": "Why it cannot be rated",
            },
            enrolment="assessment__enrolment",
            criterion="criterion__code",
            version="version",
        ),
        Typed(
            "assessments.Submission",
            {"ended_reason": "Why a submission was returned"},
            enrolment="assessment__enrolment",
        ),
        Typed(
            "assessments.SubmittedRating",
            {
                "justification": "What made them confident, or not, as handed in",
                "cannot_rate_reason": "Why it could not be rated, as handed in",
            },
            enrolment="submission__assessment__enrolment",
            criterion="criterion__code",
            copy=True,
        ),
        Typed(
            "assessments.Evidence",
            {
                "title": "Evidence: its name",
                "description": "Evidence: its description",
                "note": "Evidence: the note itself",
                "original_name": "Evidence: the file's name",
                "withdrawn_reason": "Evidence: why it was withdrawn",
            },
            enrolment="enrolment",
            traces=("sha256",),
        ),
        # All of an address goes with its piece, which is withdrawn.
        Typed(
            "assessments.Evidence",
            {"url": "Evidence: its web address"},
            enrolment="enrolment",
            listed=False,
        ),
        Typed(
            "assessments.EvidenceUse",
            {"part": "Evidence: which part matters"},
            enrolment="evidence__enrolment",
            criterion="rating__criterion__code",
            goes_with=("assessments.Evidence", "evidence"),
        ),
    ),
    not_words={
        "assessments.Evidence.file": "a random path",
        "assessments.Evidence.media_type": OURS,
        **dict.fromkeys(
            (
                "assessments.Framework",
                "assessments.Level",
                "assessments.Pillar",
                "assessments.Criterion",
                "assessments.LevelDescriptor",
                "assessments.GlossaryTerm",
            ),
            PUBLISHED,
        ),
    },
    copied_under=(("assessments.Assessment", "enrolment"),),
)
