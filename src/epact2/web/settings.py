"""Django's settings, from the environment by way of ``config``."""

from __future__ import annotations

from epact2.web import config, databases
from epact2.web.identity import django_settings as identity

CONFIG = config.from_environment()

SECRET_KEY = CONFIG.secret_key
SECRET_KEY_FALLBACKS = list(CONFIG.former_secret_keys)
DEBUG = CONFIG.debug
ALLOWED_HOSTS = list(CONFIG.hosts)
CSRF_TRUSTED_ORIGINS = list(CONFIG.trusted_origins)

ROOT_URLCONF = "epact2.web.urls"
WSGI_APPLICATION = "epact2.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "epact2.web.apps.WebConfig",
    *identity.APPS,
    "epact2.web.registration.apps.RegistrationConfig",
    "epact2.web.auditing.apps.AuditingConfig",
    "epact2.web.nhs_numbers.apps.NhsNumbersConfig",
]

# The security headers stand outermost, so that errors and static files carry them too.
MIDDLEWARE = [
    "epact2.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "epact2.web.middleware.LinksThatOpen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "epact2.web.identity.middleware.SignInLimits",
    "allauth.account.middleware.AccountMiddleware",
    "epact2.web.middleware.SignInRequired",
    "epact2.web.identity.middleware.SecondFactorRequired",
    "epact2.web.registration.middleware.AgreementRequired",
    "epact2.web.auditing.middleware.Audited",
    "epact2.web.middleware.PlainErrors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [config.REPOSITORY / "src" / "epact2" / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "epact2.web.jinja.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "epact2.web.context.page",
            ],
        },
    },
]

DATABASES = {"default": databases.accounts(CONFIG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["epact2.web.auth.Accounts"]
PASSWORD_HASHERS = identity.PASSWORD_HASHERS
AUTH_PASSWORD_VALIDATORS = identity.PASSWORD_VALIDATORS
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds; the link in a mail
CACHES = identity.CACHES
globals().update(identity.ALLAUTH)
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

# With HTTPS the names bind the cookies to this host alone, whole and encrypted.
SESSION_COOKIE_NAME = f"{config.cookie_prefix(CONFIG.https)}epact2-session"
# The longest that a sign-in may last; ``identity.middleware.SignInLimits`` ends idle ones sooner.
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CONFIG.https
CSRF_COOKIE_NAME = f"{config.cookie_prefix(CONFIG.https)}epact2-csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = CONFIG.https
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "epact2.web.views.errors.wrong_form_token"

# Behind a proxy that ends TLS. Without HTTPS (the demo on this machine) these must stay off.
SECURE_SSL_REDIRECT = CONFIG.https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by the proxy itself, on this machine
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.https else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if CONFIG.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# To be preloaded into browsers is for the owner of the whole domain to decide, and cannot be undone quickly.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# A demo sends nothing: its mails are shown at /demo/outbox.
EMAIL_BACKEND = (
    "epact2.web.registration.post.DemoOutbox"
    if CONFIG.demo
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = CONFIG.mail_host or "localhost", CONFIG.mail_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIG.mail_user, CONFIG.mail_password
EMAIL_USE_TLS = bool(CONFIG.mail_user)  # a password is never sent in the open
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = CONFIG.mail_from

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.static_root
STATICFILES_DIRS = [config.REPOSITORY / "src" / "epact2" / "web" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Plain names while developing and in tests, where files are served as they stand in the source.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if CONFIG.debug
        else "epact2.web.static_files.HashedStaticFiles",
    },
}
WHITENOISE_USE_FINDERS = CONFIG.debug
WHITENOISE_AUTOREFRESH = CONFIG.debug

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a question is a few kilobytes
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
