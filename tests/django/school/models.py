"""What a school has: people with one of two kinds of keys, and courses."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    id: Any = models.UUIDField(primary_key=True, default=uuid4)
    time_zone: Any = models.CharField(max_length=50, blank=True)

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"


class Teacher(AbstractUser):
    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"


class Course(models.Model):
    title: Any = models.CharField(max_length=100)
    slug: Any = models.SlugField()
