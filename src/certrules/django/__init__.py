"""certrules in a Django project: its tables, store, admin and commands. (The ``django`` extra.)"""

from certrules.django.hosts import Host, deliver, host, platform, system
from certrules.django.store import DjangoStore

__all__ = ["DjangoStore", "Host", "deliver", "host", "platform", "system"]
