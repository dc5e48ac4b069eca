"""Every address of the site."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from epact2.web.auditing import urls as auditing
from epact2.web.identity import urls as identity
from epact2.web.nhs_numbers import urls as nhs_numbers
from epact2.web.registration.urls import urlpatterns as registration_urls
from epact2.web.views import (
    api,
    comparator_list,
    comparators,
    data,
    downloads,
    explorer,
    health,
    home,
    items,
    medicines,
    organisations,
    patients,
    search,
    sight,
    styleguide,
    words,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("organisations/", organisations.browse, name="organisations"),
    path("organisations/<str:level>/<str:code>", organisations.organisation, name="organisation"),
    path("medicines/", medicines.index, name="medicines"),
    path("medicines/<str:code>", medicines.page, name="medicine"),
    path("comparators/", comparator_list.index, name="comparators"),
    path("comparators/<slug:name>", comparators.page, name="comparator"),
    path("explorer/", explorer.page, name="explorer"),
    path("explorer.csv", downloads.csv, name="explorer-csv"),
    path("explorer.xlsx", downloads.xlsx, name="explorer-xlsx"),
    path("explorer.json", downloads.json_file, name="explorer-json"),
    path("table.csv", downloads.csv, {"of_page": True}, name="table-csv"),
    path("table.xlsx", downloads.xlsx, {"of_page": True}, name="table-xlsx"),
    path("table.json", downloads.json_file, {"of_page": True}, name="table-json"),
    path("items", items.page, name="items"),
    path("items.csv", items.download, name="items-csv"),
    path("patient", patients.page, name="patient"),
    path("patient.csv", patients.download, name="patient-csv"),
    path("api/v1/query", api.query, name="api-query"),
    path("api/v1/list", api.listing, name="api-list"),
    path("api/<path:rest>", api.nothing_here, name="api-nothing"),
    path("data/", data.releases, name="releases"),
    path("dictionary", data.dictionary, name="dictionary"),
    path("search", search.results, name="search"),
    path("search/suggest", search.suggest, name="suggest"),
    path("help/", words.help_page, name="help"),
    path("help/age", words.ages, name="ages"),
    path("about", words.about, name="about"),
    path("accessibility", words.accessibility, name="accessibility"),
    path("cookies", words.cookies, name="cookies"),
    *identity.urlpatterns,
    path("account/sight", sight.page, name="sight"),
    path("healthz", health.healthz, name="healthz"),
    *registration_urls,
]

urlpatterns += auditing.urlpatterns
urlpatterns += nhs_numbers.urlpatterns

if settings.DEBUG or settings.CONFIG.demo:
    urlpatterns += [path("styleguide", styleguide.page, name="styleguide")]

handler400 = "epact2.web.views.errors.bad_request"
handler403 = "epact2.web.views.errors.forbidden"
handler404 = "epact2.web.views.errors.not_found"
handler500 = "epact2.web.views.errors.server_error"
