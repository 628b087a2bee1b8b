from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "hms.actions"
    label = "actions"
