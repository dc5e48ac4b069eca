"""What an applicant can choose: comparators of patients, own practices, months."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.access import nhs_numbers as rules
from epact2.access.territory import Territory
from epact2.analysis.cohort import comparators_of_patients
from epact2.analysis.compare import months_for
from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparator_named, comparators
from epact2.errors import Epact2Error
from epact2.model import organisations
from epact2.model.months import DispensingMonth
from epact2.web.asking import Asking
from epact2.web.presenters.names import with_code


@dataclass(frozen=True, slots=True)
class Offered:
    """The choices of one applicant in one release."""

    asking: Asking
    own: Territory

    @classmethod
    def of(cls, asking: Asking) -> Offered:
        """For the viewer who asks."""
        return cls(asking, rules.own_practices(asking.viewer, asking.directory))

    def comparators(self) -> list[tuple[str, str]]:
        """Key and title of every comparator that counts patients."""
        return [(one.key, one.title) for one in comparators_of_patients(comparators())]

    def practices(self) -> list[tuple[str, str]]:
        """Code and name of every practice of the applicant's own, by name."""
        directory = self.asking.directory
        named = [(code, directory.organisation(code, organisations.PRACTICE)) for code in self.own.practices]
        return sorted(((code, with_code(one)) for code, one in named), key=lambda pair: pair[1].casefold())

    def months(self, comparator: Comparator, practice: str) -> list[tuple[str, str]]:
        """Code and name of every month in which the comparator has patients and the practice was the
        applicant's own, newest first.
        """
        directory = self.asking.directory
        try:
            loaded = months_for(comparator, directory)
        except Epact2Error:
            return []
        provisional = directory.provisional_months
        return [
            (month.code, f"{month.name}{' (provisional)' if month in provisional else ''}")
            for month in reversed(loaded)
            if not self._was_absent(practice, month)
        ]

    def _was_absent(self, practice: str, month: DispensingMonth) -> bool:
        return any(one.practice == practice and one.first <= month <= one.last for one in self.own.absences)


def named(key: str) -> Comparator:
    """A comparator by its key. Raises UnknownComparator."""
    return comparator_named(key)
