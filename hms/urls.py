"""Every address. Paths speak bokmål; names in code are English."""

from django.conf import settings
from django.urls import include, path, register_converter

from deviations.views import offline
from hms.core.views import service_worker
from hms.operations.views import healthz
from hms.organisations.converters import OrganisationSlug

register_converter(OrganisationSlug, "organisation")

handler400 = "hms.core.views.bad_request"
handler403 = "hms.core.views.forbidden"
handler404 = "hms.core.views.not_found"
handler500 = "hms.core.views.server_error"

of_organisation = [
    path("", include("dashboard.urls")),
    path("", include("deviations.urls")),
    path("", include("routines.urls")),
    path("", include("training.urls")),
    path("", include("hms.actions.urls")),
    path("", include("hms.assignments.urls")),
    path("", include("hms.notifications.urls")),
    path("", include("hms.files.urls")),
    path("", include("hms.reports.urls")),
    path("", include("hms.organisations.urls")),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("sw.js", service_worker, {"shell": offline.shell}, name="service_worker"),
    path("frakoblet/", offline.page, name="offline"),
    path("drift/", include("hms.operations.urls")),
    path("konto/", include("hms.accounts.urls")),
    *([path("demo/", include("hms.notifications.demo_urls"))] if settings.DEMO else []),
    path("<organisation:organisation>/", include(of_organisation)),
    path("", include("hms.organisations.root_urls")),
]
