"""JSON of every value: written, read back, and as its schema says."""

import importlib
import json
import pkgutil
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from certrules import model, wire
from certrules.model.decisions import Answer, Decision
from certrules.rules.reporting import LearnerAward, ReportRow
from certrules.testing.values import values


def kinds() -> list[Any]:
    """Return every class of attrs that a module of the model makes public, and what comes out."""
    found: list[Any] = []
    for module in pkgutil.iter_modules(model.__path__, f"{model.__name__}."):
        found += vars(importlib.import_module(module.name)).values()
    classes = {each for each in found if isinstance(each, type) and attrs.has(each)}
    public = sorted(
        (e for e in classes if not e.__name__.startswith("_")), key=lambda e: e.__name__
    )
    return [Answer, Decision, LearnerAward, ReportRow, *public]


@pytest.mark.law
@pytest.mark.parametrize(
    "kind", kinds(), ids=lambda kind: getattr(kind, "__name__", str(kind)[:60])
)
def test_every_value_is_read_back_as_written_and_as_its_schema_says(kind: Any) -> None:
    validator = Draft202012Validator(wire.schema(kind))

    @settings(max_examples=settings().max_examples // 4)  # of each of seventy kinds
    @given(values(kind))
    def law(value: Any) -> None:
        text = wire.dumps(value, kind)
        assert wire.loads(text, kind) == value
        validator.validate(json.loads(text))

    Draft202012Validator.check_schema(wire.schema(kind))
    law()
