from django.apps import AppConfig


class DeviationsConfig(AppConfig):
    name = "deviations"

    def ready(self) -> None:
        from deviations import documents, notifications, rules, selectors, tasks, wiring  # noqa: F401  registrations
