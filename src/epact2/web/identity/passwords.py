"""How passwords are kept and which are refused. Long ones are asked for, and nothing about their letters."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LEAST, MOST = 15, 128
# What must be left when everything is taken away that anyone would guess here.
LEAST_LEFT = 8
LEAST_DIFFERENT = 5
CONTEXT_WORDS = (
    "epact2", "epact", "nhsbsa", "nhs", "england", "prescribing", "prescriptions", "prescription",
    "prescriber",
    "pharmacist", "pharmacy", "medicines", "medicine", "practice", "surgery", "doctor", "patient", "hospital",
    "password", "passphrase", "letmein", "welcome", "qwertyuiop", "qwerty", "administrator", "admin",
    "changeme",
    "summer", "winter", "spring", "autumn", "abcdefghijklmnopqrstuvwxyz", "january", "february", "november",
    "september", "october", "december", "1234567890", "0987654321",
)  # fmt: skip


class Argon2id(Argon2PasswordHasher):
    """Argon2id with the second set of RFC 9106 section 4: 64 MiB of memory, 3 passes, 4 lanes.

    Django's own takes 100 MiB: eight sign-ins at once would then take 800 MB.
    """

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4


class LengthValidator:
    """15 to 128 characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one that is too short or too long."""
        if len(password) < LEAST:
            raise ValidationError(
                f"The password has {len(password)} characters. Use {LEAST} or more: three or four words that "
                "do not belong together are easy to remember.",
                code="password_too_short",
            )
        if len(password) > MOST:
            raise ValidationError(f"Use {MOST} characters or fewer.", code="password_too_long")

    def get_help_text(self) -> str:
        """What a form says before anything is typed."""
        return f"{LEAST} characters or more. Spaces are allowed; no capitals, digits or signs are required."


class GuessableValidator:
    """Refuses what is common, repeats itself, or is made of words that anyone would try here.

    The lists of common passwords hold few of 15 letters, so a password is also judged by what is left of it
    without signs and without the words of this service and of the person.
    """

    common: ClassVar[CommonPasswordValidator] = CommonPasswordValidator()

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that would be guessed."""
        folded = password.casefold()
        if folded in self.common.passwords or _repeats(folded):
            raise ValidationError(
                "The password is a common one, or repeats a short one.", code="password_common"
            )
        if len(set(folded)) < LEAST_DIFFERENT:
            raise ValidationError("The password has too few different characters.", code="password_repeats")
        left = re.sub(r"[\W_]+", "", folded)
        for word in sorted((*CONTEXT_WORDS, *_own_words(user)), key=len, reverse=True):
            left = left.replace(word, "")
        # Of a short one little is left in any case: it is told that it is short, and nothing else.
        if len(password) >= LEAST and (len(left) < LEAST_LEFT or left in self.common.passwords):
            raise ValidationError(
                "The password is made of words that anyone would try here: your name, this service, the NHS. "
                "Use other words.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """What a form says before anything is typed."""
        return "Do not use your name, or the words of this service."


def _repeats(text: str) -> bool:
    """Whether a text is a shorter one, too short by itself, again and again."""
    return bool(re.fullmatch(rf"(.{{1,{LEAST - 1}}}?)\1+", text))


def _own_words(user: Any) -> list[str]:
    """The person's names, as one could read them anywhere."""
    if user is None:
        return []
    names = [getattr(user, name, "") or "" for name in ("username", "first_name", "last_name", "email")]
    return [part for name in names for part in re.split(r"[\W_]+", name.casefold()) if len(part) > 2]
