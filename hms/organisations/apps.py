from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "hms.organisations"
    label = "organisations"

    def ready(self) -> None:
        from hms.organisations import rules, selectors, tasks  # noqa: F401  registrations
