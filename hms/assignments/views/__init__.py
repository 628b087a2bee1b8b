from hms.assignments.views import calendar, ladders, summaries
from hms.assignments.views.helpers import add_helper, comment, remove_helper
from hms.assignments.views.link import link
from hms.assignments.views.offers import take
from hms.assignments.views.tasks import detail, extension, hand_over, my_tasks

__all__ = [
    "add_helper",
    "calendar",
    "comment",
    "detail",
    "extension",
    "hand_over",
    "ladders",
    "link",
    "my_tasks",
    "remove_helper",
    "summaries",
    "take",
]
