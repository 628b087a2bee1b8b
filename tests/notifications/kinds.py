"""A kind of message of the tests' own, in the test's process and in its workers."""

from hms.notifications.types import MessageType

POKE = MessageType(
    key="tests.poke",
    icon="bell",
    subject=lambda n: f"Look at {n.parameters.get('what', 'this')}",
    text=lambda n: "Somebody wants you to look.",
    url=lambda n: f"/{n.organisation.slug}/varsler/",
)
