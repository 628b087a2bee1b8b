"""What a worker does with the routines of one organisation, every hour and whenever something was published."""

import datetime

from django.utils import timezone

from hms.organisations.calendar import open_calendar
from routines.models import RoutineClock
from routines.services.chasing import send_chases
from routines.services.counting import forget_openings
from routines.services.law import start_checks
from routines.services.library import tell_of_news
from routines.services.publishing import publish_due, start_revisions
from routines.services.reading import look_through_all

# Joiners, movers and leavers are seen to this often; what is published, at once.
EVERY = datetime.timedelta(hours=1)


def turn() -> None:
    """One turn of the open organisation.

    Effects: what is approved and due is published; owners are asked to revise, and to check that the law is followed;
    readers are asked, or not any more, and reminded where somebody said so; owners are told what a parent organisation
    has changed; old numbers of openings are forgotten; the clock is set for the next hour. Two workers take turns.
    """
    clock = RoutineClock.objects.select_for_update().first()
    if clock is None:
        return
    now = timezone.now()
    today = open_calendar().local_date(now)
    publish_due(today)
    start_revisions(today)
    start_checks(today)
    look_through_all(today=today)
    send_chases()
    forget_openings(today)
    tell_of_news()
    # Something may have been published meanwhile, and have asked for a turn of its own.
    RoutineClock.objects.filter(pk=clock.pk).update(next_at=now + EVERY)
