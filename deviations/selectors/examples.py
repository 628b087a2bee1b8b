"""Reading good examples."""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from deviations.enums import ExampleState, State
from deviations.models import Deviation, GoodExample, ThumbUp
from deviations.selectors.cases import visible_to
from hms.files.models import Attachment
from hms.organisations.access import visibility
from hms.organisations.models import Employee

_KIND = GoodExample._meta.label_lower


def published() -> Q:
    """What everybody may read: shared, and not of a case that is open again, or became confidential afterwards.

    Of whistleblowing nothing is shared, also when it was shared before the case became that.
    """
    stands = Q(
        state=ExampleState.PUBLISHED,
        deviation__state=State.CLOSED,
        deviation__ending="",
        deviation__is_whistleblowing=False,
    )
    return stands & (Q(deviation__is_confidential=False) | Q(unit__isnull=True))


@visibility(GoodExample)
def visible_examples(employee: Employee) -> QuerySet[GoodExample]:
    """Published ones, and those of cases that the employee may see."""
    return GoodExample.objects.filter(published() | Q(deviation__in=visible_to(employee).values("pk")))


def shared_examples(employee: Employee) -> QuerySet[GoodExample]:
    """The published ones, with the unit, how many like them, and whether the reader does."""
    return (
        GoodExample.objects.filter(published())
        .select_related("unit", "deviation__handling")
        .defer("deviation__search", "deviation__description", "deviation__imported_values")
        .annotate(
            likes=Count("thumbs"), is_liked=Exists(ThumbUp.objects.filter(example=OuterRef("pk"), employee=employee))
        )
    )


def newest_example() -> GoodExample | None:
    """The latest one that was shared."""
    return GoodExample.objects.filter(published()).select_related("unit").order_by("-published_at", "-id").first()


def example_of(deviation: Deviation) -> GoodExample | None:
    """The case's example, whatever became of it."""
    return GoodExample.objects.filter(deviation=deviation).select_related("published_by", "unit").first()


def pictures_of(examples: Collection[GoodExample]) -> dict[int, list[Attachment]]:
    """Their pictures in order, before first, by example; in one query."""
    wanted = [pk for example in examples for pk in example.attachment_ids]
    found = Attachment.objects.filter(owner_kind=_KIND).in_bulk(wanted)
    return {example.pk: [found[pk] for pk in example.attachment_ids if pk in found] for example in examples}
