from django.apps import AppConfig


class DeviationsConfig(AppConfig):
    name = "deviations"

    def ready(self) -> None:
        from deviations import documents, notifications, rules, selectors, summaries, tasks, wiring  # noqa: F401  registrations
