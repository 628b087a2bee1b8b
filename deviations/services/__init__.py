"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.causes import draw_fishbone, estimate_cost
from deviations.services.closing import answer, close, reopen
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.examples import ask_for_consent, keep_consent, like, publish, withdraw, write_example
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.rating import rate
from deviations.services.reporting import Report, next_number, receipt_hash, report

__all__ = [
    "Report",
    "add_details",
    "analyse",
    "answer",
    "ask_for_consent",
    "close",
    "comment",
    "draw_fishbone",
    "estimate_cost",
    "grant_access",
    "hand_over",
    "keep_consent",
    "like",
    "next_number",
    "publish",
    "rate",
    "receipt_hash",
    "receive",
    "reopen",
    "reply_from_reporter",
    "report",
    "set_confidential",
    "start_plan",
    "triage",
    "withdraw",
    "write_example",
]
