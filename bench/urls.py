"""The floor's addresses before the product's."""

from django.urls import path

from bench import floor
from hms import urls as product
from hms.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("floor/<int:organisation>/list/", floor.rows),
    path("floor/<int:organisation>/case/<int:year>-<int:sequence>/", floor.case),
    path("floor/<int:organisation>/routine/<slug:slug>/", floor.routine),
    *product.urlpatterns,
]
