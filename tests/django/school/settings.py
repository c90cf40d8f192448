"""Settings of a project: a database for each kind that there is, and one more."""

import os
from pathlib import Path
from tempfile import gettempdir

from sqlalchemy import make_url

SECRET_KEY = "of a test"  # noqa: S105
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
ROOT_URLCONF = "tests.django.school.urls"
ALLOWED_HOSTS = ["*"]
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "certrules.django",
    "tests.django.school",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = os.environ.get("SCHOOL_USER", "school.Person")

_FOLDER = Path(os.environ.get("SCHOOL_FOLDER", gettempdir()))
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")


def _file(name: str, **options: object) -> dict[str, object]:
    file = str(_FOLDER / f"{name}.db")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {"timeout": 2},
        "TEST": {"NAME": file},
        **options,
    }


def _server(variable: str, engine: str) -> dict[str, object]:
    url = make_url(os.environ[variable])
    return {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": url.database,
        "USER": url.username,
        "PASSWORD": url.password or "",
        "HOST": url.host or url.query.get("host") or url.query.get("unix_socket"),
        "PORT": str(url.port or ""),
        "TEST": {"NAME": f"certrules_django_{_WORKER}"},
    }


DATABASES = {"default": _file("school"), "other": _file("other", TIME_ZONE="Asia/Tokyo")}
if "CERTRULES_TEST_POSTGRESQL" in os.environ:
    DATABASES["postgresql"] = _server("CERTRULES_TEST_POSTGRESQL", "postgresql")
if "CERTRULES_TEST_MARIADB" in os.environ:
    import pymysql  # type: ignore[import-untyped]

    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()
    DATABASES["mariadb"] = {
        **_server("CERTRULES_TEST_MARIADB", "mysql"),
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"NAME": f"certrules_django_{_WORKER}", "CHARSET": "utf8mb4"},
    }
CERTRULES_HOST = "tests.django.school.certifications.School"
