"""The part of Django's settings that signing in needs; ``web.settings`` takes it over."""

from __future__ import annotations

from typing import Any

APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "epact2.web.identity.apps.IdentityConfig",
]

PASSWORD_HASHERS = [
    "epact2.web.identity.passwords.Argon2id",
    # Only to read what was kept before; a right password is kept anew with the first.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_VALIDATORS = [
    {"NAME": "epact2.web.identity.passwords.LengthValidator"},
    {"NAME": "epact2.web.identity.passwords.GuessableValidator"},
]

# django-allauth. Its own pages are not served; tries are slowed down by ``identity.throttle``.
ALLAUTH: dict[str, Any] = {
    "ACCOUNT_ADAPTER": "epact2.web.identity.adapters.AccountAdapter",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_RATE_LIMITS": False,
    "ACCOUNT_REAUTHENTICATION_REQUIRED": False,
    "ACCOUNT_LOGIN_TIMEOUT": 600,  # seconds between the password and the second factor
    "MFA_ADAPTER": "epact2.web.identity.adapters.MfaAdapter",
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_REAUTHENTICATION_REQUIRED": False,
    "MFA_RATE_LIMITS": False,
    "MFA_TOTP_TOLERANCE": 1,
    "MFA_RECOVERY_CODE_COUNT": 10,
    "MFA_RECOVERY_CODE_DIGITS": 10,
    "MFA_WEBAUTHN_USER_VERIFICATION": "preferred",
    "SOCIALACCOUNT_ADAPTER": "epact2.web.identity.adapters.SocialAdapter",
    "SOCIALACCOUNT_AUTO_SIGNUP": True,
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"provider_class": "epact2.web.identity.oidc.Provider"}},
}

# What a wrong try leaves behind for all workers: a code that was used, a token's number that was seen.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        # Django keeps 300 and then drops a third, whatever it is: on a busy morning a used code would be new.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
