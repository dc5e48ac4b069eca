"""What every page is given: navigation, the person, the data strip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from epact2.access.grants import AccountType
from epact2.web import config, links, release_facts
from epact2.web.engine import viewer_of
from epact2.web.models import Profile
from epact2.web.registration import break_glass
from epact2.web.registration.models import BreakGlass

# Label, the name of its address, and the names of the addresses that belong to it.
NAVIGATION = (
    ("Home", "home"),
    ("Organisations", "organisations"),
    ("Medicines", "medicines"),
    ("Comparators", "comparators"),
    ("Explorer", "explorer"),
    ("Data & releases", "releases"),
    ("Help", "help"),
)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One item of the navigation; ``current`` is "page", "true" (a page beneath it) or empty."""

    text: str
    href: str
    current: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in, for the header and for "your organisation"."""

    name: str
    job: str
    organisation_level: str
    organisation_code: str


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor of all templates."""
    return {
        "service_name": config.SERVICE_NAME,
        "navigation": navigation(request),
        "person": person(request),
        "release": release_facts.current(),
        "demo": settings.CONFIG.demo,
        "emergency": emergency(request),
    }


def emergency(request: HttpRequest) -> BreakGlass | None:
    """The broken glass of whoever is signed in, for the banner on every page while it lasts."""
    grants = viewer_of(request).grants
    may_have_one = any(one.account_type is AccountType.DATA_SERVICES for one in grants)
    return break_glass.running(request.user) if may_have_one else None


def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The items, the one that is open marked: by the longest address that the path begins with."""
    items = [(text, href) for text, name in NAVIGATION if (href := links.address(name))]
    beneath = [href for _, href in items if href != "/" and request.path.startswith(href)]
    open_item = max(beneath, key=len, default="")
    return [
        NavigationItem(text, href, "page" if href == request.path else "true" if href == open_item else "")
        for text, href in items
    ]


def person(request: HttpRequest) -> Person | None:
    """The person who is signed in; None for a visitor, and where a request failed before sign-in was read."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    profile = Profile.objects.filter(user=user).first()
    return Person(
        name=user.get_full_name() or user.get_username(),
        job=profile.job if profile else "",
        organisation_level=profile.organisation_level if profile else "",
        organisation_code=profile.organisation_code if profile else "",
    )
