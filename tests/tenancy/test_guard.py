"""Whatever serves refuses a database role that row-level security does not hold."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from hms.tenancy.checks import refuse_unbound_role
from tests.conftest import as_owner


@pytest.mark.django_db
def test_the_owner_may_not_serve() -> None:
    with as_owner(), pytest.raises(ImproperlyConfigured, match="'hms_owner' bypasses row-level security"):
        refuse_unbound_role(connection)


@pytest.mark.django_db
def test_the_serving_role_may_serve() -> None:
    refuse_unbound_role(connection)
