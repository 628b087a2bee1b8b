"""The menu marks where one is."""

import re

import pytest


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/fjellvik/", "/fjellvik/"),
        ("/fjellvik/avvik/", "/fjellvik/avvik/"),
        ("/fjellvik/oppgaver/", "/fjellvik/oppgaver/"),
        ("/fjellvik/innstillinger/", "/fjellvik/innstillinger/"),
        ("/fjellvik/innstillinger/paminnelser/", "/fjellvik/innstillinger/"),
    ],
)
def test_menu_marks_the_section_of_the_page(cast, client, path, marked):
    client.force_login(cast.admin.user)
    menu = client.get(path).content.decode().split("<main")[0]
    assert re.findall(r'href="([^"]+)"[^>]*aria-current="page"', menu) == [marked]
