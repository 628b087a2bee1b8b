from hms.assignments.views import ladders, summaries
from hms.assignments.views.link import link
from hms.assignments.views.tasks import detail, extension, hand_over, my_tasks

__all__ = ["detail", "extension", "hand_over", "ladders", "link", "my_tasks", "summaries"]
