"""All addresses, with the demo's mailbox mounted."""

from django.urls import include, path

from hms import urls
from hms.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("demo/", include("hms.notifications.demo_urls")),
    *(pattern for pattern in urls.urlpatterns if getattr(pattern, "namespace", None) != "demo"),
]
