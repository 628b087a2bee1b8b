"""Who receives whistleblowing in the demo: two from the working environment committee, one outside the line."""

import datetime

from dashboard.demo.book import Book
from dashboard.demo.house import House
from deviations.models import WhistleblowingReceiver, WhistleblowingSettings


def name_receivers(book: Book, house: House) -> None:
    """Name them since a year ago, and say what people read."""
    since = book.now.date() - datetime.timedelta(days=365)
    people = [person for person in house.committee if person.user_id][:2]
    for position, person in enumerate(people, 1):
        book.add(
            WhistleblowingReceiver(
                employee=person, position=position, is_outside_line=position == len(people), starts_on=since
            )
        )
    book.add(
        WhistleblowingSettings(
            routine_text="Si fra muntlig eller skriftlig til en av mottakerne. Du hører fra oss innen en uke.",
            contact="styrelederen, telefon 22 00 00 00",
        )
    )
