from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "hms.notifications"
    label = "notifications"

    def ready(self) -> None:
        # Selectors register visibility; tasks must be known to the process that nudges.
        from hms.notifications import notifications, rules, selectors, tasks  # noqa: F401
