"""What mail servers answer, as codes (RFC 3463), and what the codes mean to people. Their texts are never kept."""

import re
import smtplib

from django.utils.translation import gettext as _

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BASIC = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
# The sender's address, not the recipient's, is what is wrong.
_ABOUT_SENDER = {"5.1.7", "5.1.8"}
# No such host, mailbox closed; «5.0.0» is what Exim says of everything it could not deliver.
_HARD = {"5.2.0", "5.2.1", "5.4.4", "5.0.0", "550", "551", "553"}
_FULL = {"5.2.2", "4.2.2", "552", "452"}
# What a mail server says about one recipient or one message; everything else is trouble on the way to it.
ANSWERS = {smtplib.SMTPRecipientsRefused.__name__, smtplib.SMTPDataError.__name__}
_NO_ADDRESS, _KNOWN_DEAD = "NoAddress", "AddressDead"


def find(*texts: str) -> str:
    """The most telling code in what was said: an enhanced one with a detail, else any, else a basic one; or nothing."""
    enhanced = [match.group(0) for text in texts for match in _ENHANCED.finditer(text)]
    telling = [code for code in enhanced if not code.endswith(".0.0")]
    basic = [match.group(0) for text in texts for match in _BASIC.finditer(text)]
    return next(iter([*telling, *enhanced, *basic]), "")


def of_error(error: Exception) -> str:
    """The code of what a mail server answered when something was sent; nothing when it did not come that far."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return ""
    for code, reply in answers:
        text = reply.decode("ascii", "replace") if isinstance(reply, bytes) else str(reply)
        # Where the enhanced code belongs: first in the reply. Further on there may be anything.
        return find(text[:12]) or str(code)[:3]
    return ""


def is_hard(code: str) -> bool:
    """Whether a code says for certain that the address does not exist, so that once is enough."""
    return code in _HARD or (code.startswith("5.1.") and code not in _ABOUT_SENDER)


def in_words(code: str, error: str = "") -> str:
    """Why something did not arrive.

    Args:
        code: the receiving server's last answer, or nothing.
        error: the class of the error at sending, or nothing.
    """
    if error == _NO_ADDRESS:
        return _("The person has no e-mail address")
    if error == _KNOWN_DEAD:
        return _("Not tried: the address does not work")
    if code in _FULL:
        return _("The mailbox is full")
    if code == "5.2.1":
        return _("The mailbox is closed")
    if is_hard(code):
        return _("Nobody has this address")
    if code.startswith(("5.7.", "554")):
        return _("The mail server there refuses mail from us")
    if not code and error and error not in ANSWERS:
        return _("Our mail server did not answer")
    return _("The mail server there did not take it")
