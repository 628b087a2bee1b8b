"""Texts from other programs: kept to be looked at, and taken over into a draft or not."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.audit.transitions import InvalidTransition, lock
from hms.files.errors import FileRejected
from hms.files.models import Attachment
from hms.files.selectors import attachments_of
from hms.files.services import attach, thumbnail_key
from hms.organisations.models import Employee
from hms.tenancy.storage import remove
from routines.exchange.bringing import Brought
from routines.markdown import FILE
from routines.models import Draft, Incoming, Routine
from routines.services.writing import save_draft


@transaction.atomic
def bring_in(draft: Draft, brought: Brought, *, by: Employee, file_name: str) -> Incoming:
    """Keep a text with its pictures to be looked at. What the same person brought in before and left is gone.

    Effects: the row; a file for each picture that can be kept, the others are said in the notes.

    Raises:
        InvalidTransition: when the draft stands still.
    """
    lock(draft)
    if not draft.is_writable:
        raise InvalidTransition(draft, draft.state, "write")
    for before in Incoming.objects.filter(draft=draft, by=by):
        refuse(before)
    incoming = Incoming.objects.create(
        draft=draft, by=by, file_name=file_name[:120], title=brought.title, text="", notes=[]
    )
    text, refused = brought.text, 0
    for number, picture in enumerate(brought.pictures, start=1):
        upload = SimpleUploadedFile(_("picture") + f"-{number}", picture.content)
        try:
            file = attach(upload, owner=incoming, by=by)
        except FileRejected:
            refused += 1
            text = text.replace(f"]({picture.key})", f"]({FILE}0)")
            continue
        text = text.replace(f"]({picture.key})", f"]({FILE}{file.pk})")
    notes = list(brought.notes)
    if refused:
        words = ngettext(
            "%(count)d picture is of a kind we cannot show, and is left out.",
            "%(count)d pictures are of a kind we cannot show, and are left out.",
            refused,
        )
        notes.append(words % {"count": refused})
    incoming.text, incoming.notes = text.replace(f"]({FILE}0)", "](#)"), notes
    incoming.save(update_fields=["text", "notes"])
    return incoming


@transaction.atomic
def take_over(incoming: Incoming, *, by: Employee, revision: int, title: str, is_addition: bool) -> None:
    """Let what was brought in be the draft's text, or stand after it.

    Effects: the draft, as :func:`save_draft` changes it; the pictures belong to the routine; the row is gone.

    Raises:
        StaleDraft: when somebody else changed the draft meanwhile.
        InvalidTransition: when it stands still.
    """
    draft = incoming.draft
    lock(draft)
    text = incoming.text
    if is_addition and draft.text.strip():
        text = f"{draft.text.rstrip()}\n\n{text}"
    save_draft(draft, by=by, revision=revision, text=text, title=title)
    attachments_of(incoming).update(owner_kind=Routine._meta.label_lower, owner_id=draft.routine_id)
    incoming.delete()


@transaction.atomic
def refuse(incoming: Incoming) -> None:
    """Throw away what was brought in. Effects: its pictures and the row are gone; the draft is as it was."""
    files: list[Attachment] = list(attachments_of(incoming))
    keys = [key for file in files for key in (file.storage_key, thumbnail_key(file.storage_key))]
    attachments_of(incoming).delete()
    remove(*keys)
    incoming.delete()
