from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "hms.organisations"
    label = "organisations"
