"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.categories import add_category, change_category
from deviations.services.closing import answer, close, reopen
from deviations.services.crowding import is_crowded
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.identity import author_of, share_identity
from deviations.services.languages import translate
from deviations.services.reporting import SIGNED_IN, Report, next_number, receipt_hash, report
from deviations.services.whistleblowing import (
    NobodyReceives,
    add_receiver,
    add_subject,
    change_wishes,
    end_receiver,
    make_deviation,
    make_whistleblowing,
)

__all__ = [
    "SIGNED_IN",
    "NobodyReceives",
    "Report",
    "add_category",
    "add_details",
    "add_receiver",
    "add_subject",
    "analyse",
    "answer",
    "author_of",
    "change_category",
    "change_wishes",
    "close",
    "comment",
    "end_receiver",
    "grant_access",
    "hand_over",
    "is_crowded",
    "make_deviation",
    "make_whistleblowing",
    "next_number",
    "receipt_hash",
    "receive",
    "reopen",
    "reply_from_reporter",
    "report",
    "set_confidential",
    "share_identity",
    "start_plan",
    "translate",
    "triage",
]
