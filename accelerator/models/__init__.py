from accelerator.models.audit import AuditEvent
from accelerator.models.invitations import Invitation
from accelerator.models.jobs import ReportJob
from accelerator.models.mail import OutgoingMail
from accelerator.models.people import Institution, MatchFunder, Membership, Organisation, Role, User
from accelerator.models.programme import Cohort, Enrolment, Programme

__all__ = [
    "AuditEvent",
    "Cohort",
    "Enrolment",
    "Institution",
    "Invitation",
    "MatchFunder",
    "Membership",
    "Organisation",
    "OutgoingMail",
    "Programme",
    "ReportJob",
    "Role",
    "User",
]
