"""Plans: drafted, stated an opinion on, decided, carried out, checked."""

from hms.actions.services._writing import EFFECT_CHECK_DAYS, StalePlan, reference
from hms.actions.services.planning import add_action, call_off, change_action, remove_action
from hms.actions.services.plans import (
    action_completed,
    change_owner,
    change_unit,
    check_effect,
    close,
    decide,
    make_confidential,
    start_plan,
)
from hms.actions.services.statements import COMMITTEE_NOTICE, give_statement, reply_to_statement, send_to_safety_rep

__all__ = [
    "COMMITTEE_NOTICE",
    "EFFECT_CHECK_DAYS",
    "StalePlan",
    "action_completed",
    "add_action",
    "call_off",
    "change_action",
    "change_owner",
    "change_unit",
    "check_effect",
    "close",
    "decide",
    "give_statement",
    "make_confidential",
    "reference",
    "remove_action",
    "reply_to_statement",
    "send_to_safety_rep",
    "start_plan",
]
