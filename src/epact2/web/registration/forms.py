"""The forms of registration, one question or a few to a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from epact2.access.authorising import AuthoriserRole
from epact2.access.eligibility import OrganisationKind, in_words, types_for
from epact2.access.grants import AccountType
from epact2.access.life import GRANT_MONTHS
from epact2.access.persons import plain_address, require_work_address
from epact2.errors import Epact2Error

KIND_HINTS = {
    OrganisationKind.LOCAL_AUTHORITY: "for example public health teams",
    OrganisationKind.NHS_TRUST: "hospital, community, mental health and ambulance trusts",
    OrganisationKind.NATIONAL_BODY: "for example NHS England, the NHSBSA, DHSC",
    OrganisationKind.PHARMACY_CONTRACTOR: "a community pharmacy or another dispensing contractor",
}


def text(label: str, empty: str, most: int, hint: str = "", **attrs: str) -> forms.CharField:
    """A line of text that must be filled in."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": empty},
    )


def long_text(label: str, empty: str, hint: str = "") -> forms.CharField:
    """Some sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": empty},
    )


def address(label: str, empty: str, hint: str = "", complete: str = "off") -> forms.EmailField:
    """An e-mail address."""
    return forms.EmailField(
        label=label,
        help_text=hint,
        widget=forms.EmailInput(attrs={"autocomplete": complete, "spellcheck": "false"}),
        error_messages={
            "required": empty,
            "invalid": "Enter an e-mail address in the usual form, like name@nhs.net",
        },
    )


def choice(label: str, empty: str, choices: Any, hint: str = "") -> forms.ChoiceField:
    """One of several, as radio buttons."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": empty, "invalid_choice": empty},
    )


class YouForm(forms.Form):
    """Who you are."""

    full_name = text("Full name", "Enter your full name", 150, autocomplete="name")
    job = text("Job title", "Enter your job title", 100, autocomplete="organization-title")
    address = address(
        "Work e-mail address",
        "Enter your work e-mail address",
        "An address of your own at the NHS or government, for example nhs.net. We send a link to it.",
        "email",
    )

    def clean_address(self) -> str:
        """Only work addresses."""
        given: str = self.cleaned_data["address"]
        try:
            require_work_address(given, settings.CONFIG.mail_domains)
        except Epact2Error as no:
            raise ValidationError(str(no)) from no
        return given


class KindForm(forms.Form):
    """What kind of organisation you work for."""

    kind = choice(
        "What kind of organisation do you work for?",
        "Choose the kind of organisation that you work for",
        [(one.value, one.value[:1].upper() + one.value[1:]) for one in OrganisationKind],
    )
    employer = forms.CharField(
        label="Name of your organisation",
        help_text="Only if you do not work for a GP practice, PCN, ICB or sub-ICB location.",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class TypeForm(forms.Form):
    """Which type of account, of those that the organisation may hold."""

    account_type = choice("Which access do you need?", "Choose the access that you need", ())

    def __init__(self, *args: Any, kind: OrganisationKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = types_for(kind)
        field = self.fields["account_type"]
        field.choices = [(one.value, type_name(one)) for one in offered]
        field.hints = {  # read by the template
            one.value: f"{in_words(one).sees} {in_words(one).for_whom}" for one in offered
        }


def type_name(account_type: AccountType) -> str:
    """An account type as a label."""
    return str(account_type)[:1].upper() + str(account_type)[1:]


class ReasonForm(forms.Form):
    """Why, and who can authorise it."""

    reason = long_text(
        "What do you need it for?",
        "Say what you need the access for",
        "Your authoriser reads this. Do not write anything about patients.",
    )
    authoriser_name = text("Name of your authoriser", "Enter the name of your authoriser", 150)
    authoriser_address = address(
        "E-mail address of your authoriser", "Enter the e-mail address of your authoriser"
    )

    def __init__(self, *args: Any, own_address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_address = own_address

    def clean_authoriser_address(self) -> str:
        """Somebody else's."""
        given: str = self.cleaned_data["authoriser_address"]
        if plain_address(given) == plain_address(self.own_address):
            raise ValidationError("Your authoriser must be another person: nobody authorises themselves")
        return given


class AgreeForm(forms.Form):
    """Yes, to exactly this text."""

    agree = forms.BooleanField(
        label="I accept the user agreement", error_messages={"required": "Accept the agreement to go on"}
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    text_hash = forms.CharField(widget=forms.HiddenInput)


class PasswordForm(forms.Form):
    """A password of one's own, for a new account."""

    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password"},
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """By the rules of this site."""
        given: str = self.cleaned_data["password"]
        validate_password(given, self.user)
        return given


class DecisionForm(forms.Form):
    """Approve, reduce or reject."""

    decision = choice(
        "Your decision",
        "Choose what you decide",
        [
            ("approve", "Approve as asked"),
            ("reduce", "Approve less"),
            ("reject", "Reject"),
        ],
    )
    account_type = forms.ChoiceField(label="Type of access to give", required=False)
    months = forms.IntegerField(
        label="For how many months", required=False, min_value=1, max_value=GRANT_MONTHS
    )
    reason = forms.CharField(
        label="Reason",
        help_text="Needed if you reject; the applicant reads it.",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    shown = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, types: Any, most_months: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account_type"].choices = [(one.value, type_name(one)) for one in types]
        self.offered = (types[0], most_months)

    def clean(self) -> dict[str, Any]:
        """A rejection has a reason; less is less."""
        given = super().clean() or {}
        if given.get("decision") == "reject" and not given.get("reason", "").strip():
            self.add_error("reason", "Say why you reject it")
        if given.get("decision") == "reduce" and "months" not in self.errors:
            account_type = given.get("account_type") or str(self.offered[0])
            months = given.get("months") or self.offered[1]
            if (AccountType(account_type), months) == self.offered:
                self.add_error("account_type", "Choose a lesser type or fewer months, or approve as asked")
        return given


class AuthoriserForm(forms.Form):
    """An authoriser to be appointed."""

    name = text("Name", "Enter the authoriser's name", 150)
    address = address(
        "E-mail address",
        "Enter the authoriser's address",
        "Their own work address, or the mailbox of the role that they alone read.",
    )
    role = forms.ChoiceField(label="Role", choices=[(one.value, one.value) for one in AuthoriserRole])
    place = text(
        "Organisation",
        "Enter the organisation's code",
        200,
        "Its code, or a part of its name. For roles of all England: ENG.",
    )


class WhyForm(forms.Form):
    """A reason for ending something."""

    why = text("Reason", "Say why", 400)


class EmergencyForm(forms.Form):
    """Breaking the glass."""

    place = text("Organisation", "Enter the organisation's code", 200, "Its code, or a part of its name.")
    reason = long_text(
        "What is the emergency?", "Say what the emergency is", "Do not write anything about patients."
    )
    ticket = text("Number of the ticket", "Enter the number of the ticket", 60)


class ReviewForm(forms.Form):
    """What the review found."""

    review = long_text("What did the review find?", "Write what the review found")
