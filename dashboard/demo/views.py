"""Saved views of the demo: two that the HSE managers share, and one that the first leader follows."""

import datetime

from dashboard.demo.house import House
from deviations import services
from deviations.enums import Category, Frequency, Severity
from hms.organisations.enums import Role
from hms.organisations.models import RoleHolding


def save_views(house: House, now: datetime.datetime) -> None:
    """Write the views, as made now. Call when the people are in the database."""
    organisation = house.organisation.pk
    # The demo is loaded by the database's owner, whom a server that is only for trying out may let see everything.
    keeper = (
        RoleHolding.objects.filter(organisation=organisation, role=Role.HSE_MANAGER, employee__user__isnull=False)
        .select_related("employee")
        .order_by("id")
        .first()
    )
    if keeper is None:
        return
    serious = {"severity": str(Severity.VERY_SERIOUS.value)}
    services.save_view(by=keeper.employee, name="Svært alvorlig", query=serious, is_for_all=True, at=now)
    services.save_view(
        by=keeper.employee, name="Vold og trusler, alle", query={"status": "all", "category": Category.VIOLENCE.value},
        for_roles=[Role.MANAGER, Role.SAFETY_REP, Role.SENIOR_SAFETY_REP], at=now,
    )  # fmt: skip
    leader = house.people.get("amir")
    if leader is not None:
        view = services.save_view(
            by=leader, name="Nærmeste frist her", query={"unit": str(leader.unit_id), "sort": "frist"}, at=now
        )  # fmt: skip
        services.follow(leader, view, Frequency.DAILY)
