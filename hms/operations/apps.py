from django.apps import AppConfig
from django.conf import settings


class OperationsConfig(AppConfig):
    name = "hms.operations"
    label = "operations"

    def ready(self) -> None:
        # Celery's signals are heard from the moment these are known.
        from hms.operations import signals, tasks  # noqa: F401

        if settings.METRICS_PORTS:
            from hms.operations import metrics

            metrics.register()
