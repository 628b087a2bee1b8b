from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    name = "hms.assignments"
    label = "assignments"
