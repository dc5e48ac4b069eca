"""The Django application of requests for NHS numbers."""

from __future__ import annotations

from django.apps import AppConfig


class NhsNumbersConfig(AppConfig):
    """Requests, their steps and pages, and the encrypted numbers."""

    name = "epact2.web.nhs_numbers"
    label = "nhs_numbers"
    verbose_name = "NHS-number requests"
