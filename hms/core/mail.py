"""What every mail of HMS has on its outside."""

import uuid
from urllib.parse import urlparse

from django.conf import settings

# Keeps holiday replies from answering a machine.
FROM_A_MACHINE = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def new_message_id(organisation_id: int) -> str:
    """A `Message-ID` that nobody can guess; it names the organisation, so that a report about the mail leads back."""
    return f"<{organisation_id}.{uuid.uuid4()}{message_id_end()}"


def message_id_end() -> str:
    """How each of them ends: with where HMS answers."""
    return f"@{urlparse(settings.PUBLIC_URL).hostname}>"
