"""The serving role reads every organisation (the address decides which) and changes only the open one.

Creating and removing organisations is the owner's work (`manage.py create_organisation` runs as owner).
"""

from django.conf import settings
from django.db import migrations

FORWARD = f"""
ALTER TABLE organisations_organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY anyone_may_read ON organisations_organisation FOR SELECT USING (true);
CREATE POLICY open_one_may_change ON organisations_organisation FOR UPDATE
    USING (id = (SELECT hms_organisation())) WITH CHECK (id = (SELECT hms_organisation()));
REVOKE INSERT, DELETE ON organisations_organisation FROM "{settings.APP_ROLE}";
"""
BACKWARD = f"""
GRANT INSERT, DELETE ON organisations_organisation TO "{settings.APP_ROLE}";
DROP POLICY open_one_may_change ON organisations_organisation;
DROP POLICY anyone_may_read ON organisations_organisation;
ALTER TABLE organisations_organisation DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
