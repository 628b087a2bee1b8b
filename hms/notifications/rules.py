"""What holds for notifications: who may see them, and when two are the same occurrence."""

import hashlib

import rules


def dedupe_key(type_key: str, who: str, occurrence: str) -> str:
    """The key of one kind of message to one recipient about one occurrence."""
    key = f"{type_key}:{who}:{occurrence}"
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


def fingerprint(address: str) -> str:
    """What stands for an address where only «the same one?» is asked; `selectors.Fingerprint` is the same in SQL."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


rules.add_perm("notifications.view", rules.always_true)
