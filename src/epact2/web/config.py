"""What the server is told by its environment, read once and checked.

Every setting is one ``EPACT2_*`` variable with a sensible default, so that a first run needs none.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from epact2.access.opening import WrongSetting, items_are_open, switch
from epact2.web.identity.providers import IdentityProvider, identity_providers

__all__ = ["Config", "WrongSetting", "from_environment", "kept_secret_key", "read_key", "words"]

SERVICE_NAME = "epact2"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Config:
    """The server's settings. ``accounts`` is the folder of the accounts database and the secret key.

    ``database_url`` names a PostgreSQL server that keeps accounts and audit in its place. ``audit`` is the
    folder that has the hash of every audit record, and ``audit_key`` the file of the key that signs them
    once a day. ``nhs_numbers`` is the file of encrypted NHS numbers, ``nhs_number_key`` that of the key that
    opens it. ``open_items`` opens listings of items and patients to everyone who signs in: see
    ``access.opening``. ``former_secret_keys`` still read what was signed or encrypted before ``secret_key``
    was changed. ``site_address`` begins every link in a mail. ``mail_host`` is empty where mail cannot
    be sent. ``mail_domains`` are work addresses besides those of the NHS and government.
    """

    store: Path
    accounts: Path
    audit: Path
    audit_key: Path
    nhs_numbers: Path
    nhs_number_key: Path
    static_root: Path
    hosts: tuple[str, ...]
    secret_key: str
    demo: bool
    debug: bool
    https: bool
    trusted_origins: tuple[str, ...]
    open_items: bool = False
    identity_providers: tuple[IdentityProvider, ...] = ()
    former_secret_keys: tuple[str, ...] = ()
    site_address: str = "http://localhost:8000"
    mail_host: str = ""
    mail_port: int = 25
    mail_from: str = "epact2@localhost"
    mail_user: str = ""
    mail_password: str = ""
    mail_domains: tuple[str, ...] = ()
    database_url: str = field(default="", repr=False)  # it holds a password

    @property
    def accounts_database(self) -> Path:
        """The SQLite file that holds people, profiles and sessions."""
        return self.accounts / "accounts.sqlite3"


def from_environment(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; a wrong one is refused with its name, its value and what to do."""
    store = Path(environment.get("EPACT2_STORE") or "store").expanduser().resolve()
    named = environment.get("EPACT2_ACCOUNTS")
    accounts = Path(named).expanduser().resolve() if named else store.parent / "accounts"
    audit = Path(environment.get("EPACT2_AUDIT") or store.parent / "audit").expanduser().resolve()
    audit_key = Path(environment.get("EPACT2_AUDIT_KEY") or accounts / "audit-key").expanduser().resolve()
    numbers = Path(environment.get("EPACT2_NHS_NUMBERS") or store.parent / "nhs-numbers" / "numbers.sqlite3")
    number_key = Path(environment.get("EPACT2_NHS_NUMBER_KEY") or accounts / "nhs-number-key")
    hosts = words(environment.get("EPACT2_HOSTS", ""))
    return Config(
        store=store,
        accounts=accounts,
        audit=audit,
        audit_key=audit_key,
        nhs_numbers=numbers.expanduser().resolve(),
        nhs_number_key=number_key.expanduser().resolve(),
        static_root=Path(environment.get("EPACT2_STATIC_ROOT") or REPOSITORY / "build" / "static"),
        hosts=hosts or LOCAL_HOSTS,
        secret_key=environment.get("EPACT2_SECRET_KEY") or kept_secret_key(accounts / "secret-key"),
        demo=switch(environment, "EPACT2_DEMO"),
        debug=switch(environment, "EPACT2_DEBUG"),
        https=switch(environment, "EPACT2_HTTPS"),
        trusted_origins=tuple(f"https://{host}" for host in hosts if not host.startswith(".")),
        open_items=items_are_open(environment),
        identity_providers=identity_providers(environment),
        former_secret_keys=words(environment.get("EPACT2_FORMER_SECRET_KEYS", "")),
        site_address=site_address(environment, hosts),
        **mail(environment),
        mail_domains=mail_domains(environment),
        database_url=environment.get("DATABASE_URL", "").strip(),
    )


def cookie_prefix(https: bool) -> str:
    """How the names of cookies begin: with HTTPS as a browser binds them to this host alone."""
    return "__Host-" if https else ""


def site_address(environment: Mapping[str, str], hosts: tuple[str, ...]) -> str:
    """Where people reach this site: ``EPACT2_ADDRESS``, or the first host."""
    named = environment.get("EPACT2_ADDRESS", "").rstrip("/")
    if named and not named.startswith(("http://", "https://")):
        raise WrongSetting(f"EPACT2_ADDRESS is “{named}”.", "Write the whole address: https://epact2.example")
    host = next((one for one in hosts if not one.startswith((".", "*"))), "")
    scheme = "https" if switch(environment, "EPACT2_HTTPS") else "http"
    return named or (f"{scheme}://{host}" if host else "http://localhost:8000")


def mail(environment: Mapping[str, str]) -> dict[str, Any]:
    """How mail is sent: ``EPACT2_MAIL_HOST`` is HOST or HOST:PORT; without it none is."""
    host, _, port = environment.get("EPACT2_MAIL_HOST", "").partition(":")
    if port and not port.isdigit():
        raise WrongSetting(f"EPACT2_MAIL_HOST names the port “{port}”.", "Write HOST:PORT with a number.")
    return {
        "mail_host": host,
        "mail_port": int(port or 25),
        "mail_from": environment.get("EPACT2_MAIL_FROM") or "epact2@localhost",
        "mail_user": environment.get("EPACT2_MAIL_USER", ""),
        "mail_password": environment.get("EPACT2_MAIL_PASSWORD", ""),
    }


def mail_domains(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Work addresses besides nhs.net, nhs.uk, gov.uk. A demo also takes ``.example``, which is nobody's."""
    named = words(environment.get("EPACT2_MAIL_DOMAINS", "").casefold())
    return (*named, "example") if switch(environment, "EPACT2_DEMO") else named


def words(text: str) -> tuple[str, ...]:
    """The words of a setting that is a list: separated by commas or spaces."""
    return tuple(text.replace(",", " ").split())


def kept_secret_key(path: Path) -> str:
    """The key that signs sessions: made at the first start and kept, readable by its owner alone.

    Two workers may start at once, so the file is made under another name and linked into place: the
    first one wins and the other reads what the first one wrote.
    """
    try:
        if path.is_file():
            return read_key(path)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return read_key(path)
    except OSError as error:
        raise WrongSetting(
            f"The secret key could not be kept in {path}: {error.strerror}.",
            "Set EPACT2_ACCOUNTS to a folder that this user may write, or EPACT2_SECRET_KEY to random text.",
        ) from error


def read_key(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 40:
        raise WrongSetting(
            f"The secret key in {path} is too short ({len(key)} characters; it needs 40).",
            "Delete the file, and a new key is made; everyone must then sign in again.",
        )
    return key
