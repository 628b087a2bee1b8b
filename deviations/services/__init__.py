"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.categories import add_category, change_category
from deviations.services.closing import answer, close, reopen
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.languages import translate
from deviations.services.reporting import Report, next_number, receipt_hash, report

__all__ = [
    "Report",
    "add_category",
    "add_details",
    "analyse",
    "answer",
    "change_category",
    "close",
    "comment",
    "grant_access",
    "hand_over",
    "next_number",
    "receipt_hash",
    "receive",
    "reopen",
    "reply_from_reporter",
    "report",
    "set_confidential",
    "start_plan",
    "translate",
    "triage",
]
