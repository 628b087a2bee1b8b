"""Sign-in and security, all under /konto/. Views are allauth's, addresses are ours (bokmål, permanent)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import path, re_path

from hms.accounts.views import ConfirmEmail, demo_sign_in, with_credential, with_status

addresses = [
    ("logg-inn/", account.login, "account_login"),
    ("logg-inn/kode/", account.request_login_code, "account_request_login_code"),
    ("logg-inn/kode/bekreft/", account.confirm_login_code, "account_confirm_login_code"),
    ("logg-inn/passnokkel/", with_credential(webauthn.login_webauthn), "mfa_login_webauthn"),
    ("logg-inn/totrinn/", with_credential(mfa.authenticate), "mfa_authenticate"),
    ("logg-ut/", account.logout, "account_logout"),
    ("stengt/", account.account_inactive, "account_inactive"),
    # Always closed: accounts come from invitations. The name must exist for allauth's own links.
    ("ny/", account.signup, "account_signup"),
    ("bekreft/", account.reauthenticate, "account_reauthenticate"),
    ("bekreft/totrinn/", mfa.reauthenticate, "mfa_reauthenticate"),
    ("bekreft/passnokkel/", with_credential(webauthn.reauthenticate_webauthn), "mfa_reauthenticate_webauthn"),
    ("e-post/", account.email, "account_email"),
    ("e-post/sendt/", account.email_verification_sent, "account_email_verification_sent"),
    ("e-post/bekreft/<str:key>/", ConfirmEmail.as_view(), "account_confirm_email"),
    ("passord/", account.password_change, "account_change_password"),
    ("passord/lag/", account.password_set, "account_set_password"),
    ("passord/glemt/", account.password_reset, "account_reset_password"),
    ("passord/glemt/sendt/", account.password_reset_done, "account_reset_password_done"),
    ("passord/nytt/ferdig/", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    ("totrinn/", mfa.index, "mfa_index"),
    ("totrinn/app/", totp.activate_totp, "mfa_activate_totp"),
    ("totrinn/app/av/", totp.deactivate_totp, "mfa_deactivate_totp"),
    ("totrinn/reservekoder/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    ("totrinn/reservekoder/nye/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    ("totrinn/reservekoder/fil/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes"),
    ("passnokler/", webauthn.list_webauthn, "mfa_list_webauthn"),
    ("passnokler/ny/", with_credential(webauthn.add_webauthn), "mfa_add_webauthn"),
    ("passnokler/<int:pk>/", webauthn.edit_webauthn, "mfa_edit_webauthn"),
    ("passnokler/<int:pk>/fjern/", webauthn.remove_webauthn, "mfa_remove_webauthn"),
    ("okter/", usersessions.list_usersessions, "usersessions_list"),
]
urlpatterns = [
    re_path(
        r"^passord/nytt/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        with_status(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("demo/", demo_sign_in, name="demo_sign_in"),
    *(path(address, with_status(view), name=name) for address, view, name in addresses),
]
