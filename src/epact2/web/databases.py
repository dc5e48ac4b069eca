"""Where accounts and the audit trail are kept: a file of SQLite, or PostgreSQL if DATABASE_URL names it."""

from __future__ import annotations

from typing import Any

from epact2.access.opening import WrongSetting
from epact2.web.config import Config

_EXAMPLE = "Write it like postgresql://epact2@/epact2?host=/run/postgresql, or leave it out for SQLite."
_OURS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def accounts(config: Config) -> dict[str, Any]:
    """Django's settings of the accounts database. Raises WrongSetting for a DATABASE_URL that names none."""
    return _postgresql(config.database_url) if config.database_url else _sqlite(config)


def _sqlite(config: Config) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": config.accounts_database,
        # Writers wait for one another instead of failing; readers never wait (write-ahead log). A commit is
        # on the disk when it returns: an answer is shown only after its audit record is safe.
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    """The address in the words of libpq, which reads it itself; what Django has no word for is an option."""
    if not url.startswith(("postgresql://", "postgres://")):
        # What it is instead is not repeated: it may begin with a password.
        raise WrongSetting("DATABASE_URL is not the address of a PostgreSQL.", _EXAMPLE)
    from psycopg import ProgrammingError  # psycopg is loaded only where PostgreSQL is used
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        # Its own message may quote the address, with its password.
        raise WrongSetting("DATABASE_URL is not an address that PostgreSQL understands.", _EXAMPLE) from None
    if not parts.get("dbname"):
        raise WrongSetting("DATABASE_URL names no database.", _EXAMPLE)
    found = {django: parts.pop(libpq, "") for libpq, django in _OURS.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **found,
        # A connection stays open between requests, and one that has died is replaced, not met as an error.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Whoever waits longer for a writer that hangs is told so, as with SQLite.
        "OPTIONS": {
            "connect_timeout": "10",
            "application_name": "epact2",
            "options": "-c lock_timeout=10s",
            **parts,
        },
    }


def is_there() -> bool:
    """Whether there is an accounts database with its tables. Raises WrongSetting where it does not answer."""
    from django.conf import settings
    from django.db import OperationalError, connection

    if not settings.CONFIG.database_url and not settings.CONFIG.accounts_database.exists():
        return False
    try:
        return "auditing_record" in connection.introspection.table_names()
    except OperationalError as error:
        raise unreachable(error) from error


def unreachable(error: Exception) -> WrongSetting:
    """The database's own words for why it does not answer; they name no password."""
    said = " ".join(str(error).split()).rstrip(".?")
    return WrongSetting(
        f"The accounts database does not answer: {said}.",
        "Check that it runs, and that DATABASE_URL (or EPACT2_ACCOUNTS) names it and its user.",
    )
