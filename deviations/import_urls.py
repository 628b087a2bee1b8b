from django.urls import path

from deviations.views import importing

urlpatterns = [
    path("", importing.start, name="import"),
    path("<int:pk>/", importing.show, name="import_show"),
    path("<int:pk>/kolonner/", importing.columns, name="import_columns"),
    path("<int:pk>/verdier/", importing.words, name="import_values"),
    path("<int:pk>/se-over/", importing.preview, name="import_preview"),
    path("<int:pk>/start/", importing.run, name="import_run"),
    path("<int:pk>/feil.csv", importing.problems, name="import_problems"),
    path("<int:pk>/kast/", importing.remove, name="import_remove"),
]
