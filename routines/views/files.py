"""Pictures and documents of a draft: brought in, and put into the text."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hms.core.htmx import redirect_to
from hms.files.selectors import attachments_of
from routines import services
from routines.forms import FilesForm, PlaceForm
from routines.markdown import FILE, targets_in
from routines.views.common import draft_of, draft_url, form_view


@form_view
def overview(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """The files of a routine; more are brought in here."""
    draft = draft_of(request, slug, "routines.write")
    form = FilesForm(request.POST, request.FILES) if request.method == "POST" else FilesForm()
    if form.is_bound and form.is_valid():
        services.add_files(draft, form.cleaned_data["files"], by=request.employee)
        messages.success(request, _("Brought in. Put them where they belong."))
        return redirect_to(request, draft_url(request, "files", draft))
    used = targets_in(draft.text)
    context = {
        "form": form,
        "draft": draft,
        "routine": draft.routine,
        "files": [
            {
                "file": file,
                "is_used": f"{FILE}{file.pk}" in used,
                "form": PlaceForm(
                    initial={"file": file.pk, "words": file.name.rpartition(".")[0]}, auto_id=f"id_{file.pk}_%s"
                ),
            }
            for file in attachments_of(draft.routine)
        ],
        "close_url": draft_url(request, "write", draft),
    }
    return render(request, "routines/files.html", context, status=422 if form.is_bound else 200)


@require_POST
def place(request: HttpRequest, organisation: str, slug: str) -> HttpResponse:
    """Put a file last in the text; it can be moved there afterwards."""
    draft = draft_of(request, slug, "routines.write")
    form = PlaceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say what it shows first."))
        return redirect_to(request, draft_url(request, "files", draft))
    file = attachments_of(draft.routine).filter(pk=form.cleaned_data["file"]).first()
    if file is None:
        raise Http404
    services.put_file_last(draft, file, by=request.employee, words=form.cleaned_data["words"])
    messages.success(request, _("It stands last in the text. Move it where it belongs."))
    return redirect_to(request, draft_url(request, "write", draft))
