"""What people choose about their notifications, and what an organisation sets up."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hms.core.forms import ChoiceCards, HmsForm
from hms.notifications.choices import Choice
from hms.notifications.enums import RoutineMail, SmsUse
from hms.notifications.gateways import BadGateway, Gateway, gateway
from hms.notifications.webpush import BadSubscription, check


class PreferenceForm(HmsForm):
    """How often routine reminders come by e-mail, and whether an SMS may come; only what there is to choose."""

    routine_mail = forms.ChoiceField(
        label=_("Reminders about what you must do"),
        choices=RoutineMail.choices,
        widget=ChoiceCards,
        help_text=_("New tasks, critical ones and answers to you always come at once."),
    )
    urgent_sms = forms.BooleanField(
        label=_("Send me an SMS about what cannot wait"),
        required=False,
        help_text=_("Critical tasks, and what nobody has answered. The e-mail comes too."),
    )

    def __init__(self, *args: Any, offered: set[str], choices: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - offered:
            del self.fields[name]
        for choice in choices:
            self.fields[choice.name] = forms.BooleanField(label=choice.label, required=False)


class DeviceForm(forms.Form):
    """A browser's push subscription, as the browser gives it."""

    endpoint = forms.CharField(max_length=1000, strip=False)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                check(data["endpoint"], data["p256dh"], data["auth"])
            except BadSubscription:
                raise forms.ValidationError("unknown", code="unknown") from None
        return data


class ChannelsForm(HmsForm):
    """SMS and push of an organisation."""

    gateway = forms.CharField(
        label=_("Address of the SMS gateway"),
        required=False,
        max_length=400,
        # Never filled in again: what is saved is shown to nobody.
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sms_use = forms.ChoiceField(
        label=_("Who gets SMS"),
        choices=SmsUse.choices,
        widget=ChoiceCards(
            descriptions={
                SmsUse.WITHOUT_EMAIL: _("They get an SMS in place of every e-mail, with the same link."),
                SmsUse.URGENT: _("Critical tasks and what nobody has answered. Everybody chooses for themselves."),
            }
        ),
    )
    sms_limit = forms.IntegerField(
        label=_("SMS a month at most"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("When it is reached, no more SMS are sent until next month. A long text counts as several."),
    )
    push_allowed = forms.BooleanField(
        label=_("Let people turn on push"),
        required=False,
        help_text=_("A notification on the phone or computer, beside the e-mail. It costs nothing."),
    )

    def clean_gateway(self) -> Gateway | None:
        address = self.cleaned_data["gateway"]
        try:
            return gateway(address) if address else None
        except BadGateway as error:
            raise forms.ValidationError(str(error)) from None
