"""Addresses of requests for NHS numbers. None holds a number or a pseudonym."""

from __future__ import annotations

from django.urls import path

from epact2.web.nhs_numbers.views import asking, checking, mine

urlpatterns = [
    path("nhs-numbers/", asking.start, name="nhs-numbers"),
    path("nhs-numbers/ask/<slug:name>", asking.step, name="nhs-numbers-step"),
    path("nhs-numbers/requests/", mine.index, name="nhs-numbers-requests"),
    path("nhs-numbers/requests/<uuid:id>", mine.one, name="nhs-numbers-request"),
    path("nhs-numbers/requests/<uuid:id>/sent", mine.sent, name="nhs-numbers-sent"),
    path("nhs-numbers/requests/<uuid:id>/withdraw", mine.withdraw, name="nhs-numbers-withdraw"),
    path("nhs-numbers/requests/<uuid:id>/list", mine.release, name="nhs-numbers-release"),
    path("nhs-numbers/check/", checking.queue, name="nhs-numbers-check"),
    path("nhs-numbers/check/<uuid:id>", checking.check, name="nhs-numbers-check-request"),
]
