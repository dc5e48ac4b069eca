"""Who the demo's accounts are. Apart from Django, so that the server can say so before it starts.

Everybody here is invented, and every name says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role in which somebody authorises; ``level`` and ``code`` are the home's where they are empty."""

    role: str
    level: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account, with its password in the open. ``level`` and ``code`` name the home organisation.

    ``may`` says in a line what it is for. ``account_type`` and ``kind`` are what it was granted and for what
    kind of organisation it works; ``signed_by`` are the accounts that authorised it.
    """

    username: str
    full_name: str
    job: str
    level: str
    code: str
    may: str = ""
    account_type: str = ""
    kind: str = ""
    signed_by: tuple[str, ...] = ()
    roles: tuple[DemoRole, ...] = ()
    is_administrator: bool = False
    is_auditor: bool = False
    # Public on purpose: it is printed on the demo's sign-in page.
    password: str = "explore-the-demo"  # noqa: S105

    @property
    def address(self) -> str:
        """An address that can be nobody's: ``.example`` is reserved for that."""
        return f"{self.username}@demo.example"


_ENGLAND = ("England", "ENG")
# Kent and Medway exists in both the synthetic and the real data; a practice and a PCN are found at set-up.
DEMO_ACCOUNTS = (
    DemoAccount(
        "icb.pharmacist", "Imani Clarke (invented)", "ICB pharmacist", "ICB", "QKS",
        "Prescriber level: items and patients of its own ICB, practices elsewhere, analyses.",
        "prescriber level", "ICB", ("icb.guardian",),
    ),
    DemoAccount(
        "practice.pharmacist", "Priya Shah (invented)", "Practice pharmacist", "practice", "",
        "GP practice: items and patients of its own practice, other practices as totals.",
        "GP practice", "GP practice", ("practice.gp",),
    ),
    DemoAccount(
        "national.analyst", "Nia Roberts (invented)", "National analyst", *_ENGLAND,
        "National: every practice of England, analyses, no items and patients.",
        "national", "national NHS or government body", ("panel.first", "panel.second"),
    ),
    DemoAccount(
        "pcn.pharmacist", "Owen Hughes (invented)", "PCN pharmacist", "PCN", "",
        "PCN: items and patients of the network's practices, other practices as totals.",
        "PCN", "PCN", ("pcn.director",),
    ),
    DemoAccount(
        "dashboard.reader", "Rosa Lindley (invented)", "Dashboard reader", "ICB", "QKS",
        "Default: dashboards down to each practice, no analyses of its own.",
        "default", "ICB", ("icb.manager",),
    ),
    DemoAccount(
        "icb.analyst", "Tomasz Nowak (invented)", "ICB analyst", "ICB", "QKS",
        "Default with analysis: practice level of England and analyses.",
        "default with analysis", "ICB", ("icb.manager",),
    ),
    DemoAccount(
        "finance.officer", "Femi Adeyemi (invented)", "ICB finance officer", "ICB", "QKS",
        "Financial: payments and remuneration of its own ICB.",
        "financial", "ICB", ("icb.finance",),
    ),
    DemoAccount(
        "cd.officer", "Carys Dean (invented)", "Controlled-drugs accountable officer", "ICB", "QKS",
        "Controlled drugs: these alone, down to items and patients of its own ICB.",
        "controlled-drugs accountable officer", "ICB", ("icb.guardian", "cd.register"),
    ),
    DemoAccount(
        "data.services", "Dev Patel (invented)", "Data services engineer", *_ENGLAND,
        "Data services: what is loaded, no figures; may break the glass with a second person.",
        "data services", "team that runs this service", ("administrator", "data.lead"),
    ),
    DemoAccount(
        "administrator", "Ada Marsh (invented)", "Accounts administrator", "", "",
        "Administers accounts, authorisers and the agreement; sees no figures by that.",
        roles=(DemoRole("data services lead", *_ENGLAND),), is_administrator=True,
    ),
    DemoAccount(
        "auditor", "Aubrey Vale (invented)", "Auditor of the service", "", "",
        "Reads everybody's audit trail; sees no figures.", is_auditor=True,
    ),
    DemoAccount(
        "icb.guardian", "Grace Holt (invented)", "Caldicott Guardian of the ICB", "ICB", "QKS",
        "Authorises prescriber level and controlled drugs for the ICB, and reads its audit trail.",
        roles=(DemoRole("Caldicott Guardian"),),
    ),
    DemoAccount(
        "icb.manager", "Miles Archer (invented)", "Line manager at the ICB", "ICB", "QKS",
        "Authorises default access for the ICB.",
        roles=(DemoRole("line manager"), DemoRole("organisation administrator")),
    ),
    DemoAccount(
        "icb.finance", "Fiona Pike (invented)", "Finance director of the ICB", "ICB", "QKS",
        "Authorises financial access for the ICB.", roles=(DemoRole("finance director"),),
    ),
    DemoAccount(
        "practice.gp", "Dr Gwen Palmer (invented)", "GP of the practice", "practice", "",
        "Authorises GP practice and default access for the practice.",
        roles=(DemoRole("registered GP"), DemoRole("line manager")),
    ),
    DemoAccount(
        "pcn.director", "Dr Pascal Noor (invented)", "Clinical director of the PCN", "PCN", "",
        "Authorises PCN access.", roles=(DemoRole("PCN clinical director"), DemoRole("line manager")),
    ),
    DemoAccount(
        "cd.register", "Ray Colley (invented)", "Keeper of the CDAO register", *_ENGLAND,
        "Gives the second signature for controlled-drugs officers.",
        roles=(DemoRole("keeper of the CDAO register"),),
    ),
    DemoAccount(
        "panel.first", "Paula Venn (invented)", "National panel member", *_ENGLAND,
        "Gives one of the two signatures for national access.", roles=(DemoRole("national panel member"),),
    ),
    DemoAccount(
        "panel.second", "Piet Marlow (invented)", "Second national panel member", *_ENGLAND,
        "Gives the other of the two signatures.", roles=(DemoRole("national panel member"),),
    ),
    DemoAccount(
        "data.lead", "Leah Dunn (invented)", "Data services lead", *_ENGLAND,
        "Gives a signature for data services; second person when the glass is broken.",
        roles=(DemoRole("data services lead"),),
    ),
)  # fmt: skip
