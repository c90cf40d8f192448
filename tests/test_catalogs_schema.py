"""Catalog files and their JSON Schema: what is read fits it, and what does not fit is refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from jsonschema import Draft202012Validator

from certrules import Notification, User, catalogs
from certrules.catalogs import Catalog
from certrules.errors import JsonError
from certrules.testing import strategies

ROOT = Path(__file__).parent.parent
VALID = Draft202012Validator(catalogs.schema())
NOTIFICATIONS = Draft202012Validator(catalogs.notifications_schema())
SHOWN = re.compile(r"^<!-- file: (\S+\.json) -->\n+```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown() -> dict[str, Any]:
    """Return the files of the documentation's pages, and the sample of the demo."""
    found = {"sample": (ROOT / "src/certrules/cli/sample/catalog.json").read_text("utf-8")}
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for name, text in SHOWN.findall(page.read_text("utf-8")):
            found[f"{page.stem} {name}"] = text
    return {name: json.loads(text) for name, text in found.items()}


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(catalogs.schema())
    Draft202012Validator.check_schema(catalogs.notifications_schema())


@pytest.mark.parametrize("name", shown())
def test_every_sample_fits(name: str) -> None:
    value = shown()[name]
    if set(value) <= set(catalogs.schema()["properties"]):
        VALID.validate(value)
    elif "notifications" in value:
        NOTIFICATIONS.validate(value)


def test_samples_of_both_were_found() -> None:
    assert sum("catalog" in name for name in shown()) > 1
    assert any("notifications" in each for each in shown().values())


@pytest.mark.law
@given(strategies.catalogs())
def test_a_catalog_is_read_back_as_written_and_fits(catalog: Catalog) -> None:
    data = catalogs.write(catalog)
    assert catalogs.read(data) == catalog
    VALID.validate(json.loads(data))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"people": []},
        {"users": [{"id": " 1", "username": "ada"}]},
        {"users": [{"id": 1, "username": "ada"}]},
        {"users": [{"id": "1"}]},
        {"certifications": [{"id": "1", "name": " "}]},
        {"certifications": [{"id": "1", "name": "a", "status": "open"}]},
        {"items": [{"kind": "course", "id": "1", "item": "2"}]},
    ],
)
def test_what_is_refused_does_not_fit(wrong: Any) -> None:
    assert list(VALID.iter_errors(wrong))
    with pytest.raises(JsonError):
        catalogs.read(json.dumps(wrong).encode())


def test_a_catalog_that_would_not_be_read_is_not_written() -> None:
    ada = User("1", "ada")
    for users in ((ada, ada), (evolve(ada, id=" 1"),), (evolve(ada, time_zone="Moon"),), ()):
        with pytest.raises(JsonError):
            catalogs.write(Catalog(users=users))


def test_notifications_have_a_schema_of_their_own() -> None:
    found = catalogs.read_notifications(b'{"notifications": [{"id": "n1", "kind": "issued"}]}')
    assert found == (Notification("n1", found[0].kind),)
    NOTIFICATIONS.validate({"notifications": [{"id": "n1", "kind": "issued"}]})
    assert list(NOTIFICATIONS.iter_errors({"notifications": [{"id": "n1", "kind": "gone"}]}))
