"""Who the demo's accounts are. Apart from Django, so that the server can say so before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.access.grants import AccountType


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account, with its password in the open. ``level`` and ``code`` name the home organisation."""

    username: str
    full_name: str
    job: str
    level: str
    code: str
    account_type: AccountType
    # Public on purpose: it is printed on the demo's sign-in page.
    password: str = "explore-the-demo"  # noqa: S105


# Kent and Medway exists in both the synthetic and the real data; a practice is found at set-up.
DEMO_ACCOUNTS = (
    DemoAccount(
        "icb.pharmacist", "Imani Clarke", "ICB pharmacist", "ICB", "QKS", AccountType.PRESCRIBER_LEVEL
    ),
    DemoAccount(
        "practice.pharmacist", "Priya Shah", "Practice pharmacist", "practice", "", AccountType.GP_PRACTICE
    ),
    DemoAccount("national.analyst", "Nia Roberts", "National analyst", "", "", AccountType.NATIONAL),
)
