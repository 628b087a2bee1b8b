from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from training import rules, selectors, tasks, wiring  # noqa: F401  registrations
