"""The case's story on its page."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from deviations import services
from deviations.enums import CommentVisibility
from hms.tenancy.scope import tenant
from tests.deviations.helpers import report


def _asked(client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_long_story_costs_as_many_queries_as_a_short_one(cast, client):
    with tenant(cast.fjellvik):
        case = report(cast)
        services.receive(case, by=cast.amir)
        services.comment(case, by=cast.amir, text="Har sett på det.", visibility=CommentVisibility.INTERNAL)
    client.force_login(cast.amir.user)
    path = f"/fjellvik/avvik/{case.number}/"
    short = _asked(client, path)
    with tenant(cast.fjellvik):
        for number in range(8):
            services.comment(case, by=cast.amir, text=f"Runde {number}.", visibility=CommentVisibility.INTERNAL)
    assert _asked(client, path) == short
    page = client.get(path).content.decode()
    assert "Runde 0." in page
    assert "Runde 7." in page
