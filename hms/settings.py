"""All configuration, read from the environment. The only settings file.

No secret has a default. What the environment may hold is listed in docs/operate.md.
"""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlparse

import environ
from kombu import Exchange, Queue

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env("HMS_STATE_DIR", default=str(ROOT / "var")))

SECRET_KEY = env("SECRET_KEY")
# Earlier keys, while what they signed and sealed is still in use.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
# The demo shows the mails that were sent and one-click sign-ins; never set it where real people are.
DEMO = env.bool("HMS_DEMO", default=False)
PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlparse(PUBLIC_URL).hostname])
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "hms.core",
    "hms.tenancy",
    "hms.audit",
    "hms.accounts",
    "hms.organisations",
    "hms.files",
    "hms.notifications",
    "hms.reports",
    "hms.assignments",
    "hms.actions",
    "hms.operations",
    "deviations",
    "routines",
    "training",
    "dashboard",
    "django_htmx",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hms.core.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hms.core.middleware.RefuseHugeBodiesMiddleware",
    "hms.core.middleware.RejectNulBytesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # Innermost: it owns the transaction and renders inside it (design.md section 2).
    "hms.organisations.middleware.OrganisationMiddleware",
    "hms.core.middleware.LanguageMiddleware",
    "hms.core.middleware.ExplainRefusedMethodMiddleware",
]

ROOT_URLCONF = "hms.urls"
WSGI_APPLICATION = "hms.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hms.core.context.page",
                "hms.navigation.navigation",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "hms.core.templatetags.ui",
            ],
        },
    }
]
FORM_RENDERER = "hms.core.forms.FormRenderer"

# --- database: PostgreSQL only, through the tenancy backend that secures every tenant table ---
DATABASES = {"default": env.db_url("DATABASE_URL", engine="hms.tenancy.backend")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = "template0"
APP_ROLE = env("HMS_APP_ROLE", default="hms_app")
# What it becomes for the few statements of a sweep over several organisations (docker/roles.sql).
SWEEP_ROLE = env("HMS_SWEEP_ROLE", default="hms_sweep")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- broker, cache, sessions ---
REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "hms",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hms.core.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Every queue, and the seconds a task in it may take: first it is asked to end, then its process is ended.
QUEUE_TIME_LIMITS = {"mail": (450, 480), "sweep": (540, 600), "reports": (540, 600), "default": (540, 600)}
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUE_TIME_LIMITS]
CELERY_TASK_DEFAULT_QUEUE = "default"
# A misspelt queue is an error at once, not a place where tasks lie for ever.
CELERY_TASK_CREATE_MISSING_QUEUES = False
# Longer than the longest task; and look for unacknowledged tasks every 10 s instead of every 100.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 10,
    # A broker that is down must cost a request milliseconds, not seconds: what is not sent now is swept.
    "max_retries": 0,
    "interval_start": 0,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {
    "hms.organisations.tasks.send_invitation": {"queue": "mail"},
    "hms.notifications.tasks.*": {"queue": "mail"},
    "hms.assignments.tasks.*": {"queue": "sweep"},
    "deviations.tasks.sweep_news": {"queue": "sweep"},
    "routines.tasks.*": {"queue": "sweep"},
    "training.tasks.*": {"queue": "sweep"},
    "hms.reports.tasks.*": {"queue": "reports"},
}
# One that still waits when the next one comes has nothing to add: it expires.
CELERY_BEAT_SCHEDULE = {
    "remove-old-imports": {
        "task": "hms.organisations.tasks.remove_old_imports",
        "schedule": timedelta(hours=6),
        "options": {"expires": 6 * 60 * 60},
    },
    "deliver-missed-messages": {
        "task": "hms.notifications.tasks.sweep_outboxes",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "sweep-assignments": {
        "task": "hms.assignments.tasks.sweep_assignments",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 15 * 60},
    },
    "sweep-summaries": {
        "task": "hms.assignments.tasks.sweep_summaries",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 15 * 60},
    },
    "sweep-view-news": {
        "task": "deviations.tasks.sweep_news",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 15 * 60},
    },
    "sweep-routines": {
        "task": "routines.tasks.sweep_routines",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 5 * 60},
    },
    "sweep-trainings": {
        "task": "training.tasks.sweep_trainings",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 15 * 60},
    },
    "tend-addresses": {
        "task": "hms.notifications.tasks.tend_addresses",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 15 * 60},
    },
    "sweep-reports": {
        "task": "hms.reports.tasks.sweep_reports",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "remove-old-failures": {
        "task": "hms.operations.tasks.remove_old_failures",
        "schedule": timedelta(hours=24),
        "options": {"expires": 24 * 60 * 60},
    },
}
# A tick through every queue shows that somebody works there, and how long things wait.
CELERY_BEAT_SCHEDULE |= {
    f"tick-{queue}": {
        "task": "hms.operations.tasks.tick",
        "args": [queue],
        "schedule": timedelta(minutes=1),
        "options": {"queue": queue, "expires": 60},
    }
    for queue in QUEUE_TIME_LIMITS
}

