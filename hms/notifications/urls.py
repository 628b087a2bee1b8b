from django.urls import path

from hms.notifications import views

app_name = "notifications"

urlpatterns = [
    path("varsler/", views.inbox, name="inbox"),
    path("varsler/valg/", views.preferences, name="preferences"),
    path("varsler/lest/", views.read_all, name="read_all"),
    path("varsler/<int:pk>/", views.open_notification, name="open"),
]
