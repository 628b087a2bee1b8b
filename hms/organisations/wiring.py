"""How the events of organisations read in a timeline."""

from django.utils.translation import gettext_lazy

from hms.audit import verbs
from hms.audit.verbs import Verb

verbs.register(
    {
        "affiliation.offered": Verb(gettext_lazy("%(name)s invited an organisation"), "mail"),
        "affiliation.offer_withdrawn": Verb(gettext_lazy("%(name)s withdrew an invitation"), "undo"),
        "affiliation.accepted": Verb(gettext_lazy("%(name)s accepted the invitation"), "check", "success"),
        "affiliation.accepted_there": Verb(gettext_lazy("An invitation was accepted"), "check", "success"),
        "affiliation.refused": Verb(gettext_lazy("%(name)s declined an invitation"), "close"),
        "affiliation.refused_there": Verb(gettext_lazy("An invitation was declined"), "close"),
        "affiliation.ended": Verb(gettext_lazy("%(name)s ended it"), "close", "warning"),
        "affiliation.ended_there": Verb(gettext_lazy("The other organisation ended it"), "close", "warning"),
    }
)
