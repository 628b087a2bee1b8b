from django.apps import AppConfig


class DeviationsConfig(AppConfig):
    name = "deviations"

    def ready(self) -> None:
        from deviations import (  # noqa: F401  registrations
            documents,
            exporting,
            handbook,
            injury_export,
            injury_rules,
            injury_wiring,
            mentions,
            news,
            notifications,
            posters,
            rules,
            selection,
            selectors,
            summaries,
            tasks,
            wiring,
        )
