"""What a sweep may do in the organisations that it opens together (ADR 21): read what is due, write what it tells."""

from django.db import migrations

from hms.tenancy.together import allow_together

READ = {
    "assignments_ladderstep": None,
    "assignments_offer": None,
    "notifications_channelsettings": ["organisation_id", "sms_gateway", "sms_use", "push_allowed"],
    "notifications_deadaddress": ["organisation_id", "employee_id", "address_hash"],
    "notifications_preference": ["organisation_id", "employee_id", "routine_mail", "urgent_sms"],
    "notifications_pushsubscription": ["organisation_id", "employee_id"],
    "organisations_absence": None,
    "organisations_employee": None,
    "organisations_quietperiod": None,
    "organisations_roleholding": None,
    "organisations_unit": None,
}
# With what must be read of them: what was written, and what was written before.
WRITTEN = {
    "assignments_reminder": None,
    "audit_event": ["organisation_id", "at", "object_type", "object_id", "root_type", "root_id"],
    "notifications_delivery": ["organisation_id", "id", "notification_id"],
    "notifications_notification": ["organisation_id", "id", "dedupe_key"],
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_operator"),
        ("assignments", "0009_answers_and_recipients"),
        ("audit", "0002_append_only"),
        ("notifications", "0007_day_only"),
        ("organisations", "0005_groups"),
        ("tenancy", "0002_several_at_once"),
    ]
    operations = [
        *(allow_together(table, SELECT=columns) for table, columns in READ.items()),
        *(allow_together(table, SELECT=columns, INSERT=None) for table, columns in WRITTEN.items()),
        allow_together("assignments_assignment", SELECT=None, UPDATE=["next_step_at"]),
        allow_together(
            "organisations_organisation", is_tenants=False, SELECT=["id", "time_zone", "people_choose_reminders"]
        ),
        allow_together("accounts_user", is_tenants=False, SELECT=["id", "email"]),
    ]
