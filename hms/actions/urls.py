"""Addresses of plans and actions, below an organisation's."""

from django.urls import path

from hms.actions import views

app_name = "actions"

urlpatterns = [
    path("tiltak/plan/<int:pk>/", views.plan, name="plan"),
    path("tiltak/plan/<int:pk>/nytt/", views.add, name="add"),
    path("tiltak/plan/<int:pk>/send/", views.send, name="send"),
    path("tiltak/plan/<int:pk>/uttalelse/", views.state, name="state"),
    path("tiltak/plan/<int:pk>/vedta/", views.decide, name="decide"),
    path("tiltak/plan/<int:pk>/effekt/", views.check_effect, name="check_effect"),
    path("tiltak/uttalelse/<int:pk>/svar/", views.reply, name="reply"),
    path("tiltak/<int:pk>/endre/", views.change, name="change"),
    path("tiltak/<int:pk>/fjern/", views.remove, name="remove"),
]
