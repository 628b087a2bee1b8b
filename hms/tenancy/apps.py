from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "hms.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from hms.tenancy import checks  # noqa: F401  registers the system checks
