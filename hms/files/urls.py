from django.urls import path

from hms.files import views

app_name = "files"

urlpatterns = [
    path("filer/<int:pk>/<str:name>", views.serve, name="serve"),
]
