"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.categories import add_category, change_category
from deviations.services.causes import draw_fishbone, estimate_cost
from deviations.services.closing import answer, close, reopen
from deviations.services.crowding import is_crowded
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.examples import ask_for_consent, keep_consent, like, publish, withdraw, write_example
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.hours import enter_hours
from deviations.services.identity import author_of, share_identity
from deviations.services.injuries import (
    change_absence,
    change_injury,
    keep_nav_receipt,
    need_no_nav_report,
    record_injury,
    remove_injury,
    start_nav_report,
)
from deviations.services.languages import translate
from deviations.services.notices import WrongTime, declare, set_aside, settle
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
    "WrongTime",
    "add_category",
    "add_details",
    "add_receiver",
    "add_subject",
    "analyse",
    "answer",
    "ask_for_consent",
    "author_of",
    "change_absence",
    "change_category",
    "change_injury",
    "change_view",
    "change_wishes",
    "choose_start",
    "close",
    "comment",
    "declare",
    "draw_fishbone",
    "end_receiver",
    "enter_hours",
    "estimate_cost",
    "follow",
    "follow_nothing",
    "grant_access",
    "hand_over",
    "is_crowded",
    "keep_consent",
    "keep_nav_receipt",
    "like",
    "make_deviation",
    "make_whistleblowing",
    "move_view",
    "need_no_nav_report",
    "next_number",
    "publish",
    "rate",
    "receipt_hash",
    "receive",
    "record_injury",
    "remove_injury",
    "remove_view",
    "reopen",
    "reply_from_reporter",
    "report",
    "save_view",
    "set_aside",
    "set_confidential",
    "settle",
    "share_identity",
    "start_nav_report",
    "start_plan",
    "translate",
    "triage",
    "withdraw",
    "write_example",
]
