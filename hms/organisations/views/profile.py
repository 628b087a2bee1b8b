"""The signed-in person's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def profile(request: HttpRequest, organisation: str) -> HttpResponse:
    return render(request, "organisations/profile.html")
