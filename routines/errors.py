"""What services refuse with words for people."""


class StaleDraft(Exception):
    """Somebody else changed the draft meanwhile."""


class OtherVersion(Exception):
    """A newer version came while somebody read the one before."""


class TranslationBehind(Exception):
    """What somebody read lacks something that matters: the routine's own text must be read."""


class NotAnswered(Exception):
    """The version has a control question, and no answer to it came along."""


class WrongAnswer(Exception):
    """Another answer to the control question is the right one."""


class NotReady(Exception):
    """Something is missing before a draft can go on. The message is translated and ready to be shown."""


class OtherTexts(Exception):
    """The texts that were to be put together are others than those that were shown."""


class AlreadyTaken(Exception):
    """The unit has the template already."""
