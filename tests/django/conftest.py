"""A Django project in this process, with an empty database on each kind of server."""

import os
import time
from collections.abc import Iterator
from shutil import rmtree
from tempfile import mkdtemp

import pytest

FOLDER = mkdtemp(prefix="certrules-school-")

with pytest.MonkeyPatch.context() as patch:  # Django would let the whole process have its zone
    patch.setenv("TZ", os.environ.get("TZ", "UTC"))
    patch.setenv("SCHOOL_FOLDER", FOLDER)
    patch.setenv("DJANGO_SETTINGS_MODULE", "tests.django.school.settings")
    import django

    django.setup()
time.tzset()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connections, transaction  # noqa: E402

from certrules.django import DjangoStore  # noqa: E402
from certrules.repositories.sql import metadata  # noqa: E402
from tests.django.school.certifications import School  # noqa: E402
from tests.django.school.models import Course  # noqa: E402

pytest.register_assert_rewrite(
    "certrules.testing.contract", "certrules.testing.learning", "certrules.testing.optional"
)

ALIASES = list(settings.DATABASES)
KINDS = [alias for alias in ALIASES if alias != "other"]


@pytest.fixture(scope="session")
def databases() -> Iterator[None]:
    """The databases of the project, with the tables that its migrations make."""
    for alias in ALIASES:
        connections[alias].creation.create_test_db(verbosity=0, autoclobber=True)
    yield
    for alias in ALIASES:
        connections[alias].creation.destroy_test_db(connections[alias].settings_dict["NAME"], 0)
    rmtree(FOLDER)


@pytest.fixture
def _emptied(databases: None) -> Iterator[None]:
    yield
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            for table in reversed(metadata.sorted_tables):
                if table.name != "certrules_schema":
                    cursor.execute(f"DELETE FROM {table.name}")  # noqa: S608


@pytest.fixture(params=KINDS)
def using(request: pytest.FixtureRequest, _emptied: None) -> str:
    """The alias of an empty database on each kind of server."""
    alias: str = request.param
    return alias


@pytest.fixture
def store(using: str) -> DjangoStore:
    """A store with nothing in it, outside transactions of the project."""
    return DjangoStore(using)


@pytest.fixture
def inside(using: str) -> Iterator[DjangoStore]:
    """A store with nothing in it, inside a transaction of the project that is never kept."""
    with transaction.atomic(using):
        yield DjangoStore(using)
        transaction.set_rollback(True, using)


@pytest.fixture
def mapped(using: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The alias of a database in which are the users and courses of the school, too."""
    people, courses = get_user_model()._default_manager.all(), Course._default_manager.all()
    monkeypatch.setattr(School, "using", using)
    monkeypatch.setattr(School, "users", lambda _: people.using(using))
    monkeypatch.setattr(School, "courses", lambda _: courses.using(using))
    for rows in (people, courses):
        rows.using(using).delete()
    yield using
    for rows in (people, courses):
        rows.using(using).delete()


@pytest.fixture
def school(using: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[School]]:
    """The host that the settings name, which keeps its users in an empty store of each kind."""
    monkeypatch.setattr(School, "using", using)
    monkeypatch.setattr(School, "users", lambda _: None)
    monkeypatch.setattr(School, "courses", lambda _: None)
    monkeypatch.setattr(School, "delivered", [])
    yield School
    Course._default_manager.using(using).all().delete()
