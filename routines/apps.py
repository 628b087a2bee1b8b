from django.apps import AppConfig


class RoutinesConfig(AppConfig):
    name = "routines"

    def ready(self) -> None:
        from routines import (  # noqa: F401  registrations
            documents,
            notifications,
            rules,
            selectors,
            summaries,
            tasks,
            use_wiring,
            wiring,
        )
        from routines.exchange import giving  # noqa: F401  registrations
