"""What contributed and what it cost: written by the handler, drawn and told in words, on page and paper."""

import pytest

from deviations import documents, services
from deviations.fishbone import draw
from deviations.models import CaseCost, ContributingCause, Deviation
from deviations.services.handling import StaleCase
from hms.audit.models import Event
from hms.audit.transitions import InvalidTransition
from hms.tenancy.scope import tenant
from tests.deviations.helpers import add_action, report, url

BONES = {"training": "Ny på vakt\nIngen opplæring i nødsenking", "equipment": "  Batteriet   var slitt \n\n"}


@pytest.fixture
def case(cast):
    with tenant(cast.fjellvik):
        return report(cast)


def again(case):
    return Deviation.objects.get(pk=case.pk)


def bones(cast):
    with tenant(cast.fjellvik):
        return [(bone.category, bone.text) for bone in ContributingCause.objects.all()]


def test_the_fishbone_is_drawn_and_says_the_same_in_words(cast, client, case):
    client.force_login(cast.amir.user)
    assert client.post(url(case, "fiskebein/"), {**BONES, "version": 1}).status_code == 303
    # In the order of the categories, as the form has them.
    assert bones(cast) == [
        ("training", "Ny på vakt"), ("training", "Ingen opplæring i nødsenking"), ("equipment", "Batteriet var slitt"),
    ]  # fmt: skip
    with tenant(cast.fjellvik):
        assert again(case).causes == ["training", "equipment"]
        assert again(case).version == 2
    page = client.get(url(case)).content.decode()
    drawing = page[page.index('<svg class="fishbone"') : page.index("</svg>", page.index('<svg class="fishbone"'))]
    assert "Batteriet var slitt" in drawing
    assert "style=" not in drawing
    table = page[page.index("</svg>", page.index('<svg class="fishbone"')) :]
    for words in ("Ny på vakt", "Ingen opplæring i nødsenking", "Batteriet var slitt"):
        assert words in table
    # The form comes back as it was.
    assert "Ny på vakt\nIngen opplæring i nødsenking" in client.get(url(case, "fiskebein/")).content.decode()


def test_it_is_not_the_reporters_to_read_or_anybody_elses_to_write(cast, client, case):
    with tenant(cast.fjellvik):
        services.draw_fishbone(again(case), by=cast.amir, bones={"human": ["Glemte å se etter"]}, version=1)
        services.estimate_cost(again(case), by=cast.amir, amount=4000, lost_days=2)
    for who, status in [(cast.ingrid, 403), (cast.kari, 403), (cast.tor_erik, 404), (cast.olav, 404)]:
        client.force_login(who.user)
        assert client.post(url(case, "fiskebein/"), {**BONES, "version": 2}).status_code == status
        assert client.post(url(case, "kostnad/"), {"amount": "1"}).status_code == status
    client.force_login(cast.ingrid.user)
    page = client.get(url(case)).content.decode()
    assert "Glemte å se etter" not in page
    assert 'id="cost"' not in page
    # The safety representative reads both.
    client.force_login(cast.kari.user)
    page = client.get(url(case)).content.decode()
    assert "Glemte å se etter" in page
    assert 'id="cost"' in page
    assert len(bones(cast)) == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"human": "x" * 121}, "human"), ({"routine": "\n".join("abcdefg")}, "routine"), ({"version": ""}, "version")],
)
def test_too_much_is_said_at_the_field_and_kept(cast, client, case, sent, field):
    client.force_login(cast.amir.user)
    page = client.post(url(case, "fiskebein/"), {**BONES, "version": 1, **sent})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert "Batteriet" in page.content.decode()
    assert bones(cast) == []


