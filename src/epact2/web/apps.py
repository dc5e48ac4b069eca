"""The Django application of the pages."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, accounts' profiles and static files."""

    name = "epact2.web"
    label = "web"
    verbose_name = "epact2"
