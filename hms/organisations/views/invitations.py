"""Accepting an invitation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hms.organisations.middleware import open_to_all


@open_to_all
def invitation(request: HttpRequest, organisation: str, token: str) -> HttpResponse:
    return render(request, "organisations/invitation.html")
