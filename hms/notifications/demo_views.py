"""Pages that show the mails the demo has sent, so that one person can play every part."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hms.notifications import demo_mail

PAGE_SIZE = 25

# The one page with a mail program's freedom: inline styles, and still no script, frame or foreign picture.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mails of all organisations, the newest first."""
    before = request.GET.get("etter", "")
    names = [name for name in demo_mail.names() if not before or name < before]
    mails = [mail for name in names[:PAGE_SIZE] if (mail := demo_mail.read(name))]
    next_url = f"?etter={names[PAGE_SIZE - 1]}" if len(names) > PAGE_SIZE else ""
    return render(
        request, "notifications/demo_mailbox.html", {"mails": mails, "total": len(names), "next_url": next_url}
    )


def _mail(name: str) -> demo_mail.Mail:
    found = demo_mail.read(name)
    if found is None:
        raise Http404
    return found


@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as text, with a way to the HTML part."""
    return render(request, "notifications/demo_mail.html", {"mail": _mail(name)})


@require_safe
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part exactly as it was sent."""
    html = _mail(name).html
    if not html:
        raise Http404
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY, "Referrer-Policy": "no-referrer"})
