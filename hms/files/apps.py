from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "hms.files"
    label = "files"
