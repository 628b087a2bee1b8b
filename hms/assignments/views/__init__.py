from hms.assignments.views import calendar, ladders, summaries
from hms.assignments.views.link import link
from hms.assignments.views.tasks import detail, extension, hand_over, my_tasks

__all__ = ["calendar", "detail", "extension", "hand_over", "ladders", "link", "my_tasks", "summaries"]
