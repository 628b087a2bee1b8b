"""What people fill in about assignments."""

import datetime
import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from hms.assignments import selectors
from hms.assignments.enums import Anchor, Recipient, SummaryKind
from hms.assignments.helping import may_help
from hms.assignments.ladder import Step
from hms.assignments.models import Assignment
from hms.assignments.offering import goes_back_to_many
from hms.assignments.rules import extension_limits, needs_manager, times_extended
from hms.assignments.sources import get, kept_from
from hms.core.forms import ChoiceCards, HmsForm, PhotoField, PhotoInput
from hms.core.ui.dates import day_month
from hms.files.forms import clean_uploads
from hms.organisations.forms.fields import PersonField
from hms.organisations.models import Employee
from hms.organisations.selectors import employed

# The answer, and the verb that the source must offer for it.
ANSWERS = {"done": "done", "more_time": "more_time", "stuck": "comment", "not_mine": "not_mine", "comment": "comment"}

# Whom an organisation's own steps may tell.
CHOOSABLE = [recipient for recipient in Recipient if recipient != Recipient.ACCOUNTABLE]


class AnswerForm(HmsForm):
    """The assignee's answer, from the mail's link or in the browser: only what the source offers."""

    answer = forms.ChoiceField(label=gettext_lazy("How is it going?"), widget=ChoiceCards)
    new_due_on = forms.DateField(label=gettext_lazy("New due date"), widget=forms.DateInput)
    comment = forms.CharField(
        label=gettext_lazy("Comment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False
    )
    photos = PhotoField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=PhotoInput(
            prompt=gettext_lazy("Take a picture of the finished work"),
            hint=gettext_lazy("It may become a good example for others"),
        ),
    )

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        self.waiting = selectors.open_extension(assignment)
        self.can_wait = not assignment.is_statutory
        self.limits = extension_limits(assignment.due_on, timezone.localdate())
        asker = assignment.requested_by.given_name if assignment.requested_by else _("Your manager")
        self.offer(asker)
        # Asked for only with the answer that it belongs to; the browser hides it otherwise.
        self.fields["new_due_on"].required = self.data.get(self.add_prefix("answer")) == "more_time"
        self.fields["new_due_on"].is_conditional = True
        self.fields["new_due_on"].widget.attrs |= {
            "min": self.limits.earliest.isoformat(),
            "max": self.limits.latest.isoformat(),
        }
        self.initial.setdefault("new_due_on", self.limits.earliest + datetime.timedelta(days=6))

    def offer(self, asker: str) -> None:
        """Put up the answers that can be given now, in the asker's name."""
        verbs = get(self.assignment.source_kind).link_verbs
        choices = {
            "done": (_("It is done"), _("%(name)s is told, and can go on with the case") % {"name": asker}),
            "more_time": (
                _("I need more time"),
                self.who_decides() or _("Suggest a new due date. %(name)s says yes or no.") % {"name": asker},
            ),
            "stuck": (_("I am stuck"), _("Write what is missing, and we will help")),
            "not_mine": (
                _("It is not for me"),
                _("Write why, and it goes back to %(name)s") % {"name": self.goes_to(asker)},
            ),
            "comment": (
                _("I want to say something"),
                _("%(name)s reads it. The task is still yours.") % {"name": asker},
            ),
        }
        offered = {name: words for name, words in choices.items() if ANSWERS[name] in verbs}
        if self.waiting is not None or not self.can_wait:
            offered.pop("more_time", None)
        field = self.fields["answer"]
        field.choices = [(name, title) for name, (title, _line) in offered.items()]
        field.widget.descriptions = {name: line for name, (_title, line) in offered.items()}
        field.error_messages["invalid_choice"] = self.refusal()
        # Most people open the link when the work is done.
        if "done" in offered or len(offered) == 1:
            self.initial.setdefault("answer", next(iter(offered)))

    def goes_to(self, asker: str) -> str:
        """Who gets it when it is not for the assignee."""
        return self.assignment.offer.name if goes_back_to_many(self.assignment) else asker

    def who_decides(self) -> str:
        """Why it is the manager who answers, when it is; else nothing."""
        if not needs_manager(self.assignment):
            return ""
        count = times_extended(self.assignment)
        before = ngettext(
            "You have had more time once.", "You have had more time %(count)d times.", count
        ) % {"count": count}  # fmt: skip
        manager = selectors.extension_decider_of(self.assignment)
        if manager is None:
            return before
        return before + " " + _("Now it is %(name)s, your manager, who answers.") % {"name": manager.given_name}

    def refusal(self) -> str:
        """What to say to an answer that is not among those offered."""
        if self.data.get(self.add_prefix("answer")) == "more_time" and not self.can_wait:
            return _("The law sets this due date, so nobody can move it. Say if you are stuck.")
        if self.waiting is not None:
            return _("You have asked for more time already, and have not been answered yet.")
        return _("Choose one of the answers.")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to answer here."""
        return not self.fields["answer"].choices

    def clean_new_due_on(self) -> datetime.date | None:
        day = self.cleaned_data["new_due_on"]
        if self.data.get(self.add_prefix("answer")) == "more_time" and day and not self.limits.allow(day):
            raise forms.ValidationError(
                _("Choose a date from %(first)s to %(last)s.")
                % {"first": day_month(self.limits.earliest), "last": day_month(self.limits.latest)}
            )
        return day

    def clean_photos(self) -> list[UploadedFile]:
        return clean_uploads(self.cleaned_data["photos"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ask = {
            "more_time": _("Write why you need more time. One sentence is enough."),
            "stuck": _("Write what is missing. One sentence is enough."),
            "not_mine": _("Write why it is not for you. One sentence is enough."),
            "comment": _("Write what you want to say."),
        }.get(cleaned.get("answer", ""))
        if ask and not cleaned.get("comment") and "comment" not in self.errors:
            self.add_error("comment", ask)
        return cleaned


class ExtensionForm(HmsForm):
    """Yes or no to more time; it names the wish, so that nobody answers one that they have not seen."""

    wish = forms.IntegerField(required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=gettext_lazy("What do you answer?"), widget=ChoiceCards)
    comment = forms.CharField(
        label=gettext_lazy("Comment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False
    )

    def __init__(self, *args: Any, old: datetime.date, new: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        field.choices = [("yes", _("Yes")), ("no", _("No"))]
        field.widget.descriptions = {
            "yes": _("The new due date is %(date)s") % {"date": day_month(new)},
            "no": _("The due date is still %(date)s") % {"date": day_month(old)},
        }


class HandOverForm(HmsForm):
    """Who takes the work over, and why."""

    to = forms.ModelChoiceField(label=gettext_lazy("Who takes over?"), queryset=Employee.objects.none())
    reason = forms.CharField(
        label=gettext_lazy("Message to them"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False
    )

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = employed().exclude(pk__in=kept_from(assignment))
        # Who only answers for it until somebody takes it may take it here, as everybody else.
        self.fields["to"].queryset = others if assignment.open_offer else others.exclude(pk=assignment.assignee_id)


class HelperForm(HmsForm):
    """Somebody to ask for help."""

    employee = PersonField(label=gettext_lazy("Who can help?"))

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        taken = [assignment.assignee_id, *kept_from(assignment)]
        helping = selectors.helpers_of(assignment).values("employee")
        self.fields["employee"].offer(employed().exclude(pk__in=taken).exclude(pk__in=helping))

    def clean_employee(self) -> Employee:
        person = self.cleaned_data["employee"]
        if not may_help(person, self.assignment):
            raise forms.ValidationError(
                _("The case is confidential, and %(name)s has no access to it. Give access in the case first.")
                % {"name": person.name}
            )
        return person


class CommentForm(HmsForm):
    """What a helper wants to say, with pictures."""

    text = forms.CharField(
        label=gettext_lazy("Write a comment"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )
    photos = PhotoField(label=gettext_lazy("Picture"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].is_conditional = True

    def clean_photos(self) -> list[UploadedFile]:
        return clean_uploads(self.cleaned_data["photos"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("photos"):
            self.add_error("text", _("Write something, or choose a picture."))
        return cleaned


class LadderForm(HmsForm):
    """The steps of one kind: for each who may be told, the days on which they are."""

    def __init__(self, *args: Any, ladder: Collection[Step], counts_from_start: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.anchors = [Anchor.DUE, *([Anchor.START] if counts_from_start else [])]
        for anchor in self.anchors:
            for recipient in CHOOSABLE:
                name = f"{anchor}_{recipient}"
                self.fields[name] = DaysField(
                    label=recipient.label, required=False, lowest=-60 if anchor == Anchor.DUE else 1, highest=120
                )
                self.initial[name] = ", ".join(
                    str(step.offset_days).replace("-", "−")
                    for step in sorted(ladder)
                    if (step.anchor, step.recipient) == (anchor, recipient)
                )

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields under what they count from."""
        return [(anchor.label, [self[f"{anchor}_{recipient}"] for recipient in CHOOSABLE]) for anchor in self.anchors]

    def steps(self) -> list[Step]:
        """The steps that a valid form asks for."""
        return [
            Step(anchor, days, recipient)
            for anchor in self.anchors
            for recipient in CHOOSABLE
            for days in self.cleaned_data.get(f"{anchor}_{recipient}", [])
        ]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not self.errors and not self.steps():
            raise forms.ValidationError(_("Somebody must be told at some time. Write at least one day."))
        return data


class DaysField(forms.CharField):
    """«−7, −1, 1»: whole days, in any order; cleans to a list without repetitions."""

    def __init__(self, *, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)
        self.lowest, self.highest = lowest, highest

    def clean(self, value: Any) -> list[int]:
        words = re.split(r"[\s,;]+", super().clean(value).replace("−", "-").replace("–", "-").strip())
        try:
            days = sorted({int(word) for word in words if word})
        except ValueError:
            raise forms.ValidationError(_("Write whole days with commas between, for example −7, −1, 1.")) from None
        if any(not self.lowest <= day <= self.highest for day in days):
            raise forms.ValidationError(
                _("Choose days from %(first)d to %(last)d.") % {"first": self.lowest, "last": self.highest}
            )
        if len(days) > 10:
            raise forms.ValidationError(_("At most ten days. More reminders are not read."))
        return days


class SummaryForm(HmsForm):
    """Which summaries the organisation sends to its leaders."""

    sent = forms.MultipleChoiceField(
        label=gettext_lazy("What is sent?"),
        choices=SummaryKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Each leader may still say no, where people choose themselves."),
    )

    def __init__(self, *args: Any, sent: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["sent"] = list(sent)
