"""Loading the demo's organisations, in one transaction."""

import datetime
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from dashboard.demo.addresses import lose_an_address
from dashboard.demo.around import surround
from dashboard.demo.book import Book
from dashboard.demo.cast import EMPLOYERS, Employer
from dashboard.demo.family import found_company
from dashboard.demo.house import House, furnish, password_hash
from dashboard.demo.injuries import injure
from dashboard.demo.law import write_law
from dashboard.demo.leaders import tell_leaders
from dashboard.demo.learning import learn
from dashboard.demo.life import live
from dashboard.demo.receivers import name_receivers
from dashboard.demo.routines import write_routines
from dashboard.demo.scenes import Scene, scenes_of, tell
from dashboard.demo.training import write_trainings
from dashboard.demo.views import save_views
from dashboard.demo.year import draw_year
from deviations.models import Deviation, DeviationCounter
from hms.accounts.demo import DEMO_PASSWORD
from hms.accounts.models import User
from hms.assignments.arming import rearm
from hms.files import services as files
from hms.files.models import Attachment
from hms.notifications.enums import SmsUse
from hms.notifications.models import ChannelSettings
from hms.organisations.models import Employee, Organisation
from hms.tenancy.scope import tenant


def is_loaded() -> bool:
    """Whether all the demo's organisations are there."""
    slugs = [employer.slug for employer in EMPLOYERS]
    return Organisation.objects.filter(slug__in=slugs).count() == len(slugs)


@transaction.atomic
def load(now: datetime.datetime | None = None, employers: list[Employer] = EMPLOYERS) -> None:
    """Make the organisations with a year behind them. Needs the database's owner.

    The same on every load, relative to the day: everything is drawn with a fixed seed.
    """
    users: dict[str, User] = {}
    password = password_hash(DEMO_PASSWORD)
    for employer in employers:
        _load(employer, timezone.localtime(now), users, password)
    found_company(timezone.localtime(now), users, password)


def _load(employer: Employer, now: datetime.datetime, users: dict[str, User], password: str) -> None:
    organisation = Organisation.objects.create(
        name=employer.name,
        slug=employer.slug,
        organisation_number=employer.organisation_number,
        accent_colour=employer.accent,
        emergency_note=employer.emergency_note,
    )
    with tenant(organisation):
        book = Book(now)
        house = furnish(book, employer, organisation, users, password)
        # Without a gateway: the demo's SMS lie in its mailbox.
        book.add(ChannelSettings(sms_use=SmsUse.URGENT))
        name_receivers(book, house)
        pictured = _tell_all(book, house)
        surround(book, house)
        learn(book, book.rows[Employee])
        injure(book, house)
        lose_an_address(book, house)
        write_routines(book, house)
        write_law(book, house)
        write_trainings(book, house)
        book.write()
        # What was said in the year behind them was said by mail; from now on the ladder speaks.
        rearm()
        tell_leaders(now)
        save_views(house, now)
        for deviation, scene in pictured:
            _show(deviation, scene)


def _tell_all(book: Book, house: House) -> list[tuple[Deviation, Scene]]:
    """Every case, in the order reported, so that the numbers follow the dates; those with a picture."""
    tales: list[tuple[datetime.datetime, Callable[[tuple[int, int]], Deviation], Scene | None]] = []
    scenes = scenes_of(house.employer.slug, book.now)
    for scene in scenes:
        tales.append((scene.at, lambda number, scene=scene: tell(scene, book, house, number).deviation, scene))
    for story in draw_year(house, book.now, house.employer.cases - len(scenes)):
        tales.append((story.at, lambda number, story=story: live(book, house, story, number).deviation, None))
    counts: dict[int, int] = {}
    pictured = []
    for at, write, scene in sorted(tales, key=lambda tale: tale[0]):
        counts[at.year] = counts.get(at.year, 0) + 1
        deviation = write((at.year, counts[at.year]))
        if scene is not None and scene.picture is not None:
            pictured.append((deviation, scene))
    for year, last in counts.items():
        book.add(DeviationCounter(year=year, last=last))
    return pictured


def _show(deviation: Deviation, scene: Scene) -> None:
    attachment = files.attach(scene.picture(), owner=deviation, by=deviation.reporter, alternative_text=scene.shows)
    Attachment.objects.filter(pk=attachment.pk).update(uploaded_at=deviation.reported_at)
