from django.urls import path

from hms.assignments import views

app_name = "assignments"

urlpatterns = [
    path("oppgaver/", views.my_tasks, name="list"),
    path("oppgaver/<int:pk>/", views.detail, name="detail"),
    path("oppgaver/<int:pk>/ta/", views.take, name="take"),
    path("oppgaver/<int:pk>/hjelp/", views.add_helper, name="add_helper"),
    path("oppgaver/<int:pk>/hjelp/<int:employee>/fjern/", views.remove_helper, name="remove_helper"),
    path("oppgaver/<int:pk>/kommentar/", views.comment, name="comment"),
    path("oppgaver/<int:pk>/overlat/", views.hand_over, name="hand_over"),
    path("oppgaver/<int:pk>/frist/", views.extension, name="extension"),
    path("innstillinger/paminnelser/", views.ladders.overview, name="ladders"),
    path("innstillinger/paminnelser/<slug:kind>/<slug:grade>/", views.ladders.ladder, name="ladder"),
    path("innstillinger/paminnelser/oppsummeringer/", views.summaries.summary_settings, name="summary_settings"),
    path("oppsummering/", views.summaries.latest, name="summaries"),
    path("oppsummering/<str:period>/", views.summaries.summary, name="summary"),
    path("kalender/", views.calendar.page, name="calendar"),
    path("kalender/<str:token>.ics", views.calendar.feed, name="calendar_feed"),
    path("t/<str:token>/", views.link, name="link"),
]
