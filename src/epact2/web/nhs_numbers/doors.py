"""Ways into requests for NHS numbers from other pages, for those who may use them."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from epact2.access.nhs_numbers import State, may_ask, may_check, own_practices
from epact2.access.viewer import Viewer
from epact2.analysis.cohort import counts_patients
from epact2.comparators.definition import Comparator
from epact2.model.months import DispensingMonth
from epact2.model.organisations import PRACTICE, Organisation
from epact2.web.engine import Directory, viewer_of
from epact2.web.nhs_numbers.models import NumberRequest


def from_comparator(
    comparator: Comparator,
    viewer: Viewer,
    directory: Directory,
    organisation: Organisation,
    month: DispensingMonth,
) -> list[dict[str, object]]:
    """The next step on a comparator's page; none where the viewer may not ask, or it counts no patients."""
    if not (counts_patients(comparator) and may_ask(viewer)):
        return []
    own = own_practices(viewer, directory).practices
    if not own:
        return []
    known = {"comparator": comparator.key, "month": month.code}
    if organisation.level == PRACTICE and organisation.code in own:
        known["practice"] = organisation.code
    return [
        {
            "text": "Ask for NHS numbers",
            "href": f"{reverse('nhs-numbers')}?{urlencode(known)}",
            "note": "Of the patients of one practice, to review them",
        }
    ]


def on_account(request: HttpRequest) -> list[dict[str, str]]:
    """The links of the account page."""
    viewer = viewer_of(request)
    found = []
    if may_ask(viewer) or NumberRequest.objects.filter(applicant=request.user).exists():
        found.append({"text": "Your requests for NHS numbers", "href": reverse("nhs-numbers-requests")})
    if may_ask(viewer):
        found.append({"text": "Ask for NHS numbers", "href": reverse("nhs-numbers")})
    if may_check(viewer):
        waiting = NumberRequest.objects.filter(state=State.WAITING.value).count()
        words = f"Check requests for NHS numbers ({waiting} waiting)"
        found.append({"text": words, "href": reverse("nhs-numbers-check")})
    return found
