"""Figures of patients that are published once and for everybody: see docs/explanation/disclosure.md."""

from __future__ import annotations

from epact2.errors import Epact2Error


class NotPublished(Epact2Error):
    """A question about patients of other organisations for which no figures are published."""
