"""What does a catalog file say of what courses and plans consist of?"""

import json
from datetime import date

import pytest

from certrules import Item, ItemKind, catalogs
from certrules.catalogs import Catalog
from certrules.errors import JsonError
from certrules.model.learning import Course, LearningPlan, Window, WindowStart
from certrules.repositories.memory import MemoryStore
from certrules.workflows.catalog import Change, load
from tests.workflows.conftest import acting


def faults(entry: object) -> dict[str, str]:
    with pytest.raises(JsonError) as raised:
        catalogs.read(json.dumps({"courses": [entry]}).encode())
    return dict(raised.value.faults)


@pytest.mark.rule("X-VALID-1", "DOC-RENEW-12")
def test_courses_and_plans_become_values() -> None:
    catalog = catalogs.read(
        b"""{
        "courses": [{"id": "c1", "materials": ["m1", "m2"], "window":
                     {"last_day": "2025-06-30", "days": 30, "start": "first_access"}}],
        "plans": [{"id": "p1", "courses": ["c1", "p1", "nowhere"]}]
        }"""
    )
    window = Window(date(2025, 6, 30), 30, WindowStart.FIRST_ACCESS)
    assert catalog == Catalog(
        courses=(Course("c1", ("m1", "m2"), window),),
        plans=(LearningPlan("p1", ("c1", "p1", "nowhere")),),
    )


@pytest.mark.parametrize(
    ("window", "path", "message"),
    [
        ({"days": 0}, "courses[0].window.days", "1 to 3652059"),
        ({"days": 10**12}, "courses[0].window.days", "1 to 3652059"),
        ({"days": "x"}, "courses[0].window.days", "a whole number"),
        ({"days": True}, "courses[0].window.days", "a whole number"),
        ({"last_day": "20250630"}, "courses[0].window.last_day", "such as '2024-07-01'"),
        ({"last_day": "2025-02-30"}, "courses[0].window.last_day", "such as '2024-07-01'"),
        ({"last_day": 5}, "courses[0].window.last_day", "such as '2024-07-01'"),
        ({"until": 1}, "courses[0].window.until", "unknown key"),
        ([], "courses[0].window", "an object"),
    ],
)
def test_a_fault_of_a_window_comes_with_its_path(window: object, path: str, message: str) -> None:
    ((found, fault),) = faults({"id": "c1", "window": window}).items()
    assert found == path
    assert message in fault


def test_a_plan_that_holds_a_course_twice_is_a_fault() -> None:
    with pytest.raises(JsonError) as raised:
        catalogs.read(b'{"plans": [{"id": "p1", "courses": ["c1", "c1"]}]}')
    ((path, fault),) = raised.value.faults
    assert path == "plans[0]"
    assert "each once, not 'c1' again" in fault
    many = [f"c{number}" for number in range(500)]
    with pytest.raises(JsonError) as raised:
        catalogs.read(json.dumps({"plans": [{"id": "p1", "courses": [*many, "c1"]}]}).encode())
    assert raised.value.faults[0][1].endswith("each once, not 'c1' again")


def test_a_load_adds_and_replaces_them() -> None:
    store = MemoryStore()
    courses = [Item(ItemKind.COURSE, id_) for id_ in ("c1", "c2", "c3")]
    load(acting(store), Catalog(items=(*courses, Item(ItemKind.LEARNING_PLAN, "p1"))))
    catalog = Catalog(courses=(Course("c1"), Course("c2")), plans=(LearningPlan("p1", ("c1",)),))
    assert load(acting(store), catalog).changes["courses"] == Change(added=2)
    later = Catalog(courses=(Course("c1"), Course("c2", ("m1",)), Course("c3")))
    changes = load(acting(store), later).changes
    assert changes["courses"] == Change(added=1, replaced=1, unchanged=1)
    assert "plans" not in changes
    with store.reading() as view:
        assert list(view.learning.courses(["c1", "c2", "c3"])) == list(later.courses)
        assert list(view.learning.plans(["p1"])) == list(catalog.plans)
