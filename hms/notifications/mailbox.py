"""The mailbox where delivery reports land, read by IMAP over TLS.

A mail is flagged before it is read and marked as seen afterwards. One that a worker died of stays flagged and unseen:
it is never read again, and whoever looks into the mailbox sees a star at it.
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, unquote, urlsplit

from django.db import Error as DatabaseError

from hms.notifications import bounces

logger = logging.getLogger(__name__)

TIMEOUT = 30
# The next round takes the rest.
AT_ONCE = 200
_SAFE_FOLDER = re.compile(r'[^"\\\r\n]{1,200}')


def read_bounces(url: str) -> int:
    """Take every report that has come since the last time.

    Args:
        url: `imaps://user:password@host:993/folder`, or `imap+tls://…:143` for STARTTLS. The folder may be left out.

    Effects: those of `bounces.take` for each; the mails are marked as seen. When the server cannot be reached, nothing.

    Returns:
        How many were taken.
    """
    try:
        with _open(urlsplit(url)) as connection:
            _kind, [found] = connection.uid("SEARCH", "UNSEEN", "UNFLAGGED")
            waiting = (found or b"").decode("ascii").split()[:AT_ONCE]
            for uid in waiting:
                _take(connection, uid)
            return len(waiting)
    except (imaplib.IMAP4.error, OSError) as error:
        # Only what kind: the text may hold the user's name.
        logger.warning("The mailbox for delivery reports was not read (%s).", type(error).__name__)
        return 0


@contextmanager
def _open(url: SplitResult) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    host = url.hostname or ""
    if url.scheme == "imaps":
        connection: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, url.port or 993, ssl_context=context, timeout=TIMEOUT)
    elif url.scheme == "imap+tls":
        connection = imaplib.IMAP4(host, url.port or 143, timeout=TIMEOUT)
    else:
        raise ValueError("BOUNCE_IMAP_URL begins with imaps:// or imap+tls://")
    try:
        if url.scheme == "imap+tls":
            connection.starttls(context)
        connection.login(unquote(url.username or ""), unquote(url.password or ""))
        folder = unquote(url.path.strip("/")) or "INBOX"
        if not _SAFE_FOLDER.fullmatch(folder):
            raise ValueError("BOUNCE_IMAP_URL names no folder that can be")
        kind, _answer = connection.select(f'"{folder}"')
        if kind != "OK":
            raise imaplib.IMAP4.error("no such folder")
        yield connection
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def _take(connection: imaplib.IMAP4, uid: str) -> None:
    """Read one mail. It is done with whatever it was, unless the database was away: then it is left for later."""
    connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")
    _kind, answer = connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{bounces.MAX_BYTES}>)")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), b"")
    try:
        bounces.take(raw)
    except DatabaseError:
        connection.uid("STORE", uid, "-FLAGS.SILENT", r"(\Flagged)")
        raise
    connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
    connection.uid("STORE", uid, "-FLAGS.SILENT", r"(\Flagged)")
