from django.db import migrations, models

from epact2.web.auditing.append_only import STATEMENTS


def make_tables(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]():
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """A trail is not taken down by a migration: this one has no way back."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Record",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.CharField(max_length=24)),
                ("kind", models.CharField(max_length=30)),
                ("who", models.CharField(max_length=150)),
                ("text", models.TextField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "auditing_record",
                "permissions": [("read_every_record", "May read the audit trail of everybody")],
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Concerned",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "number",
                        "organisation",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("organisation", models.CharField(max_length=40)),
                ("number", models.BigIntegerField()),
            ],
            options={"db_table": "auditing_concerned", "managed": False, "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("text", models.TextField()),
            ],
            options={"db_table": "auditing_question", "managed": False, "default_permissions": ()},
        ),
        migrations.RunPython(make_tables),
    ]
