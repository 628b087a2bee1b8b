from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0005_groups")]
    operations = [
        migrations.AddField("invitation", "bounced_at", models.DateTimeField(null=True)),
        migrations.AddField("invitation", "message_id", models.CharField(blank=True, db_default="", default="", max_length=120)),
        migrations.AddIndex(
            "invitation",
            models.Index(
                condition=models.Q(("message_id", ""), _negated=True),
                fields=["organisation", "message_id"],
                name="invitation_message",
            ),
        ),
    ]
