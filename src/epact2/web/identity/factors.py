"""Second factors: an authenticator app (TOTP), passkeys (WebAuthn), and ten recovery codes to use once each.

None comes by e-mail. Secrets are kept encrypted with a key made from the server's secret key.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, get_totp_secret, validate_totp_code
from allauth.mfa.webauthn.internal import auth as webauthn
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from epact2.errors import Epact2Error
from epact2.web.auth import is_open_demo_account
from epact2.web.identity import sign_ins

MAIN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
MOST_PASSKEYS = 10
CODE_IS_RIGHT_FOR = 120  # seconds: its own half minute, the one before and the one after, and some more


class WrongFactor(Epact2Error):
    """The code or passkey is not right; the message never says in which way."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up."""

    authenticator: Authenticator | None
    passkeys: tuple[Authenticator, ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return bool(self.authenticator or self.passkeys)

    @classmethod
    def of(cls, user: Any) -> Factors:
        """A person's factors."""
        kept = list(Authenticator.objects.filter(user_id=user.pk).order_by("pk"))
        codes = next((one for one in kept if one.type == Authenticator.Type.RECOVERY_CODES), None)
        return cls(
            next((one for one in kept if one.type == Authenticator.Type.TOTP), None),
            tuple(one for one in kept if one.type == Authenticator.Type.WEBAUTHN),
            len(codes.wrap().get_unused_codes()) if codes else 0,
        )


def are_needed(user: Any) -> bool:
    """Whether a person sees data only after a second factor: all do, but the public accounts of a demo."""
    return not is_open_demo_account(user)


def were_shown(request: HttpRequest) -> bool:
    """Whether the sign-in of a request was made with a second factor, or needs none."""
    sign_in = sign_ins.current(request)
    return sign_in is not None and (bool(sign_in.second_factor) or not are_needed(request.user))


def check_code(request: HttpRequest, user: Any, code: str) -> Authenticator:
    """What a code belongs to: the app or the recovery codes. Each works once. Raises WrongFactor."""
    typed = "".join(code.split()).replace("-", "")
    kept = Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.WEBAUTHN)
    for one in sorted(kept, key=lambda one: one.type != Authenticator.Type.TOTP):
        if typed.isascii() and typed.isdigit() and _is_code_of(one, typed):
            return _used(request, user, one)
    raise WrongFactor("The code is wrong.", "Type the six digits that the app shows now, or a recovery code.")


def check_passkey(request: HttpRequest, user: Any, credential: str) -> Authenticator:
    """The passkey that signed the challenge of this session. Raises WrongFactor."""
    try:
        response = json.loads(credential)
        webauthn.parse_authentication_response(response)
        found = webauthn.complete_authentication(user, response)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WrongFactor("The passkey was not accepted.", "Try again, or use a code.") from error
    return _used(request, user, found)


def passkey_challenge(user: Any) -> dict[str, Any] | None:
    """What the browser needs to ask for a passkey; None where the person has none."""
    return webauthn.begin_authentication(user) if Factors.of(user).passkeys else None


def authenticator_secret(*, fresh: bool) -> str:
    """The secret that is being set up in this session; a ``fresh`` one for a page opened anew."""
    return str(get_totp_secret(regenerate=fresh))


def qr_code(user: Any, secret: str) -> str:
    """The secret as a picture for an app: an SVG as a data: address."""
    adapter = get_adapter()
    svg = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def set_up_authenticator(request: HttpRequest, code: str) -> None:
    """Keep the secret of this session as the person's authenticator. Raises WrongFactor for a wrong code."""
    secret = authenticator_secret(fresh=False)
    typed = "".join(code.split())
    if not (validate_totp_code(secret, typed) and _first_use(request.user.pk, typed)):
        raise WrongFactor(
            "The code is wrong.", "Type the six digits that the app shows now, and check its clock."
        )
    with transaction.atomic():
        Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).delete()
        TOTP.activate(request.user, secret)
    request.session.pop("mfa.totp.secret", None)
    sign_ins.confirmed(request, "authenticator app")


def passkey_creation(user: Any) -> dict[str, Any]:
    """What the browser needs to make a passkey."""
    return webauthn.begin_registration(user, False)


def add_passkey(request: HttpRequest, name: str, credential: str) -> None:
    """Keep a passkey that the browser has just made. Raises WrongFactor."""
    if len(Factors.of(request.user).passkeys) >= MOST_PASSKEYS:
        raise WrongFactor(f"You have {MOST_PASSKEYS} passkeys.", "Remove one first.")
    try:
        response = json.loads(credential)
        webauthn.parse_registration_response(response)
        webauthn.complete_registration(response)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WrongFactor("The passkey could not be made.", "Try again.") from error
    webauthn.WebAuthn.add(request.user, name.strip()[:60] or "Passkey", response)
    sign_ins.confirmed(request, "passkey")


def remove(user: Any, kept: Authenticator) -> None:
    """Remove a factor; the last one stays until another is there. Raises WrongFactor."""
    factors = Factors.of(user)
    if len(factors.passkeys) + bool(factors.authenticator) < 2:
        raise WrongFactor(
            "This is your only second factor.", "Set up another one first; then this one can be removed."
        )
    kept.delete()


def new_recovery_codes(user: Any) -> list[str]:
    """Ten new codes in place of the old ones. They are shown this once."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return [f"{code[:5]} {code[5:]}" for code in codes]


def _is_code_of(kept: Authenticator, code: str) -> bool:
    if kept.type != Authenticator.Type.TOTP:
        return bool(kept.wrap().validate_code(code))
    return validate_totp_code(decrypt(kept.data["secret"]), code) and _first_use(kept.user_id, code)


def _first_use(user: int, code: str) -> bool:
    """Whether an app's code is used for the first time; kept for as long as it would be right."""
    return bool(cache.add(f"epact2-code-used:{user}:{code}", 1, timeout=CODE_IS_RIGHT_FOR))


def _used(request: HttpRequest, user: Any, found: Authenticator) -> Authenticator:
    found.record_usage()
    record_authentication(request, user, "mfa", id=found.pk, type=found.type)
    return found


def encrypt(text: str) -> str:
    """A secret as it is kept."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(kept: str) -> str:
    """A secret that was kept. Raises KeptSecretLost where the server's secret key is another one."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise KeptSecretLost(
            "Second factors cannot be read: the server's secret key has changed.",
            "Give the former key in EPACT2_FORMER_SECRET_KEYS, or remove the factors of those concerned.",
        ) from None


class KeptSecretLost(Epact2Error):
    """Factors were encrypted with a secret key that this server does not have."""


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(_key(one)) for one in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"epact2 second factors").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
