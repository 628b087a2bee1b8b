"""Addresses outside every organisation."""

from django.urls import path

from hms.organisations.views import root

urlpatterns = [
    path("", root.home, name="home"),
    path("sprak/", root.set_language, name="set_language"),
    path("fargevalg/", root.set_colour_scheme, name="set_colour_scheme"),
]
