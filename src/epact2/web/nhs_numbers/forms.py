"""The forms of a request for NHS numbers, one question to a page, and of whoever checks it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from epact2.access.nhs_numbers import BadRequest, Role, plain_words
from epact2.web.presenters.numbers import count

ROLES = {
    Role.GP: ("GP", "You care for patients of this practice."),
    Role.PHARMACIST: ("Clinical pharmacist", "You care for patients of this practice."),
    Role.REVIEWER: (
        "Commissioned to review these patients",
        "The practice or the ICB has asked you in writing to review their treatment.",
    ),
    Role.PRACTICE_MANAGER: ("Practice manager", ""),
    Role.OTHER: ("Another role", ""),
}
# A new text has a new number: each request keeps the number of the text that was confirmed.
DECLARATION = 1
DECLARATION_POINTS = (
    "I care for these patients, or I was commissioned to review their treatment",
    "I use the NHS numbers only for the purpose that I have given",
    "I keep the list as safe as a patient record, and share it only with people who care for these patients",
    "I destroy the list when the work is done",
)
Choices = Sequence[tuple[str, str]]


class RoleForm(forms.Form):
    """What are you to these patients?"""

    role = forms.ChoiceField(
        label="What are you to these patients?",
        choices=[(role.value, words) for role, (words, _) in ROLES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose your role", "invalid_choice": "Choose your role"},
    )
    hints = {role.value: hint for role, (_, hint) in ROLES.items() if hint}  # noqa: RUF012 - never changed


class OneOf(forms.Form):
    """One choice of a list: the question, its hint, the name of the field and what may be chosen."""

    def __init__(self, name: str, label: str, choices: Choices, hint: str = "", **how: Any) -> None:
        super().__init__(**how)
        empty = f"Choose a {name}"
        self.fields[name] = forms.ChoiceField(
            label=label,
            help_text=hint,
            choices=[("", empty), *choices],
            error_messages={"required": empty, "invalid_choice": empty},
        )


class PurposeForm(forms.Form):
    """What do you need them for?"""

    purpose = forms.CharField(
        label="What do you need the NHS numbers for?",
        help_text="In a sentence or two: what you will do for these patients, and by when. If you were "
        "commissioned, say by whom. Write nothing about single patients.",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Say what you need the NHS numbers for"},
    )

    def clean_purpose(self) -> str:
        """Words without anything that may be an NHS number."""
        return _plain("purpose", self.cleaned_data["purpose"])


class DeclarationForm(forms.Form):
    """The declaration, confirmed with the check of the answers."""

    declared = forms.BooleanField(
        label="I confirm each of these points",
        error_messages={"required": "Confirm the declaration before you send the request"},
    )


class ReasonForm(forms.Form):
    """Why a request is rejected."""

    reason = forms.CharField(
        label="Reason, if you reject the request",
        help_text="The applicant reads it. Say what is missing, or what to do instead.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        """The reason, which a rejection needs."""
        reason = self.cleaned_data["reason"]
        return _plain("reason", reason) if "reject" in self.data or reason.strip() else ""


def _plain(about: str, text: str) -> str:
    try:
        return plain_words(about, text, "Say why, so that the applicant knows what to do")
    except BadRequest as error:
        raise ValidationError(str(error).rstrip(".")) from error


def summary(form: forms.Form) -> list[dict[str, str]]:
    """The errors of a form for the summary above it, each a link to its field."""
    found = []
    for name in form.fields:
        bound = form[name]
        radios = isinstance(bound.field.widget, forms.RadioSelect)
        anchor = f"#{bound.auto_id}{'_0' if radios else ''}"
        found += [{"text": str(text), "href": anchor} for text in form.errors.get(name, ())]
    return found


def patients_words(number: int) -> str:
    """``1 patient``, ``12 patients``."""
    return f"{count(number)} patient{'' if number == 1 else 's'}"
