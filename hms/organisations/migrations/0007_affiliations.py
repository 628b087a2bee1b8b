"""Which organisation belongs under which: two new tables, safe on a live system.

Nobody can say on another's behalf that they belong together. The serving role reads `organisations_affiliation` and
cannot write it. Functions that run as the owner do, for the open organisation and no other: accepting asks for the
code that the parent gave away, and ending is for the two whom it is about. They leave an event in the other one's log
too, which names no person.
"""

import django.db.models.deletion
import django.utils.timezone
import hms.tenancy.fields
import hms.tenancy.scope
from django.conf import settings
from django.db import migrations, models

APP = f'"{settings.APP_ROLE}"'
LOCK = f"""
REVOKE INSERT, UPDATE, DELETE ON organisations_affiliation FROM {APP};
REVOKE DELETE ON organisations_affiliationoffer FROM {APP};
CREATE POLICY parent_may_read ON organisations_affiliation FOR SELECT TO {APP}
    USING (parent_id = (SELECT hms_organisation()));
"""
NO_LOCK = f"""
DROP POLICY parent_may_read ON organisations_affiliation;
GRANT INSERT, UPDATE, DELETE ON organisations_affiliation TO {APP};
GRANT DELETE ON organisations_affiliationoffer TO {APP};
"""
# What stands in the way comes with the offer, so that it can be said before somebody says yes. A code that is meant for
# another organisation is like one that does not exist.
OFFERED = f"""
CREATE FUNCTION affiliation_offered(hash text) RETURNS TABLE (offer bigint, parent bigint, problem text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    SELECT o.id, p.id, CASE
        WHEN p.id = me.id THEN 'own'
        WHEN EXISTS (SELECT FROM organisations_affiliation a WHERE a.organisation_id = me.id AND a.ended_at IS NULL)
            THEN 'has_parent'
        WHEN EXISTS (SELECT FROM organisations_affiliation a WHERE a.parent_id = me.id AND a.ended_at IS NULL)
            THEN 'is_parent'
        WHEN EXISTS (SELECT FROM organisations_affiliation a WHERE a.organisation_id = p.id AND a.ended_at IS NULL)
            THEN 'is_below'
        ELSE '' END
    FROM organisations_affiliationoffer o
    JOIN organisations_organisation p ON p.id = o.organisation_id AND p.is_active
    JOIN organisations_organisation me ON me.id = (SELECT hms_organisation())
    WHERE o.token_hash = hash AND o.expires_at > now()
        AND o.accepted_at IS NULL AND o.refused_at IS NULL AND o.withdrawn_at IS NULL
        AND o.organisation_number IN ('', me.organisation_number);
$function$;
REVOKE ALL ON FUNCTION affiliation_offered(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION affiliation_offered(text) TO {APP};
"""
# An event in the log of the other organisation. For the functions below only.
TOLD = """
CREATE FUNCTION affiliation_told(whom bigint, what text, kind text, which bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
    INSERT INTO audit_event (organisation_id, at, verb, via, object_type, object_id, root_type, root_id, data)
    VALUES (whom, now(), what, 'system', kind, which, kind, which, '{}');
$function$;
REVOKE ALL ON FUNCTION affiliation_told(bigint, text, text, bigint) FROM PUBLIC;
"""
# One at a time in the whole installation: who has a parent and who is one is looked at and written together.
ACCEPT = f"""
CREATE FUNCTION affiliation_accept(hash text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
DECLARE
    offered record;
    made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('organisations_affiliation'));
    SELECT * INTO offered FROM affiliation_offered(hash);
    IF NOT FOUND OR offered.problem <> '' THEN
        RETURN NULL;
    END IF;
    UPDATE organisations_affiliationoffer o SET accepted_at = now(), sealed_code = ''
        WHERE o.id = offered.offer AND o.accepted_at IS NULL AND o.refused_at IS NULL AND o.withdrawn_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO organisations_affiliation (organisation_id, parent_id, started_at)
        VALUES (hms_organisation(), offered.parent, now()) RETURNING id INTO made;
    PERFORM affiliation_told(offered.parent, 'affiliation.accepted_there', 'organisations.affiliation', made);
    RETURN made;
END
$function$;
REVOKE ALL ON FUNCTION affiliation_accept(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION affiliation_accept(text) TO {APP};
"""
REFUSE = f"""
CREATE FUNCTION affiliation_refuse(hash text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
DECLARE
    offered record;
BEGIN
    SELECT * INTO offered FROM affiliation_offered(hash);
    IF NOT FOUND OR offered.problem = 'own' THEN
        RETURN NULL;
    END IF;
    UPDATE organisations_affiliationoffer o SET refused_at = now(), sealed_code = ''
        WHERE o.id = offered.offer AND o.accepted_at IS NULL AND o.refused_at IS NULL AND o.withdrawn_at IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM affiliation_told(offered.parent, 'affiliation.refused_there', 'organisations.affiliationoffer', offered.offer);
    RETURN offered.offer;
END
$function$;
REVOKE ALL ON FUNCTION affiliation_refuse(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION affiliation_refuse(text) TO {APP};
"""
END = f"""
CREATE FUNCTION affiliation_end(which bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $function$
DECLARE
    me bigint := hms_organisation();
    ended record;
BEGIN
    UPDATE organisations_affiliation a SET ended_at = now(), ended_by_parent = (a.parent_id = me)
        WHERE a.id = which AND a.ended_at IS NULL AND me IN (a.organisation_id, a.parent_id)
        RETURNING a.organisation_id AS below, a.parent_id AS above INTO ended;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM affiliation_told(
        CASE WHEN ended.above = me THEN ended.below ELSE ended.above END,
        'affiliation.ended_there', 'organisations.affiliation', which
    );
    RETURN true;
END
$function$;
REVOKE ALL ON FUNCTION affiliation_end(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION affiliation_end(bigint) TO {APP};
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_append_only'),
        ('organisations', '0006_invitation_bounced'),
        ('tenancy', '0002_several_at_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by_parent', models.BooleanField(null=True)),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
                ('parent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('organisation',), name='affiliation_one_parent'), models.CheckConstraint(condition=models.Q(('parent', models.F('organisation')), _negated=True), name='affiliation_to_another'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by_parent__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by_parent__isnull', False)), _connector='OR'), name='affiliation_ended_by_one')],
            },
        ),
        migrations.CreateModel(
            name='AffiliationOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(help_text="For your own list, for example the company's name.", max_length=120, verbose_name='Who is it for?')),
                ('organisation_number', models.CharField(blank=True, max_length=9)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('sealed_code', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.employee')),
                ('organisation', hms.tenancy.fields.OrganisationField(db_index=False, default=hms.tenancy.scope.current_organisation_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-created_at'], name='affiliation_offer_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('refused_at__isnull', True)), models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), models.Q(('refused_at__isnull', True), ('withdrawn_at__isnull', True)), _connector='OR'), name='affiliation_offer_ends_once')],
            },
        ),
        migrations.RunSQL(LOCK, NO_LOCK),
        migrations.RunSQL(OFFERED, "DROP FUNCTION affiliation_offered(text)"),
        migrations.RunSQL(TOLD, "DROP FUNCTION affiliation_told(bigint, text, text, bigint)"),
        migrations.RunSQL(ACCEPT, "DROP FUNCTION affiliation_accept(text)"),
        migrations.RunSQL(REFUSE, "DROP FUNCTION affiliation_refuse(text)"),
        migrations.RunSQL(END, "DROP FUNCTION affiliation_end(bigint)"),
    ]
