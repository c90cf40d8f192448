"""certrules in a Django project: its tables, store, admin and commands. (The ``django`` extra.)"""

from certrules.django.store import DjangoStore

__all__ = ["DjangoStore"]
