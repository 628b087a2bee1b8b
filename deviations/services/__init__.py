"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.categories import add_category, change_category
from deviations.services.causes import draw_fishbone, estimate_cost
from deviations.services.closing import answer, close, reopen
from deviations.services.crowding import is_crowded
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.examples import ask_for_consent, keep_consent, like, publish, withdraw, write_example
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.identity import author_of, share_identity
from deviations.services.languages import translate
from deviations.services.rating import rate
from deviations.services.reporting import SIGNED_IN, Report, next_number, receipt_hash, report
from deviations.services.saved_views import (
    change_view,
    choose_start,
    follow,
    follow_nothing,
    move_view,
    remove_view,
    save_view,
)
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
    "ask_for_consent",
    "author_of",
    "change_category",
    "change_view",
    "change_wishes",
    "choose_start",
    "close",
    "comment",
    "draw_fishbone",
    "end_receiver",
    "estimate_cost",
    "follow",
    "follow_nothing",
    "grant_access",
    "hand_over",
    "is_crowded",
    "keep_consent",
    "like",
    "make_deviation",
    "make_whistleblowing",
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
    "share_identity",
    "start_plan",
    "translate",
    "triage",
    "withdraw",
    "write_example",
]
