"""allauth's forms with our words: labels instead of placeholders, and errors that say what to do."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm as AllauthGenerateRecoveryCodesForm
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _

from hms.core.forms import HmsForm


class OurWords(HmsForm):
    """Sets labels and help of the fields that are there, and removes placeholders."""

    labels: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


NEW_PASSWORD_HELP = _("At least 12 characters. Three or four words that do not belong together are easy to remember.")


class LoginForm(OurWords, account.LoginForm):
    labels = {"login": _("E-mail"), "password": _("Password")}


class RequestLoginCodeForm(OurWords, account.RequestLoginCodeForm):
    labels = {"email": _("E-mail")}


class ConfirmLoginCodeForm(OurWords, account.ConfirmLoginCodeForm):
    labels = {"code": _("The code from the e-mail")}


class ResetPasswordForm(OurWords, account.ResetPasswordForm):
    labels = {"email": _("E-mail")}


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("The new password again")}
    helps = {"password1": NEW_PASSWORD_HELP}


class ChangePasswordForm(OurWords, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("The password you have now"),
        "password1": _("New password"),
        "password2": _("The new password again"),
    }
    helps = {"password1": NEW_PASSWORD_HELP}


class SetPasswordForm(OurWords, account.SetPasswordForm):
    labels = {"password1": _("New password"), "password2": _("The new password again")}
    helps = {"password1": NEW_PASSWORD_HELP}


class AddEmailForm(OurWords, account.AddEmailForm):
    labels = {"email": _("New e-mail address")}


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class AuthenticateForm(OurWords, mfa.AuthenticateForm):
    labels = {"code": _("Code from the app, or a recovery code")}


class ReauthenticateCodeForm(OurWords, mfa.ReauthenticateForm):
    labels = {"code": _("Code from the app, or a recovery code")}


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):
    labels = {"code": _("The code that the app shows")}


class DeactivateTOTPForm(OurWords, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(OurWords, AllauthGenerateRecoveryCodesForm):
    pass


class AddWebAuthnForm(OurWords, webauthn.AddWebAuthnForm):
    labels = {"name": _("Name of the key"), "passwordless": _("Sign in without a password")}
    helps = {
        "name": _("For example “My phone”."),
        "passwordless": _("The key is enough by itself. It asks for a fingerprint, face or PIN."),
    }


class EditWebAuthnForm(OurWords, webauthn.EditWebAuthnForm):
    labels = {"name": _("Name of the key")}
