"""Sign-in and security, all under /konto/. Views are allauth's, addresses are ours (bokmål, permanent)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import path

urlpatterns = [
    path("logg-inn/", account.login, name="account_login"),
    path("logg-inn/kode/", account.request_login_code, name="account_request_login_code"),
    path("logg-inn/kode/bekreft/", account.confirm_login_code, name="account_confirm_login_code"),
    path("logg-inn/passnokkel/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("logg-inn/totrinn/", mfa.authenticate, name="mfa_authenticate"),
    path("logg-ut/", account.logout, name="account_logout"),
    path("stengt/", account.account_inactive, name="account_inactive"),
    # Always closed: accounts come from invitations. The name must exist for allauth's own links.
    path("ny/", account.signup, name="account_signup"),
    path("bekreft/", account.reauthenticate, name="account_reauthenticate"),
    path("bekreft/totrinn/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("bekreft/passnokkel/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("e-post/", account.email, name="account_email"),
    path("e-post/sendt/", account.email_verification_sent, name="account_email_verification_sent"),
    path("e-post/bekreft/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("passord/", account.password_change, name="account_change_password"),
    path("passord/lag/", account.password_set, name="account_set_password"),
    path("passord/glemt/", account.password_reset, name="account_reset_password"),
    path("passord/glemt/sendt/", account.password_reset_done, name="account_reset_password_done"),
    path("passord/nytt/ferdig/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path(
        "passord/nytt/<str:uidb36>-<str:key>/", account.password_reset_from_key, name="account_reset_password_from_key"
    ),
    path("totrinn/", mfa.index, name="mfa_index"),
    path("totrinn/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("totrinn/app/av/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("totrinn/reservekoder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("totrinn/reservekoder/nye/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("totrinn/reservekoder/fil/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passnokler/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("passnokler/ny/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("passnokler/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("passnokler/<int:pk>/fjern/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("okter/", usersessions.list_usersessions, name="usersessions_list"),
]
