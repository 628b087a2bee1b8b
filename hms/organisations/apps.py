from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "hms.organisations"
    label = "organisations"

    def ready(self) -> None:
        from hms.organisations import affiliations, rules, selectors, tasks, wiring  # noqa: F401  registrations
