"""The global user. Everything about a person's work is on `organisations.Employee`."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hms.accounts.enums import ColourScheme


class UserManager(BaseUserManager):
    """Users are found by e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password they sign in with a one-time code or a passkey.

        The address counts as confirmed: users are made only from links that were sent to it.
        """
        from allauth.account.models import EmailAddress

        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        EmailAddress.objects.using(self._db).create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, username: str) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A sign-in. One person has one, and may belong to several organisations."""

    email = models.EmailField(_("E-mail"), unique=True)
    is_active = models.BooleanField(default=True)
    # May see how the installation is doing, and start failed work again. Given by `manage.py operator` only.
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(
        _("Language"), max_length=5, blank=True, choices=settings.LANGUAGES, help_text=_("Empty: the organisation's.")
    )
    colour_scheme = models.CharField(
        _("Appearance"), max_length=5, choices=ColourScheme.choices, default=ColourScheme.AUTO
    )
    # WCAG 2.1.4: single-key shortcuts must be possible to switch off.
    keyboard_shortcuts = models.BooleanField(_("Keyboard shortcuts"), default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"
