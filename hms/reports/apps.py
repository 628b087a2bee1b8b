from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "hms.reports"
    label = "reports"

    def ready(self) -> None:
        from hms.reports import rules, selectors, tasks  # noqa: F401  registrations
