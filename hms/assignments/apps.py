from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "hms.assignments"
    label = "assignments"

    def ready(self) -> None:
        from hms.assignments import extension_notifications, notifications, rules, selectors, wiring  # noqa: F401  registrations
        from hms.assignments.summaries import mails, own_part  # noqa: F401
        from hms.assignments.summaries import wiring as summaries_wiring  # noqa: F401
