"""What is kept of a request: who asked for whose patients, why, who checked it, and when the list left.

No patient, number or pseudonym is kept here. Nothing is deleted.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from epact2.access.nhs_numbers import LONGEST_TEXT, Form, Request, Role, State
from epact2.model.months import DispensingMonth

USER = settings.AUTH_USER_MODEL


class NumberRequest(models.Model):
    """One request. Names are those of the day on which it was made; codes and keys stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applicant = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="number_requests")
    comparator = models.SlugField(max_length=100)
    comparator_title = models.CharField(max_length=200)
    practice = models.CharField(max_length=12)
    practice_name = models.CharField(max_length=200)
    month_code = models.CharField(max_length=7)  # as 2026-01
    role = models.CharField(max_length=40, choices=[(one.value, one.value) for one in Role])
    purpose = models.TextField(max_length=LONGEST_TEXT)
    declaration = models.PositiveSmallIntegerField()  # the version of its text: see forms.DECLARATION
    state = models.CharField(
        max_length=20,
        choices=[(one.value, one.value) for one in State],
        default=State.WAITING.value,
        db_index=True,
    )
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(max_length=LONGEST_TEXT, blank=True)
    page_at = models.DateTimeField(null=True, blank=True)
    file_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.comparator}, practice {self.practice}, {self.month_code} ({self.state})"

    @property
    def month(self) -> DispensingMonth:
        """The dispensing month."""
        return DispensingMonth.parse(self.month_code)

    @property
    def place(self) -> str:
        """The practice in words."""
        return f"{self.practice_name} ({self.practice})"

    @property
    def value(self) -> Request:
        """The request as the rules know it."""
        given = {Form.PAGE: self.page_at, Form.FILE: self.file_at}
        return Request(
            applicant=self.applicant.get_username(),
            state=State(self.state),
            decided_by=self.decided_by.get_username() if self.decided_by else "",
            decided_at=self.decided_at,
            reason=self.reason,
            given={form: when for form, when in given.items() if when is not None},
        )

    @property
    def state_now(self) -> State:
        """Where it stands at this moment."""
        return self.value.state_at(timezone.now())

    def became(self, value: Request, decided_by: Any | None = None) -> None:
        """Take a step's outcome and save it. ``decided_by`` is the account of whoever decided now."""
        self.state = value.state.value
        self.decided_at, self.reason = value.decided_at, value.reason
        self.decided_by = decided_by or self.decided_by
        self.page_at, self.file_at = value.given.get(Form.PAGE), value.given.get(Form.FILE)
        self.save(update_fields=["state", "decided_at", "reason", "decided_by", "page_at", "file_at"])
