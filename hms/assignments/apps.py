from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "hms.assignments"
    label = "assignments"

    def ready(self) -> None:
        from hms.assignments import notifications, rules, selectors, wiring  # noqa: F401  registrations
