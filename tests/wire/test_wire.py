"""JSON of every value: written, read back, and as its schema says."""

import importlib
import json
import pkgutil
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

import certrules
from certrules import wire
from certrules.model.decisions import Answer, Decision
from certrules.rules.importing import Outcome
from certrules.testing.values import values
from certrules.workflows.importing.reports import ImportReport

ELSEWHERE = {
    "badges.credential.BadgeRecipient",
    "badges.signing.TrustedKey",
    "badges.tokens.Token",
    "badges.verifying.Verification",
    "model.values.Only",
    "records.columns.FileLayout",
    "records.field_rules.Kind",
    "records.reader.RecordsFile",
    "repositories.composite.CompositeStore",
    "repositories.composite.Host",
    "repositories.memory_state.Indexed",
    "repositories.memory_state.MemoryState",
    "rules.tables.columns.Layout",
    "wire.forms.Form",
    "workflows.facts.Learned",
    "workflows.importing.planning.Plan",
    "workflows.importing.reports.Tally",
    "workflows.jobs.Job",
    "workflows.jobs.Progress",
    "workflows.platform.Acting",
    "workflows.platform.Platform",
}
"""The classes that hold functions, stores, keys or anything at all, and so have no form in JSON."""


def classes() -> dict[str, Any]:
    """Return every public class of values of the library, by module and name."""
    names = [each.name for each in pkgutil.walk_packages(certrules.__path__, "certrules.")]
    others = "certrules.django", "certrules.cli", "certrules.__main__"
    modules = [importlib.import_module(each) for each in names if not each.startswith(others)]
    return {
        f"{module.__name__}.{name}".removeprefix("certrules."): each
        for module in modules
        for name, each in vars(module).items()
        if isinstance(each, type)
        and each.__module__ == module.__name__
        and not name.startswith("_")
        and (attrs.has(each) or hasattr(each, "_fields"))
    }


KINDS = {"answer": Answer, "decision": Decision, **classes()}


def test_every_class_has_a_form_or_is_said_to_have_none() -> None:
    assert KINDS.keys() >= ELSEWHERE
    for name in ELSEWHERE:
        with pytest.raises(TypeError):
            wire.schema(KINDS[name])


@pytest.mark.law
@pytest.mark.parametrize("name", sorted(KINDS.keys() - ELSEWHERE))
def test_every_value_is_read_back_as_written_and_as_its_schema_says(name: str) -> None:
    kind = KINDS[name]
    validator = Draft202012Validator(wire.schema(kind))

    @settings(
        max_examples=settings().max_examples // 8,  # of each of ninety kinds
        suppress_health_check=[HealthCheck.filter_too_much],  # two awards in one value
    )
    @given(values(kind))
    def law(value: Any) -> None:
        text = wire.dumps(value, kind)
        assert wire.loads(text, kind) == value
        validator.validate(json.loads(text))

    Draft202012Validator.check_schema(wire.schema(kind))
    law()


def test_a_report_counts_the_outcomes_that_it_was_read_with() -> None:
    outcomes = {Outcome.ISSUED: 2, Outcome.REFUSED: 1}  # not a Counter, which knows of the rest
    fields = attrs.fields_dict(ImportReport)
    others = {name: () for name in fields if name not in ("outcomes", "imported")}
    report = ImportReport(outcomes=outcomes, **others)  # type: ignore[arg-type]
    assert (report.imported, report.rows) == (2, 3)
