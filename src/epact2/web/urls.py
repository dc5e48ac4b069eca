"""Every address of the site."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from epact2.web.views import accounts, health, styleguide, to_come, words
from epact2.web.views.accounts import SignIn, SignOut

urlpatterns: list[URLPattern] = [
    path("", to_come.page, name="home"),
    path("organisations/", to_come.page, name="organisations"),
    path("organisations/<str:level>/<str:code>", to_come.page, name="organisation"),
    path("medicines/", to_come.page, name="medicines"),
    path("medicines/<str:code>", to_come.page, name="medicine"),
    path("comparators/", to_come.page, name="comparators"),
    path("comparators/<slug:name>", to_come.page, name="comparator"),
    path("explorer/", to_come.page, name="explorer"),
    path("releases/", to_come.page, name="releases"),
    path("search", to_come.page, name="search"),
    path("search/suggest", to_come.suggestions, name="suggest"),
    path("help/", words.help_page, name="help"),
    path("about", words.about, name="about"),
    path("accessibility", words.accessibility, name="accessibility"),
    path("cookies", words.cookies, name="cookies"),
    path("account", accounts.account, name="account"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("healthz", health.healthz, name="healthz"),
]

if settings.DEBUG or settings.CONFIG.demo:
    urlpatterns += [path("styleguide", styleguide.page, name="styleguide")]

handler400 = "epact2.web.views.errors.bad_request"
handler403 = "epact2.web.views.errors.forbidden"
handler404 = "epact2.web.views.errors.not_found"
handler500 = "epact2.web.views.errors.server_error"
