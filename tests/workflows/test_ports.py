"""A store has the parts that a workflow asks, by its type: no more, and no less."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
from importlib import import_module
from io import BytesIO
from pkgutil import walk_packages
from typing import Any

import pytest

import certrules.workflows
from certrules import DOCEBO, Award, User
from certrules.errors import StoreError
from certrules.model.awards import Status
from certrules.model.learning import ExternalTraining
from certrules.model.notices import Event, EventKind
from certrules.model.people import Action, Role
from certrules.repositories.memory import MemoryStore, MemoryTransaction
from certrules.rules import tables
from certrules.rules.awarding import Targets
from certrules.rules.reporting import Report
from certrules.rules.tables import Table
from certrules.workflows import awarding, exporting, manual_awards, outbox, reporting
from certrules.workflows.effects import decide_and_apply
from certrules.workflows.exporting import ExportFormat
from certrules.workflows.platform import SYSTEM, Acting, Platform
from docs.generate.ports import PARTS, named
from docs.generate.ports import functions as functions_of
from tests.workflows.conftest import T0, day, furnish

OPEN = "transaction", "view"
"""What an open transaction is called in the code."""


def functions() -> Iterator[Callable[..., Any]]:
    """Every public function of the workflows that is given who acts, or a transaction."""
    for each in walk_packages(certrules.workflows.__path__, "certrules.workflows."):
        module = import_module(each.name)
        for _, function in functions_of(module):
            given = {"acting", *OPEN} & {*inspect.signature(function).parameters}
            if given and function.__module__ == each.name:
                yield function


def asked(thing: Any, seen: set[Any]) -> set[str]:
    """Return the parts that the code of a function or class asks, or whatever it calls."""
    of_code = inspect.isfunction(thing) or inspect.isclass(thing)
    if not of_code or not thing.__module__.startswith("certrules.workflows") or thing in seen:
        return set()
    seen.add(thing)
    known = {**vars(sys.modules[thing.__module__]), "acting": Acting, "Acting": None}
    parts = set()
    tree = ast.parse(f"class _:\n    ...\n{inspect.getsource(thing)}")  # a method is indented
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name(id=of) | ast.Attribute(attr=of), attr) if (
                of in OPEN and attr in PARTS
            ):
                parts.add(attr)
            case ast.Attribute(ast.Name(id=of), attr):
                parts |= asked(getattr(known.get(of), attr, None), seen)
            case ast.Name(id=name) if name != "acting":
                parts |= asked(known.get(name), seen)
    return parts


def test_the_type_of_a_workflow_names_just_the_parts_that_its_code_asks() -> None:
    found = [each for each in functions() if each is not decide_and_apply]  # which takes any
    assert len(found) > 50
    types = {f"{each.__module__}.{each.__name__}": named(each) for each in found}
    code = {name: asked(each, set()) for name, each in zip(types, found, strict=True)}
    assert types == {name: [part for part in PARTS if part in code[name]] for name in types}


class Few:
    """A host's transaction of four parts."""

    def __init__(self, whole: MemoryTransaction) -> None:
        self.users = whole.users
        self.certifications = whole.certifications
        self.events = whole.events
        self.tables = whole.tables


class FewStore:
    """A host's store of four parts: what else there is, nobody gets to see."""

    def __init__(self) -> None:
        self.whole = MemoryStore()
        furnish(self.whole)
        with self.whole.writing() as transaction:
            transaction.awards.add([Award("ada", "fa", T0, day(366))])

    @contextmanager
    def reading(self) -> Iterator[Few]:
        with self.whole.reading() as view:
            yield Few(view)

    @contextmanager
    def writing(self) -> Iterator[Few]:
        with self.whole.writing() as transaction:
            yield Few(transaction)


@pytest.fixture
def few() -> Acting[Few]:
    return Platform(FewStore(), DOCEBO, UTC).acting_as(SYSTEM)


def test_a_store_of_few_parts_runs_the_workflows_that_ask_no_others(few: Acting[Few]) -> None:
    at = day(9)
    with few.reading() as view:
        report = [*reporting.report(few, view, Report.USERS_CERTIFICATIONS, at=at)]
    assert [(line.user_id, line.status) for line, _ in report] == [("ada", Status.VALID)]
    query = tables.query(Table.ISSUED, at=at)
    assert exporting.export(few, query, BytesIO(), as_=ExportFormat.CSV).rows == 1
    assert b"First aid" in exporting.expiry_calendar(few, "ada", at=at)
    assert [each.id for each in manual_awards.expand(few, Targets({"ada"})).users] == ["ada"]
    with few.writing() as transaction:
        transaction.events.add([Event(EventKind.ISSUED, "ada", "fa", 1, T0)])
    assert [position for position, _ in outbox.pending(few)] == [1]
    few.require_for(Action.ISSUE_AWARD, "ada")
    learner = few.principal_for("ada", roles=[Role.LEARNER])
    assert not few.acting_as(learner).may(Action.ISSUE_AWARD)


def test_a_part_that_is_missing_is_named(few: Acting[Few]) -> None:
    """mypy refuses both calls: otherwise it would call the comments unused."""
    with pytest.raises(StoreError, match=r"no awards: give its transactions that part$"):
        reporting.learner(few, "ada", at=day(9))  # type: ignore[arg-type]
    training = ExternalTraining("ada", "t1", date(2024, 1, 2))
    with pytest.raises(StoreError, match="no learning"):
        awarding.report_external(few, training, at=day(9))  # type: ignore[arg-type]


def test_what_was_written_before_a_part_was_missing_is_not_kept(few: Acting[Few]) -> None:
    def write() -> None:
        with few.writing() as transaction:
            transaction.users.put([User("new", "new")])
            transaction.badges.listed(1)  # type: ignore[attr-defined]

    with pytest.raises(StoreError, match=r"no badges: .*, or wrap the store in .*with_parts"):
        write()
    with few.reading() as view:
        assert view.users.get("new") is None


def test_other_errors_of_an_attribute_stay_as_they_are(few: Acting[Few]) -> None:
    with pytest.raises(AttributeError, match="spelling"), few.reading() as view:
        view.spelling  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError, match="badges"), few.reading():
        few.badges  # type: ignore[attr-defined]  # noqa: B018
