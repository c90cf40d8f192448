"""``manage.py certrules_deliver``: notices that are due, and what is left in the outbox."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certrules.cli.output import counted
from certrules.django import deliver, host, system
from certrules.errors import CertrulesError
from certrules.workflows import notifying, outbox


class Command(BaseCommand):
    """To be run from time to time, such as each minute."""

    help: str = "Creates the notices that are due by now, and delivers what is in the outbox."

    def handle(self, **_: Any) -> None:
        """Plan, deliver, and say how much it was."""
        try:
            acting, now = system(), timezone.now()
            created = notifying.due(acting, host().notifications, at=now)
            deliver()
            pending, late = outbox.count(acting, at=now)
        except CertrulesError as error:
            raise CommandError(str(error)) from error
        left = counted(pending, "entry", "entries")
        self.stdout.write(f"{counted(created, 'notice')} created; {left} left, {late} late")
