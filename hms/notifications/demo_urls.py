"""The demo's mailbox. These addresses exist only where HMS_DEMO is set."""

from django.urls import path

from hms.notifications import demo_views

app_name = "demo"

urlpatterns = [
    path("epost/", demo_views.mailbox, name="mailbox"),
    path("epost/<slug:name>/", demo_views.mail, name="mail"),
    path("epost/<slug:name>/html/", demo_views.mail_html, name="mail_html"),
]
