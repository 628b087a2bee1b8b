"""Checking uploads in a form, before anything is saved."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hms.files.errors import FileRejected
from hms.files.validation import MAX_FILES, clean_name, prepare


class PhotosMixin:
    """For a form with a `photos` field: what cannot be stored is said at the field."""

    def clean_photos(self) -> list[UploadedFile]:
        return clean_uploads(self.cleaned_data["photos"])


class PicturesMixin(PhotosMixin):
    """For a form that anybody may send: only pictures, which are written anew. A document names its author."""

    def clean_photos(self) -> list[UploadedFile]:
        uploads = super().clean_photos()
        if any(prepare(upload).picture is None for upload in uploads):
            raise ValidationError(_("Choose a picture."))
        return uploads


def clean_uploads(files: Iterable[UploadedFile] | None) -> list[UploadedFile]:
    """The same uploads when all of them can be stored. Call it from a form's `clean_<field>`.

    Raises:
        ValidationError: with one message for each file that cannot, naming it.
    """
    uploads = [upload for upload in files or [] if upload]
    if len(uploads) > MAX_FILES:
        raise ValidationError(
            ngettext("Choose at most %(count)d file.", "Choose at most %(count)d files.", MAX_FILES)
            % {"count": MAX_FILES}
        )
    errors = []
    for upload in uploads:
        try:
            prepare(upload)
        except FileRejected as rejected:
            name = clean_name(upload.name, "text/plain").removesuffix(".txt")
            errors.append(
                ValidationError(
                    str(rejected)
                    if len(uploads) == 1
                    else _("“%(name)s”: %(reason)s") % {"name": name, "reason": rejected}
                )
            )
    if errors:
        raise ValidationError(errors)
    return uploads
