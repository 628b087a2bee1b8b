from django.apps import AppConfig


class DeviationsConfig(AppConfig):
    name = "deviations"

    def ready(self) -> None:
        from deviations import (  # noqa: F401  registrations
            documents,
            notifications,
            posters,
            rules,
            selectors,
            summaries,
            tasks,
            wiring,
        )
