"""The ladder every organisation has from its first day, until it makes its own (domain.md section 5)."""

from hms.assignments.enums import Anchor, Kind, Recipient
from hms.assignments.ladder import Step

DUE, START = Anchor.DUE, Anchor.START

ROUTINE = (
    Step(DUE, -7, Recipient.ASSIGNEE),
    Step(DUE, -1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.ASSIGNEE),
    Step(DUE, 7, Recipient.ASSIGNEE),
    Step(DUE, 14, Recipient.MANAGER),
    Step(DUE, 30, Recipient.HSE_MANAGER),
    Step(DUE, 30, Recipient.SAFETY_REP),
    Step(DUE, 30, Recipient.TOP_LEADER),
)
# That it was given is told at once; calendar days, weekends too.
CRITICAL = (
    Step(DUE, -1, Recipient.ASSIGNEE),
    Step(DUE, 0, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.MANAGER),
    Step(DUE, 3, Recipient.HSE_MANAGER),
    Step(DUE, 3, Recipient.TOP_LEADER),
)
# A representative's statement is no line manager's to chase (aml. § 6-2): the one who sent the plan may decide it
# without, and the senior representative can help.
STATEMENT = (
    Step(DUE, -1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.REQUESTER),
    Step(DUE, 3, Recipient.SENIOR_SAFETY_REP),
)
# Whoever disagreed sees that the employer has not replied.
REPLY = (*ROUTINE, Step(DUE, 7, Recipient.REQUESTER), Step(DUE, 7, Recipient.SENIOR_SAFETY_REP))
# What each must read for themself is between them and their leader, however many they are.
READ = (
    Step(DUE, -7, Recipient.ASSIGNEE),
    Step(DUE, -1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.ASSIGNEE),
    Step(DUE, 7, Recipient.ASSIGNEE),
    Step(DUE, 14, Recipient.MANAGER),
)
# The leader finds the course and the time, so the leader hears as soon as it has run out.
RENEW = (
    Step(DUE, -21, Recipient.ASSIGNEE),
    Step(DUE, -7, Recipient.ASSIGNEE),
    Step(DUE, -1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.ASSIGNEE),
    Step(DUE, 1, Recipient.MANAGER),
    Step(DUE, 14, Recipient.HSE_MANAGER),
)
# Somebody has reported and waits: first the one who has the case (the unit's manager), then their superior.
UNANSWERED = (Step(START, 2, Recipient.ASSIGNEE), Step(START, 5, Recipient.MANAGER))
UNANSWERED_CRITICAL = (Step(START, 1, Recipient.MANAGER), Step(START, 3, Recipient.TOP_LEADER))

# Offered to many: nobody feels that it is theirs, so the one who answers for it hears early.
UNTAKEN = Step(START, 2, Recipient.ACCOUNTABLE)
UNTAKEN_CRITICAL = Step(START, 1, Recipient.ACCOUNTABLE)


def default_steps(kind: str, *, critical: bool) -> tuple[Step, ...]:
    """The steps of a kind that an organisation has not changed."""
    if kind == Kind.STATEMENT:
        return STATEMENT
    if critical:
        return CRITICAL + (UNANSWERED_CRITICAL if kind == Kind.HANDLE else ())
    own = {Kind.HANDLE: ROUTINE + UNANSWERED, Kind.REPLY: REPLY, Kind.READ: READ, Kind.RENEW: RENEW}
    return own.get(kind, ROUTINE)