def test_a_stale_form_and_a_closed_case_change_nothing(cast, client, case):
    client.force_login(cast.amir.user)
    with tenant(cast.fjellvik):
        services.draw_fishbone(again(case), by=cast.amir, bones={"human": ["Først"]}, version=1)
        with pytest.raises(StaleCase):
            services.draw_fishbone(again(case), by=cast.sunniva, bones={}, version=1)
    assert client.post(url(case, "fiskebein/"), {**BONES, "version": 1}).status_code == 422
    with tenant(cast.fjellvik):
        services.close(again(case), by=cast.amir, answer="Takk")
        with pytest.raises(InvalidTransition):
            services.draw_fishbone(again(case), by=cast.amir, bones={}, version=2)
    assert client.post(url(case, "fiskebein/"), {**BONES, "version": 2}).status_code == 409
    assert bones(cast) == [("human", "Først")]


def test_costs_are_estimates_beside_what_the_actions_cost(cast, client, case):
    with tenant(cast.fjellvik):
        add_action(cast, again(case), cost=1500)
        add_action(cast, again(case), cost=None)
        add_action(cast, again(case), cost=2500)
    client.force_login(cast.amir.user)
    assert client.post(url(case, "kostnad/"), {"amount": "12000", "lost_days": "3"}).status_code == 303
    page = client.get(url(case))
    assert page.context["action_cost"] == 4000
    assert (page.context["cost"].amount, page.context["cost"].lost_days) == (12_000, 3)
    for wrong in ({"amount": "-1"}, {"lost_days": "x"}, {"amount": "99999999999999"}):
        assert client.post(url(case, "kostnad/"), wrong).status_code == 422
    # Bills come late: also when it is closed, by whoever handles it.
    client.post(url(case, "kostnad/"), {"amount": "12000", "lost_days": "3"})
    with tenant(cast.fjellvik):
        assert Event.objects.filter(verb="deviation.cost_estimated").count() == 1
    client.post(url(case, "kostnad/"), {"amount": "", "lost_days": ""})
    with tenant(cast.fjellvik):
        assert not CaseCost.objects.exists()


def test_the_paper_has_them_for_those_who_may_read_them(cast, case):
    with tenant(cast.fjellvik):
        services.draw_fishbone(again(case), by=cast.amir, bones={"human": ["Glemte å se etter"]}, version=1)
        services.estimate_cost(again(case), by=cast.amir, amount=4000, lost_days=None)
        context, _files = documents.case_context(again(case), cast.amir)
        assert context["fishbone"].rows[0][1] == ["Glemte å se etter"]
        assert [value.replace("\xa0", " ") for _label, value in context["costs"]] == ["4 000"]
        context, _files = documents.case_context(again(case), cast.ingrid)
        assert (context["fishbone"], context["costs"]) == (None, [])


def test_everything_in_the_drawing_is_inside_it():
    class Bone:
        def __init__(self, category, text):
            self.category, self.text = category, text

    long = "Et langt ord uten mellomrom: " + "a" * 60
    causes = [Bone(name, f"{long} {number}") for name in ("human", "routine", "training") for number in range(6)]
    drawing = draw("En svært lang overskrift som ikke får plass på en linje i hodet på fisken", ["premises"], causes)
    for bone in drawing.bones:
        left, top, width, height = bone.box
        assert left >= 0
        assert left + width <= drawing.head[0]
        assert top >= 0
        assert top + height <= drawing.height
        for text in bone.causes:
            assert 0 < text.y < drawing.height
            assert not top < text.y < top + height
    assert drawing.head[0] + drawing.head[2] <= drawing.width
    assert draw("Tittel", [], []) is None


def test_the_strength_of_actions_is_seen_and_weak_plans_are_asked_about(cast, client, case):
    with tenant(cast.fjellvik):
        add_action(cast, again(case), control_level=4)
        add_action(cast, again(case), control_level=5)
    client.force_login(cast.amir.user)
    page = client.get(url(case))
    assert page.context["plan_is_weak"]
    assert page.content.decode().count("small muted strength") == 2
    with tenant(cast.fjellvik):
        add_action(cast, again(case), control_level=1)
    assert not client.get(url(case)).context["plan_is_weak"]
