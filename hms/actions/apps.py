from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "hms.actions"
    label = "actions"

    def ready(self) -> None:
        from hms.actions import handbook, notifications, rules, selectors, summaries, wiring  # noqa: F401  registrations
