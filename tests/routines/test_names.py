"""Deviations name a routine in words; they stay with it when it is called something else."""

import pytest

from deviations import services as cases
from hms.organisations.mentions import mention_counts, mentions_of
from hms.tenancy.scope import tenant
from routines import selectors, services
from tests.deviations.helpers import report
from tests.routines.helpers import publish, url


@pytest.fixture
def inside(cast):
    with tenant(cast.fjellvik):
        yield


def said(employee, *routines) -> list[int]:
    """How many deviations each routine has, in the radar's way and in the page's; they must agree."""
    names = selectors.names_of(routines)
    counted = mention_counts("routine", employee, names)
    assert [counted.get(one.pk, 0) for one in routines] == [
        mentions_of("routine", employee, names[one.pk])[1] for one in routines
    ]
    return [counted.get(one.pk, 0) for one in routines]


def case(cast, name: str):
    return report(cast, routine_cover="unclear", routine_name=name)


def test_renamed_routine_keeps_its_deviations(cast, inside, client):
    routine = publish(cast, title="Stikk og blod")
    before = case(cast, "stikk og BLOD")
    publish(cast, routine, title="Stikkskader")
    after, old_words = case(cast, "Stikkskader"), case(cast, "Stikk og blod")
    case(cast, "Noe annet")
    assert said(cast.amir, routine) == [3]
    [sleeper] = selectors.sleepers(cast.amir)
    assert "3" in sleeper.reasons[0]
    client.force_login(cast.amir.user)
    page = client.get(url(routine)).content.decode()
    assert all(one.number in page for one in (before, after, old_words))


def test_each_keeps_its_own_when_two_swap_titles(cast, inside):
    one, other = publish(cast, title="Brann"), publish(cast, title="Ran")
    for name in ("Brann", "Brann", "Ran"):
        case(cast, name)
    publish(cast, one, title="Ran")
    publish(cast, other, title="Brann")
    assert said(cast.amir, one, other) == [2, 1]
    # From now on the words mean what they mean now.
    case(cast, "Brann")
    assert said(cast.amir, one, other) == [2, 2]
    # And back again.
    publish(cast, one, title="Brann")
    publish(cast, other, title="Ran")
    case(cast, "Brann")
    assert said(cast.amir, one, other) == [3, 2]


def test_title_that_was_left_goes_to_whoever_takes_it(cast, inside):
    old = publish(cast, title="Brann")
    case(cast, "Brann")
    services.archive(old, by=cast.amir, reason="Delt i to.")
    case(cast, "Brann")
    new = publish(cast, title="Brann")
    case(cast, "Brann")
    assert said(cast.amir, old, new) == [2, 1]


def test_two_of_the_same_title_are_both_meant(cast, inside):
    one, other = publish(cast, title="Brann"), publish(cast, title="Brann", unit=cast.kommune, owner=cast.sunniva)
    case(cast, "Brann")
    assert said(cast.sunniva, one, other) == [1, 1]


def test_secrets_stay_secret_under_a_former_name(cast, inside):
    routine = publish(cast, title="Brann")
    cases.set_confidential(case(cast, "Brann"), by=cast.amir)
    publish(cast, routine, title="Brann og røyk")
    assert said(cast.amir, routine) == [1]
    assert said(cast.helene, routine) == [0]


def test_one_query_however_many_names(cast, inside, django_assert_num_queries):
    routines = [publish(cast, title=f"Rutine {number}") for number in range(2)]
    selectors.sleepers(cast.sunniva)
    with django_assert_num_queries(2):
        mention_counts("routine", cast.sunniva, selectors.names_of(routines))
    for routine in routines:
        publish(cast, routine, title=f"{routine.title} igjen")
    routines.append(publish(cast, title="Rutine 0"))
    with django_assert_num_queries(2):
        mention_counts("routine", cast.sunniva, selectors.names_of(routines))


def test_another_organisations_titles_do_not_count(cast):
    with tenant(cast.fjellvik):
        routine = publish(cast, title="Brann")
        case(cast, "Brann")
        names = selectors.names_of([routine])
    with tenant(cast.havbris):
        assert mention_counts("routine", cast.olav, names) == {}
        assert selectors.names_of([routine]) == {}
