"""Addresses inside an organisation."""

from django.urls import path

from hms.organisations.views import invitations, profile, settings, theme

app_name = "organisations"
urlpatterns = [
    path("innstillinger/", settings.settings, name="settings"),
    path("profil/", profile.profile, name="profile"),
    path("tema/<str:colour>.css", theme.theme, name="theme"),
    path("invitasjon/<str:token>/", invitations.invitation, name="invitation"),
]