# --- people ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "hms.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "hms.accounts.forms.LoginForm",
    "request_login_code": "hms.accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "hms.accounts.forms.ConfirmLoginCodeForm",
    "reset_password": "hms.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "hms.accounts.forms.ResetPasswordKeyForm",
    "change_password": "hms.accounts.forms.ChangePasswordForm",
    "set_password": "hms.accounts.forms.SetPasswordForm",
    "add_email": "hms.accounts.forms.AddEmailForm",
    "reauthenticate": "hms.accounts.forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "hms.accounts.forms.AuthenticateForm",
    "reauthenticate": "hms.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "hms.accounts.forms.ActivateTOTPForm",
    "deactivate_totp": "hms.accounts.forms.DeactivateTOTPForm",
    "generate_recovery_codes": "hms.accounts.forms.GenerateRecoveryCodesForm",
    "add_webauthn": "hms.accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "hms.accounts.forms.EditWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "HMS"
# WebAuthn demands https, except on the local machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False

# --- language and time ---
LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = "hms.core.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"

# --- static files and attachments ---
ASSETS_DIR = Path(env("HMS_ASSETS_DIR", default=str(ROOT / "var" / "assets")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("HMS_STATIC_DIR", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [ROOT / "static", *([ASSETS_DIR] if ASSETS_DIR.exists() else [])]
FILES_DIR = STATE_DIR / "files"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": FILES_DIR,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "hms.core.static.LeanStorage"
    },
}
if env("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT_URL", default="") or None,
            "access_key": env("S3_ACCESS_KEY"),
            "secret_key": env("S3_SECRET_KEY"),
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
MAX_REQUEST_BYTES = 220 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- e-mail ---
vars().update(env.email("EMAIL_URL", default="consolemail://"))
if DEMO:
    # Nothing leaves the machine: /demo/epost/ shows what was sent.
    EMAIL_BACKEND = "hms.notifications.demo_mail.FolderBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"HMS <hms@{urlparse(PUBLIC_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where reports about mail that did not arrive are sent, and the mailbox they are read from.
BOUNCE_ADDRESS = env("BOUNCE_ADDRESS", default="")
BOUNCE_IMAP_URL = env("BOUNCE_IMAP_URL", default="")
if BOUNCE_IMAP_URL:
    CELERY_BEAT_SCHEDULE["read-bounces"] = {
        "task": "hms.notifications.tasks.read_bounces",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 5 * 60},
    }

# --- push: who sends, for the push services of the browsers' makers ---
VAPID_PRIVATE_KEY = env("VAPID_PRIVATE_KEY", default="")
PUSH_CONTACT = env("PUSH_CONTACT", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
# More push services than those of hms/notifications/webpush.py; one that begins with a dot takes what is below it.
PUSH_HOSTS = env.list("PUSH_HOSTS", default=[])

# --- security ---
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Rate limits count people, not the proxy they all come through.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- logs: never personal data; ids only ---
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"no_error_texts": {"()": "hms.core.logs.NoErrorTexts"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_error_texts"]},
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    # 4xx answers are people's everyday mistakes and would fill the log with addresses they typed.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "ERROR"},
        # They tell of every step and every font.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # It writes phone numbers and texts; what came of a message stands in the outbox.
        "apprise": {"level": 100},
        # At DEBUG, every address that is called; some gateways carry the text in it.
        "urllib3": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]

# --- monitoring ---
# What the operations page calls this version; the image's tag.
VERSION = env("HMS_VERSION", default="")
# Whoever shows it in `Authorization: Bearer …` gets the details of /healthz; nobody does when it is empty.
HEALTH_TOKEN = env("HEALTH_TOKEN", default="")

SENTRY_DSN = env("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    def without_calls(crumb: dict[str, object], _hint: object) -> dict[str, object] | None:
        """Leave out the addresses that we call: a push endpoint is somebody's device, a gateway's may hold the text."""
        return None if crumb.get("category") == "httplib" else crumb

    sentry_sdk.init(
        dsn=SENTRY_DSN, send_default_pii=False, max_request_body_size="never", before_breadcrumb=without_calls
    )

# Each web process serves its own numbers on one of these ports, reachable only inside the network ("9101-9109").
METRICS_PORTS = env("METRICS_PORTS", default="")
if METRICS_PORTS:
    first, _, last = METRICS_PORTS.partition("-")
    PROMETHEUS_METRICS_EXPORT_PORT_RANGE = range(int(first), int(last or first) + 1)
    INSTALLED_APPS.append("django_prometheus")
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
