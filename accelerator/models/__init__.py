from accelerator.models.audit import AuditEvent
from accelerator.models.enrolled import (
    Commitment,
    Consent,
    Deadline,
    PeakPeriod,
    Profile,
)
from accelerator.models.invitations import Invitation
from accelerator.models.jobs import ReportJob
from accelerator.models.mail import OutgoingMail
from accelerator.models.people import Institution, MatchFunder, Membership, Organisation, Role, User
from accelerator.models.programme import Cohort, Enrolment, EnrolmentFunder, Programme

__all__ = [
    "AuditEvent",
    "Cohort",
    "Commitment",
    "Consent",
    "Deadline",
    "Enrolment",
    "EnrolmentFunder",
    "Institution",
    "Invitation",
    "MatchFunder",
    "Membership",
    "Organisation",
    "OutgoingMail",
    "PeakPeriod",
    "Profile",
    "Programme",
    "ReportJob",
    "Role",
    "User",
]
