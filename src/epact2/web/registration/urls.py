"""The addresses of registration, authorisation, accounts and their administration."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from epact2.web.registration.views import (
    account,
    administration,
    administration_more,
    authorise,
    confirm,
    emergency,
    outbox,
    register,
)

urlpatterns: list[URLPattern] = [
    path("register/", register.start, name="register"),
    path("register/suggest", register.suggest, name="register-suggest"),
    path("register/sent", register.done, name="register-done"),
    path("register/confirm/<str:token>", confirm.applicant, name="register-confirm"),
    path("register/<slug:name>", register.step, name="register-step"),
    path("account", account.account, name="account"),
    path("account/access/<int:pk>/withdraw", account.withdraw, name="withdraw-grant"),
    path("account/access/<int:pk>/confirm", account.renew, name="renew-grant"),
    path("account/requests/<uuid:row_id>/withdraw", account.withdraw_request, name="withdraw-request"),
    path("agreement", account.agreement, name="agreement"),
    path("authorise/", authorise.index, name="authorise"),
    path("authorise/confirm/<str:token>", confirm.authoriser, name="authoriser-confirm"),
    path("authorise/access/<int:pk>/withdraw", authorise.withdraw, name="authorise-withdraw"),
    path("authorise/<uuid:row_id>", authorise.one, name="authorise-request"),
    path("break-glass", emergency.page, name="break-glass"),
    path("break-glass/<int:pk>/answer", emergency.decide, name="break-glass-answer"),
    path("break-glass/<int:pk>/review", emergency.review, name="break-glass-review"),
    path("administration/", administration.overview, name="administration"),
    path("administration/people", administration.people, name="administration-people"),
    path("administration/people/<int:pk>", administration.person, name="administration-person"),
    path(
        "administration/people/<int:pk>/sign-ins", administration.end_sign_ins,
        name="administration-sign-ins",
    ),
    path("administration/people/<int:pk>/close", administration.close, name="administration-close"),
    path(
        "administration/people/<int:pk>/administrator", administration.administrator,
        name="administration-right",
    ),
    path("administration/grants", administration.held, name="administration-grants"),
    path("administration/grants/<int:pk>/withdraw", administration.withdraw, name="administration-withdraw"),
    path("administration/authorisers", administration_more.roles, name="administration-authorisers"),
    path(
        "administration/authorisers/<int:pk>/end", administration_more.dismiss,
        name="administration-dismiss",
    ),
    path(
        "administration/authorisers/<int:pk>/send", administration_more.send_again,
        name="administration-send",
    ),
    path("administration/agreement", administration_more.versions, name="administration-agreement"),
    path(
        "administration/agreement/<int:number>/publish", administration_more.publish,
        name="administration-publish",
    ),
]  # fmt: skip

if settings.CONFIG.demo:
    urlpatterns += [
        path("demo/outbox", outbox.index, name="demo-outbox"),
        path("demo/outbox/<int:pk>", outbox.one, name="demo-letter"),
    ]
