"""Secrets at rest: unreadable, unchangeable, and readable after SECRET_KEY has changed."""

import pytest

from hms.core.sealing import CannotUnseal, derived_key, seal, unseal


def test_what_is_sealed_opens_and_tells_nothing():
    sealed = seal("46elks://bruker:hemmelig@Fjellvik")
    assert unseal(sealed) == "46elks://bruker:hemmelig@Fjellvik"
    assert "hemmelig" not in sealed
    assert seal("hemmelig") != seal("hemmelig"), "equal secrets must not look equal"


def test_a_changed_seal_does_not_open():
    sealed = seal("hemmelig")
    with pytest.raises(CannotUnseal):
        unseal(sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB"))
    with pytest.raises(CannotUnseal):
        unseal("")


def test_a_new_key_opens_what_the_old_one_sealed_as_long_as_it_is_named(settings):
    sealed = seal("hemmelig")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    assert unseal(sealed) == "hemmelig"
    resealed = seal(unseal(sealed))
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(resealed) == "hemmelig"
    with pytest.raises(CannotUnseal):
        unseal(sealed)


def test_every_purpose_has_its_own_key():
    assert len({derived_key("sealing"), derived_key("webpush"), derived_key("sealing", "another")}) == 3
