from django.urls import path

from hms.notifications import log_views, views

app_name = "notifications"

urlpatterns = [
    path("varsler/", views.inbox, name="inbox"),
    path("varsler/valg/", views.preferences, name="preferences"),
    path("varsler/lest/", views.read_all, name="read_all"),
    path("varsler/<int:pk>/", views.open_notification, name="open"),
    path("varsler/utsendinger/", log_views.my_log, name="my_log"),
    path("innstillinger/folk/<int:pk>/utsendinger/", log_views.person_log, name="person_log"),
    path("innstillinger/folk/<int:pk>/utsendinger/igjen/", log_views.send_again, name="send_again"),
    path("innstillinger/adresser/", log_views.dead_addresses, name="dead_addresses"),
    path("innstillinger/adresser/<int:pk>/igjen/", log_views.try_again, name="try_again"),
]
