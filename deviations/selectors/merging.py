"""Reading what was merged into a case: as much of it as a reader may open."""

from dataclasses import dataclass

from deviations.enums import CommentVisibility
from deviations.models import Comment, Deviation
from deviations.rules import sees_internal_comments
from deviations.selectors.cases import openable_by
from hms.files.models import Attachment
from hms.files.selectors import attachments_of_many
from hms.organisations.models import Employee


@dataclass(frozen=True)
class MergedCase:
    """A case that goes on in another, with what was said in it and its files, as far as the reader may see them."""

    case: Deviation
    comments: list[Comment]
    attachments: list[Attachment]


def merged_into(deviation: Deviation, employee: Employee) -> list[MergedCase]:
    """What was merged into a case and a reader may open, the first reported first; three queries."""
    cases = list(
        openable_by(employee)
        .filter(merged_into=deviation)
        .select_related("handling", "unit", "translation")
        .defer("search", "imported_values")
        .order_by("reported_at", "id")
    )
    if not cases:
        return []
    files = attachments_of_many(cases)
    said: dict[int, list[Comment]] = {}
    inside = {case.pk for case in cases if sees_internal_comments(employee, case)}
    for comment in Comment.objects.filter(deviation__in=cases).select_related("author").order_by("id"):
        if comment.deviation_id in inside or comment.visibility == CommentVisibility.REPORTER:
            said.setdefault(comment.deviation_id, []).append(comment)
    return [MergedCase(case, said.get(case.pk, []), files.get(case.pk, [])) for case in cases]


def goes_on_in(deviation: Deviation, employee: Employee | None) -> Deviation | None:
    """The case that goes on in the place of a merged one, when the reader may open it."""
    if deviation.merged_into_id is None or employee is None:
        return None
    return openable_by(employee).filter(pk=deviation.merged_into_id).first()
