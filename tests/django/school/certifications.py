"""What certrules knows of the school."""

from typing import Any, ClassVar

from attrs import evolve
from django.db.models import QuerySet

from certrules import Item, ItemKind, User
from certrules.django import Host
from certrules.model.notices import Event, Notice
from tests.django.school.models import Course


class School(Host):
    """Delivers by writing a course of the entry's kind, until it fails."""

    zone = "Europe/Rome"
    delivered: ClassVar[list[int]] = []
    failing_at: ClassVar[int | None] = None

    def user(self, row: Any) -> User:
        return evolve(super().user(row), time_zone=getattr(row, "time_zone", None) or None)

    def courses(self) -> QuerySet[Any]:
        return Course._default_manager.all()

    def course(self, row: Any) -> Item:
        return Item(ItemKind.COURSE, str(row.pk), row.slug, row.title)

    def deliver(self, position: int, entry: Event | Notice) -> None:
        self.delivered.append(position)
        Course._default_manager.using(self.using).create(title=str(entry.kind), slug=str(position))
        if position == self.failing_at:
            raise ConnectionError("no mail today")
