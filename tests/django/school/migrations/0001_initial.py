from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import UserManager
from django.db import migrations, models


def user(name: str, *fields: tuple[str, Any]) -> migrations.CreateModel:
    names: list[Any] = [
        (each, models.CharField(max_length=150, blank=True)) for each in ("first_name", "last_name")
    ]
    groups: dict[str, Any] = {
        "blank": True,
        "related_name": "user_set",
        "related_query_name": "user",
    }
    return migrations.CreateModel(
        name,
        [
            *fields,
            ("username", models.CharField(max_length=150, unique=True)),
            ("password", models.CharField(max_length=128)),
            *names,
            ("email", models.EmailField(max_length=254, blank=True)),
            ("last_login", models.DateTimeField(null=True)),
            ("date_joined", models.DateTimeField()),
            *(
                (f"is_{each}", models.BooleanField(default=False))
                for each in ("superuser", "staff")
            ),
            ("is_active", models.BooleanField(default=True)),
            ("groups", models.ManyToManyField("auth.group", **groups)),
            ("user_permissions", models.ManyToManyField("auth.permission", **groups)),
        ],
        {"swappable": "AUTH_USER_MODEL"},
        managers=[("objects", UserManager())],
    )


class Migration(migrations.Migration):
    initial: ClassVar[bool] = True
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("auth", "0012_alter_user_first_name_max_length")
    ]
    operations: ClassVar[list[Any]] = [
        user(
            "Person",
            ("id", models.UUIDField(primary_key=True, default=uuid4)),
            ("time_zone", models.CharField(max_length=50, blank=True)),
        ),
        user("Teacher", ("id", models.BigAutoField(primary_key=True))),
        migrations.CreateModel(
            "Course",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.CharField(max_length=100)),
                ("slug", models.SlugField()),
            ],
        ),
    ]
