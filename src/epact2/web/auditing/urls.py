"""Addresses of the trail."""

from __future__ import annotations

from django.urls import path

from epact2.web.auditing import views

urlpatterns = [
    path("account/trail", views.own, name="own-trail"),
    path("account/trail.csv", views.own_file, name="own-trail-file"),
    path("audit/", views.others, name="trail"),
    path("audit.csv", views.others_file, name="trail-file"),
    path("audit/<int:number>", views.record, name="audit-record"),
]
