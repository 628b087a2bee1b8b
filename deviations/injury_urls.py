"""Addresses of injuries: of a case, and of the register."""

from django.urls import path

from deviations.views import frequencies, injuries, injury_register

of_case = [
    path("alvorlig/", injuries.declare, name="declare"),
    path("melding/<slug:kind>/", injuries.settle, name="notice"),
    path("melding/<slug:kind>/ikke/", injuries.set_aside, name="notice_set_aside"),
    path("skade/", injuries.add, name="add_injury"),
    path("skade/<int:pk>/", injuries.change, name="injury"),
    path("skade/<int:pk>/fravar/", injuries.absence, name="injury_absence"),
    path("skade/<int:pk>/fjern/", injuries.remove, name="injury_remove"),
    path("skade/<int:pk>/nav/", injuries.nav, name="injury_nav"),
    path("skade/<int:pk>/nav/ny/", injuries.start_nav, name="injury_nav_start"),
    path("skade/<int:pk>/nav/ikke/", injuries.no_nav, name="injury_no_nav"),
]

urlpatterns = [
    path("", injury_register.register, name="injury_register"),
    path("last-ned/", injury_register.export, name="injury_export"),
    path("tall/", frequencies.page, name="frequencies"),
    path("timer/", frequencies.hours, name="hours"),
]
