"""The app, for INSTALLED_APPS."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from certrules.django.hosts import host


class CertrulesConfig(AppConfig):
    """certrules in a Django project."""

    name: str = "certrules.django"
    label: str = "certrules"
    verbose_name: str = "Certifications"
    default_auto_field: str = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let ``manage.py check`` say what the settings lack."""
        checks.register(_check)


def _check(**_: Any) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    try:
        host()
    except ImproperlyConfigured as error:
        found.append(checks.Error(str(error), id="certrules.E001"))
    if not settings.USE_TZ:
        found.append(checks.Error("certrules needs USE_TZ = True", id="certrules.E002"))
    return found
