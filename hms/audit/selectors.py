"""Reading events."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q, QuerySet

from hms.audit.models import Event


def timeline(*roots: models.Model) -> QuerySet[Event]:
    """Events of these anchors and everything below them, newest first, actors loaded."""
    anchors = (Q(root_type=root._meta.label_lower, root_id=root.pk) for root in roots)
    return Event.objects.filter(reduce(or_, anchors)).select_related("actor").order_by("-at", "-id")
