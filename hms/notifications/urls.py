from django.urls import path

from hms.notifications import views

app_name = "notifications"

urlpatterns = [
    path("varsler/", views.inbox, name="inbox"),
    path("varsler/valg/", views.preferences, name="preferences"),
    path("varsler/valg/enheter/", views.add_device, name="add_device"),
    path("varsler/valg/enheter/fjern/", views.remove_this_device, name="remove_this_device"),
    path("varsler/valg/enheter/<int:pk>/fjern/", views.remove_device, name="remove_device"),
    path("innstillinger/kanaler/", views.channels, name="channels"),
    path("innstillinger/kanaler/prove/", views.test_sms, name="test_sms"),
    path("innstillinger/kanaler/fjern/", views.remove_gateway, name="remove_gateway"),
    path("varsler/lest/", views.read_all, name="read_all"),
    path("varsler/<int:pk>/", views.open_notification, name="open"),
    path("varsler/utsendinger/", views.my_log, name="my_log"),
    path("innstillinger/folk/<int:pk>/utsendinger/", views.person_log, name="person_log"),
    path("innstillinger/folk/<int:pk>/utsendinger/igjen/", views.send_again, name="send_again"),
    path("innstillinger/adresser/", views.dead_addresses, name="dead_addresses"),
    path("innstillinger/adresser/<int:pk>/igjen/", views.try_again, name="try_again"),
]
