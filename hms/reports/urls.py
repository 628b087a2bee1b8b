from django.urls import path

from hms.reports import views

app_name = "reports"

urlpatterns = [
    path("rapporter/<int:pk>/", views.show, name="show"),
    path("rapporter/<int:pk>/avbryt/", views.cancel, name="cancel"),
    path("rapporter/<int:pk>/fil/", views.download, name="download"),
]
