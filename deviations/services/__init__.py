"""The verbs of a case, by phase; the only writers of its tables."""

from deviations.services.bulk import Seen, bulk_assign, bulk_categorise, may_undo, undo_bulk
from deviations.services.categories import add_category, change_category
from deviations.services.causes import draw_fishbone, estimate_cost
from deviations.services.closing import answer, close, reopen
from deviations.services.crowding import is_crowded
from deviations.services.dialogue import add_details, comment, reply_from_reporter
from deviations.services.ending import reject, withdraw_case
from deviations.services.examples import ask_for_consent, keep_consent, like, publish, withdraw, write_example
from deviations.services.handling import analyse, grant_access, hand_over, receive, set_confidential, start_plan, triage
from deviations.services.hearings import answer_hearing, ask_for_view, close_hearing, decline_hearing
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
from deviations.services.linking import dismiss, link, unlink
from deviations.services.merging import merge, reopen_main, take_out
from deviations.services.moving import move_to_unit
from deviations.services.notices import WrongTime, declare, set_aside, settle
from deviations.services.overdue import report_missed_action
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
from deviations.services.splitting import split
from deviations.services.stopping import lift_stop, stop_work
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
    "Seen",
    "WrongTime",
    "add_category",
    "add_details",
    "add_receiver",
    "add_subject",
    "analyse",
    "answer",
    "answer_hearing",
    "ask_for_consent",
    "ask_for_view",
    "author_of",
    "bulk_assign",
    "bulk_categorise",
    "change_absence",
    "change_category",
    "change_injury",
    "change_view",
    "change_wishes",
    "choose_start",
    "close",
    "close_hearing",
    "comment",
    "declare",
    "decline_hearing",
    "dismiss",
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
    "lift_stop",
    "like",
    "link",
    "make_deviation",
    "make_whistleblowing",
    "may_undo",
    "merge",
    "move_to_unit",
    "move_view",
    "need_no_nav_report",
    "next_number",
    "publish",
    "rate",
    "receipt_hash",
    "receive",
    "record_injury",
    "reject",
    "remove_injury",
    "remove_view",
    "reopen",
    "reopen_main",
    "reply_from_reporter",
    "report",
    "report_missed_action",
    "save_view",
    "set_aside",
    "set_confidential",
    "settle",
    "share_identity",
    "split",
    "start_nav_report",
    "start_plan",
    "stop_work",
    "take_out",
    "translate",
    "triage",
    "undo_bulk",
    "unlink",
    "withdraw",
    "withdraw_case",
    "write_example",
]
