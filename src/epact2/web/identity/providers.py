"""Identity providers that the server is told of by its environment: NHS CIS2, and NHSmail (Microsoft Entra).

Apart from Django, so that settings can be read, checked and tested by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from epact2.access.opening import WrongSetting

__all__ = ["CIS2", "NHSMAIL", "IdentityProvider", "identity_providers"]

CIS2, NHSMAIL = "cis2", "nhsmail"
NAMES = {CIS2: "NHS CIS2", NHSMAIL: "NHSmail"}
_LOCAL = ("localhost", "127.0.0.1")
# The assurance level at which we take a sign-in as made with two factors (NIST 800-63: AAL).
TWO_FACTORS = 2


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One OpenID Connect provider.

    ``private_key`` (PEM) signs our requests for tokens (private_key_jwt, as CIS2 asks); without one,
    ``secret`` is sent. ``assurance`` is the lowest authentication assurance level (AAL) that is let in.
    """

    key: str
    issuer: str
    client_id: str
    secret: str = ""
    private_key: str = ""
    key_id: str = ""
    assurance: int = TWO_FACTORS

    @property
    def name(self) -> str:
        """What people call it."""
        return NAMES[self.key]

    @property
    def shows_assurance(self) -> bool:
        """Whether its claims say the assurance level; NHSmail says by which methods somebody signed in."""
        return self.key == CIS2

    @property
    def auth_params(self) -> dict[str, str]:
        """What is asked of the provider beside the identity itself."""
        if self.key != CIS2:
            return {}
        return {"acr_values": "AAL3_ANY" if self.assurance > TWO_FACTORS else "AAL2_OR_AAL3_ANY"}


def identity_providers(environment: Mapping[str, str]) -> tuple[IdentityProvider, ...]:
    """The providers that are configured; half of a configuration is refused. Raises WrongSetting."""
    return tuple(found for key in (CIS2, NHSMAIL) if (found := _provider(environment, key)))


def _provider(environment: Mapping[str, str], key: str) -> IdentityProvider | None:
    prefix = f"EPACT2_{key.upper()}_"
    given = {
        name.removeprefix(prefix): value for name, value in environment.items() if name.startswith(prefix)
    }
    given = {name: value.strip() for name, value in given.items() if value.strip()}
    if not given:
        return None
    known = {"ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "PRIVATE_KEY_FILE", "KEY_ID", "AAL"}
    if unknown := sorted(set(given) - known):
        raise WrongSetting(
            f"{prefix}{unknown[0]} is no setting.",
            f"The settings are {', '.join(prefix + name for name in sorted(known))}.",
        )
    for name in ("ISSUER", "CLIENT_ID"):
        if name not in given:
            raise WrongSetting(f"{prefix}{name} is missing.", f"Set it, or unset every {prefix}… variable.")
    private_key = _file(prefix + "PRIVATE_KEY_FILE", given.get("PRIVATE_KEY_FILE", ""))
    secret = _file(prefix + "CLIENT_SECRET_FILE", given.get("CLIENT_SECRET_FILE", ""))
    if bool(private_key) == bool(secret):
        raise WrongSetting(
            f"{NAMES[key]} needs one way to show that the request is ours.",
            f"Set either {prefix}PRIVATE_KEY_FILE (with {prefix}KEY_ID) or {prefix}CLIENT_SECRET_FILE.",
        )
    return IdentityProvider(
        key=key,
        issuer=_issuer(prefix + "ISSUER", given["ISSUER"]),
        client_id=given["CLIENT_ID"],
        secret=secret,
        private_key=private_key,
        key_id=given.get("KEY_ID", ""),
        assurance=_level(prefix + "AAL", given.get("AAL", str(TWO_FACTORS))),
    )


def _issuer(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme == "https" and parts.hostname:
        return value.rstrip("/")
    if parts.scheme == "http" and parts.hostname in _LOCAL:
        return value.rstrip("/")
    raise WrongSetting(f"{name} is “{value}”.", "Give the issuer's https address, for instance https://….")


def _level(name: str, value: str) -> int:
    if value not in ("2", "3"):
        raise WrongSetting(f"{name} is “{value}”.", "Set it to 2 or 3, the lowest assurance level let in.")
    return int(value)


def _file(name: str, value: str) -> str:
    """The text of a file that holds a secret; empty where none is named."""
    if not value:
        return ""
    try:
        text = Path(value).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(
            f"{name}: {value} cannot be read.", "Name a text file that this user may read."
        ) from error
    if not text:
        raise WrongSetting(f"{name}: {value} is empty.", "Put the key or secret into it.")
    return text
