"""The one door to an organisation's data.

PostgreSQL's row-level security is both lock and alarm: every table of an organisation has a forced
policy that compares `organisation_id` with the organisation that :func:`hms.tenancy.scope.tenant`
opened, and that raises when none is open. See docs/adr/0001-row-level-security.md.
"""
