"""The app, for INSTALLED_APPS."""

from django.apps import AppConfig


class CertrulesConfig(AppConfig):
    """certrules in a Django project."""

    name: str = "certrules.django"
    label: str = "certrules"
    verbose_name: str = "Certifications"
    default_auto_field: str = "django.db.models.BigAutoField"
