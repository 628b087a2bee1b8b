"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.causes import draw_fishbone, estimate_cost
from deviations.services.closing import answer, close, reopen
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.examples import ask_for_consent, keep_consent, like, publish, withdraw, write_example
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.rating import rate
from deviations.services.reporting import Report, next_number, receipt_hash, report
from deviations.services.saved_views import (
    change_view,
    choose_start,
    follow,
    follow_nothing,
    move_view,
    remove_view,
    save_view,
)

__all__ = [
    "Report",
    "add_details",
    "analyse",
    "answer",
    "ask_for_consent",
    "change_view",
    "choose_start",
    "close",
    "comment",
    "draw_fishbone",
    "estimate_cost",
    "follow",
    "follow_nothing",
    "grant_access",
    "hand_over",
    "keep_consent",
    "like",
    "move_view",
    "next_number",
    "publish",
    "rate",
    "receipt_hash",
    "receive",
    "remove_view",
    "reopen",
    "reply_from_reporter",
    "report",
    "save_view",
    "set_confidential",
    "start_plan",
    "triage",
    "withdraw",
    "write_example",
]
