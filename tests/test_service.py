"""The service of the documentation, asked whatever its OpenAPI allows: it answers as that says."""

import re
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import openapi
from schemathesis.specs.openapi.checks import (
    positive_data_acceptance,
    response_schema_conformance,
)

from certrules import Facts, wire
from certrules.testing import strategies

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "embed-fastapi.md"
(CODE, *_) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
OPERATIONS = ["POST /expiry", "POST /status", "POST /renewal", "POST /import", "GET /report"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    names: dict[str, Any] = {"__name__": "service"}
    with chdir(tmp_path_factory.mktemp("service")):
        exec(CODE, names)  # noqa: S102 - what the page shows
        yield names
        names["store"].close()


def test_the_service_has_fewer_than_sixty_lines() -> None:
    assert len(CODE.splitlines()) < 60


def check(openapi: dict[str, Any], path: str, method: str, status: int, answer: object) -> None:
    """Check an answer against the schema that the OpenAPI has for it."""
    place = f"#/paths/{path.replace('/', '~1')}/{method}/responses/{status}/content"
    schema = {**openapi, "$ref": f"{place}/application~1json/schema"}
    Draft202012Validator(schema).validate(answer)


def test_every_endpoint_is_asked(service: dict[str, Any]) -> None:
    paths = service["app"].openapi()["paths"]
    found = [f"{method.upper()} {path}" for path in paths for method in paths[path]]
    assert sorted(found) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_service_answers_as_its_openapi_says(name: str, service: dict[str, Any]) -> None:
    """Two checks of Schemathesis are left out.

    No schema can say which zones there are, or that dates must be in order. And it changes schemas
    of tuples before it checks with them, to others that are none, so that is done here.
    """
    method, path = name.split()
    operation: Any = openapi.from_asgi("/openapi.json", service["app"])[path][method]

    @settings(max_examples=30, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call_and_validate(
            excluded_checks=[positive_data_acceptance, response_schema_conformance]
        )
        if response.status_code in (200, 422):
            declared = service["app"].openapi()
            check(declared, path, method.lower(), response.status_code, response.json())

    ask()


def test_good_files_and_facts_are_answered(service: dict[str, Any]) -> None:
    client, at = TestClient(service["app"]), {"at": "2026-07-01T00:00:00Z"}
    declared = service["app"].openapi()

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(strategies.csv_files(), strategies.facts())
    def ask(file: bytes, facts: Facts) -> None:
        form = {**at, "zone": "Europe/Rome"}
        imported = client.post("/import", files={"file": file}, data=form)
        renewed = client.post("/renewal", params=at, json=wire.unstructure(facts))
        assert (imported.status_code, renewed.status_code) == (200, 200)
        check(declared, "/import", "post", 200, imported.json())
        check(declared, "/renewal", "post", 200, renewed.json())

    ask()
