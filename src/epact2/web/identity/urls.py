"""The addresses of sign-in. allauth looks for ``mfa_authenticate`` and ``openid_connect_callback``."""

from __future__ import annotations

from django.urls import URLPattern, path

from epact2.web.identity.views import elsewhere, password, security, sign_in, step_up, tokens

urlpatterns: list[URLPattern] = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/second-factor", sign_in.second_factor, name="mfa_authenticate"),
    path("sign-in/second-factor/set-up", security.set_up, name="set-up-second-factor"),
    path("sign-in/with/<slug:provider_id>", elsewhere.start, name="sign-in-with"),
    path("sign-in/with/<slug:provider_id>/back", elsewhere.come_back, name="openid_connect_callback"),
    path("sign-in/with/<slug:provider_id>/signed-out", elsewhere.signed_out, name="signed-out-elsewhere"),
    path("sign-in/with/<slug:provider_id>/confirm", elsewhere.confirm, name="confirm-with"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("step-up", step_up.page, name="step-up"),
    path("forgotten-password", password.forgotten, name="forgotten-password"),
    path("new-password/<uidb64>/<token>", password.new_password, name="new-password"),
    path("account/security", security.overview, name="security"),
    path("account/security/password", password.change, name="change-password"),
    path("account/security/authenticator", security.authenticator, name="authenticator"),
    path("account/security/passkey", security.passkey, name="passkey"),
    path("account/security/factors/<int:number>/remove", security.remove_factor, name="remove-factor"),
    path("account/security/recovery-codes", security.recovery_codes, name="recovery-codes"),
    path("account/security/link/<slug:provider_id>", elsewhere.link, name="link-identity"),
    path("account/security/unlink/<slug:provider_id>", security.unlink, name="unlink-identity"),
    path("account/security/sign-ins", security.where, name="sign-ins"),
    path("account/security/tokens", tokens.listed, name="tokens"),
    path("account/security/tokens/make", tokens.make, name="make-token"),
    path("account/security/tokens/<int:number>/end", tokens.end, name="end-token"),
]
