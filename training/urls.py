"""Addresses of trainings, below an organisation's."""

from django.urls import path

from training import views

app_name = "training"

urlpatterns = [
    path("opplaering/", views.overview, name="list"),
    path("opplaering/mine/", views.mine, name="mine"),
    path("opplaering/ny/", views.add, name="new"),
    path("opplaering/<int:pk>/", views.detail, name="detail"),
    path("opplaering/<int:pk>/endre/", views.change, name="change"),
    path("opplaering/<int:pk>/registrer/", views.register, name="register"),
    path("opplaering/bevis/<int:pk>/", views.completion, name="completion"),
    path("opplaering/bevis/<int:pk>/vedlegg/", views.prove, name="prove"),
    path("opplaering/bevis/<int:pk>/trekk/", views.withdraw, name="withdraw"),
]
