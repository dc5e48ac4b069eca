"""The tables of the trail. Nothing in them is ever changed or removed.

``managed = False``: Django makes no change to these tables, and empties none. A migration writes them out,
with the triggers that refuse changes (``append_only``).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Record(models.Model):
    """One event. ``text`` is its canonical JSON, which the hash covers; the columns beside it are copies, so
    that the trail can be searched, and the verifier compares them with the text.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=24)  # in UTC, as 2026-01-14T12:00:00.000Z: sorts by time as text
    kind = models.CharField(max_length=30)
    who = models.CharField(max_length=150)
    text = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "auditing_record"
        default_permissions = ()
        permissions: ClassVar = [("read_every_record", "May read the audit trail of everybody")]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind} by {self.who}"


class Concerned(models.Model):
    """An organisation whose Caldicott Guardian may read a record, as “ICB QKS”."""

    pk = models.CompositePrimaryKey("number", "organisation")
    organisation = models.CharField(max_length=40)
    number = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "auditing_concerned"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.organisation}: {self.number}"


class Question(models.Model):
    """The text of a question, once, by its SHA-256."""

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    class Meta:
        managed = False
        db_table = "auditing_question"
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest
