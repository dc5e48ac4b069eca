"""What of a trail is shown: filters from an address, and pages that begin after a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from epact2.access.audit import Kind, moment
from epact2.query.nodes import BadQuestion
from epact2.web.auditing.models import Concerned, Record
from epact2.web.auditing.reach import Reach
from epact2.web.presenters.dates import day

PAGE = 50
_SET_BACK = 10_000  # records that may be written while a clock that was set back catches up


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Days are both included, and are days in England. A page begins before the number ``before``."""

    first: date | None = None
    last: date | None = None
    kind: Kind | None = None
    who: str = ""
    organisation: str = ""
    before: int | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """The filters of an address. Raises BadQuestion for what cannot be read."""
        said = {name: " ".join(request.GET.get(name, "")[:150].split()) for name in
                ("from", "to", "kind", "who", "organisation", "before")}  # fmt: skip
        made = cls(
            first=_day(said["from"]),
            last=_day(said["to"]),
            kind=_kind(said["kind"]),
            who=said["who"],
            organisation=said["organisation"],
            before=_number(said["before"]),
        )
        if made.first and made.last and made.last < made.first:
            raise BadQuestion(
                f"The days run backwards, from {day(made.first)} to {day(made.last)}.", "Swap them."
            )
        return made

    def address(self, *, before: int | None = None) -> str:
        """The same filters as the end of an address, at another page."""
        parts = {
            "from": self.first and self.first.isoformat(),
            "to": self.last and self.last.isoformat(),
            "kind": self.kind and self.kind.value,
            "who": self.who,
            "organisation": self.organisation,
            "before": before,
        }
        kept = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def words(self) -> str:
        """The filters in words; empty without any."""
        parts = [
            self.kind.value if self.kind else "",
            f"of {self.who}" if self.who else "",
            f"of {self.organisation}" if self.organisation else "",
            f"from {day(self.first)}" if self.first else "",
            f"to {day(self.last)}" if self.last else "",
        ]
        return " ".join(part for part in parts if part)

    def of_person(self, name: str) -> QuerySet[Record]:
        """One person's own records, newest first."""
        return self._chosen(Record.objects.filter(who=name))

    def within(self, reach: Reach) -> QuerySet[Record]:
        """The records within a reach, newest first. Nothing outside it, whatever the filters say."""
        found = Record.objects.all()
        if not reach.everybody:
            found = _concerning(found, reach.organisations)
        if self.organisation:
            found = _concerning(found, (self.organisation,))
        return self._chosen(found.filter(who=self.who) if self.who else found)

    def _chosen(self, found: QuerySet[Record]) -> QuerySet[Record]:
        if self.first:
            found = _since(found, _begins(self.first))
        if self.last:
            found = _until(found, _begins(self.last + timedelta(days=1)))
        if self.kind:
            found = found.filter(kind=self.kind.value)
        if self.before is not None:
            found = found.filter(number__lt=self.before)
        return found.order_by("-number")


def _since(found: QuerySet[Record], moment_: str) -> QuerySet[Record]:
    """Records from a moment on. Numbers follow time, but for clocks that are set back: so the number is an
    early bound, by which the database finds the page quickly, and the moment decides.
    """
    next_one = Record.objects.filter(at__gte=moment_).order_by("at").values_list("number", flat=True).first()
    if next_one is None:
        return found.none()
    return found.filter(number__gte=next_one - _SET_BACK, at__gte=moment_)


def _until(found: QuerySet[Record], moment_: str) -> QuerySet[Record]:
    """Records before a moment, as ``_since``."""
    last = Record.objects.filter(at__lt=moment_).order_by("-at").values_list("number", flat=True).first()
    if last is None:
        return found.none()
    return found.filter(number__lte=last + _SET_BACK, at__lt=moment_)


def _concerning(found: QuerySet[Record], organisations: object) -> QuerySet[Record]:
    return found.filter(number__in=Concerned.objects.filter(organisation__in=organisations).values("number"))


def _begins(day_: date) -> str:
    """The first moment of a day in England, as records write moments."""
    return moment(datetime.combine(day_, time(), tzinfo=timezone.get_default_timezone()).astimezone(UTC))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadQuestion(f"“{text}” is no day.", "Write it like 2026-01-14.") from None


def _kind(text: str) -> Kind | None:
    if not text:
        return None
    try:
        return Kind(text)
    except ValueError:
        raise BadQuestion(f"“{text}” is no kind of event.", "Choose one of the list.") from None


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise BadQuestion(f"“{text}” is no number of a record.", "Go back to the newest records.")
    return int(text)
