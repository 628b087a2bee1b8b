from django.urls import path

from hms.operations import views

app_name = "operations"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("feil/<int:pk>/kjor/", views.run_again, name="run_again"),
    path("feil/<int:pk>/avvis/", views.dismiss, name="dismiss"),
]
