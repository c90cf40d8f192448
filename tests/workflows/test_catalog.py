"""What does loading a catalog change in a store?"""

from datetime import UTC, datetime

import pytest
from attrs import evolve, fields

from certrules import (
    ALLBOUND,
    DOCEBO,
    Assignment,
    Certification,
    CertificationStatus,
    Item,
    ItemKind,
    Policy,
    Unit,
    User,
    Validity,
)
from certrules.catalogs import Catalog
from certrules.errors import InvalidValueError, JsonError, NotPermittedError
from certrules.model.badges import ImageFormat, ImageInfo
from certrules.model.learning import Course, LearningPlan
from certrules.model.people import Action, Actor, Company, Permission, Role
from certrules.repositories.memory import MemoryStore
from certrules.repositories.protocols import Store, Transaction
from certrules.workflows.catalog import Change, load, require_some
from certrules.workflows.platform import SYSTEM
from tests.workflows.conftest import acting

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
COURSE = Item(ItemKind.COURSE, "c", "C-1")
PLAN = Item(ItemKind.LEARNING_PLAN, "p")
FIRST_AID = Certification(
    "k", "First aid", "FA", assignments=(Assignment(ItemKind.COURSE, "c", SINCE),)
)
DRAFT = evolve(FIRST_AID, status=CertificationStatus.DRAFT, assignments=())
CATALOG = Catalog((User("1", "ada"), User("2", "bob")), (COURSE,), (FIRST_AID,))


@pytest.mark.rule("DOC-CERT-07")
def test_entries_are_added_replaced_or_found_unchanged() -> None:
    store = MemoryStore()
    assert load(acting(store), CATALOG).changes["users"] == Change(added=2)
    assert load(acting(store), CATALOG).changes["users"] == Change(unchanged=2)
    renamed = evolve(FIRST_AID, name="First aider")
    later = Catalog((User("2", "bob"), User("3", "eve")), (), (renamed,))
    report = load(acting(store), later)
    assert report.changes == {
        "users": Change(added=1, unchanged=1),
        "items": Change(),
        "certifications": Change(replaced=1),
    }
    with store.reading() as view:
        assert view.certifications.get("k") == renamed
        assert [user.id for user in view.users.all()] == ["1", "2", "3"]


def test_many_entries_are_compared_as_few_are() -> None:
    store = MemoryStore()
    users = tuple(User(f"{number}", f"user{number}") for number in range(2_000))
    load(acting(store), Catalog(users[:1_500]))
    changed = (*users[:10], *(evolve(user, first_name="X") for user in users[10:]))
    report = load(acting(store), Catalog(changed))
    assert report.changes["users"] == Change(added=500, replaced=1_490, unchanged=10)


def test_an_assignment_to_an_unknown_item_stops_everything() -> None:
    store = MemoryStore()
    with pytest.raises(JsonError) as raised:
        load(acting(store), Catalog((User("1", "ada"),), (), (FIRST_AID,)))
    assert [path for path, _ in raised.value.faults] == ["certifications[0].assignments[0].item"]
    with store.reading() as view:
        assert not list(view.users.all())


def test_an_assignment_to_an_item_of_the_store_is_sound() -> None:
    store = MemoryStore()
    load(acting(store), Catalog(items=(COURSE,)))
    report = load(acting(store), Catalog(certifications=(FIRST_AID,)))
    assert report.changes["certifications"] == Change(added=1)


@pytest.mark.rule("DOC-ASSIGN-11")
def test_a_catalog_cannot_unlink(store: Store[Transaction]) -> None:
    renamed = Certification("fa", "Renamed", assignments=(Assignment(ItemKind.COURSE, "A", SINCE),))
    with pytest.raises(JsonError) as raised:
        load(acting(store), Catalog((User("zed", "zed"),), (), (renamed,)))
    ((path, text),) = raised.value.faults
    assert path == "certifications[0].assignments"
    assert text.startswith("learning plan P is assigned in the store and missing here: unlink")
    with store.reading() as view:
        assert view.users.get("zed") is None
        kept = view.certifications.get("fa")
        assert kept is not None
        assert kept.name == "First aid"


@pytest.mark.rule("DOC-ASSIGN-04", "INT-22", "INT-33")
def test_a_catalog_gives_an_item_one_certification_where_the_policy_says_so(
    store: Store[Transaction],
) -> None:
    course = Assignment(ItemKind.COURSE, "X", SINCE)
    taken = Assignment(ItemKind.COURSE, "A", SINCE)
    catalog = Catalog(
        certifications=(
            Certification("one", "One", assignments=(course,)),
            Certification("two", "Two", assignments=(taken, course)),
        )
    )
    with pytest.raises(JsonError) as raised:
        load(acting(store), catalog)
    assert [path for path, _ in raised.value.faults] == [
        "certifications[1].assignments[0].item",
        "certifications[1].assignments[1].item",
    ]
    assert "course A earns First aid: unlink it there first" in raised.value.faults[0][1]
    assert "course X earns One: unlink it there first" in raised.value.faults[1][1]
    shared = evolve(DOCEBO, one_certification_per_item=False)
    assert load(acting(store, policy=shared), catalog).changes["certifications"].added == 2


IDLE, BADGE = CertificationStatus.INACTIVE, "media/7.png"


@pytest.mark.rule("ALL-CERT-07", "ALL-CERT-08", "ALL-CERT-09", "INT-31", "INT-31b")
@pytest.mark.parametrize(
    ("stored", "loaded", "faults"),
    [
        (FIRST_AID, evolve(FIRST_AID, name="Other"), ["name cannot be changed after publication"]),
        (FIRST_AID, evolve(FIRST_AID, status=CertificationStatus.DRAFT), ["what is active does"]),
        (
            evolve(FIRST_AID, assignments=()),
            FIRST_AID,
            ["assignments cannot be changed after publication"],
        ),
        (None, FIRST_AID, ["a badge image is mandatory"]),
        (DRAFT, evolve(DRAFT, status=CertificationStatus.ACTIVE), ["a badge image is mandatory"]),
        (FIRST_AID, evolve(FIRST_AID, status=IDLE, groups={"staff"}), []),
        (DRAFT, evolve(FIRST_AID, name="Other", badge_image=BADGE), []),
        (None, evolve(FIRST_AID, badge_image=BADGE), []),
        (None, DRAFT, []),
    ],
)
def test_where_publication_freezes_a_catalog_changes_what_an_editor_could(
    stored: Certification | None, loaded: Certification, faults: list[str]
) -> None:
    store = MemoryStore()
    certifications = () if stored is None else (stored,)
    load(acting(store), Catalog(items=(COURSE,), certifications=certifications))
    catalog = Catalog((User("9", "eve"),), (), (loaded,))
    if not faults:
        load(acting(store, policy=ALLBOUND), catalog)
        with store.reading() as view:
            assert view.certifications.get("k") == loaded
        return
    with pytest.raises(JsonError) as raised:
        load(acting(store, policy=ALLBOUND), catalog)
    assert [path for path, _ in raised.value.faults] == ["certifications[0]"] * len(faults)
    for (_, text), beginning in zip(raised.value.faults, faults, strict=True):
        assert text.startswith(beginning)
    with store.reading() as view:
        assert view.certifications.get("k") == stored
        assert view.users.get("9") is None


@pytest.mark.rule("INT-22")
def test_an_item_that_keeps_its_certification_may_be_loaded_again(
    store: Store[Transaction],
) -> None:
    conduct = Certification(
        "conduct", "Code", assignments=(Assignment(ItemKind.COURSE, "B", SINCE),)
    )
    report = load(acting(store), Catalog(certifications=(conduct,)))
    assert report.changes["certifications"] == Change(replaced=1)


def test_names_that_lead_to_several_things_are_warned_of() -> None:
    store = MemoryStore()
    load(acting(store), CATALOG)
    double = Catalog(
        (User("9", "ADA"),),
        (Item(ItemKind.COURSE, "d", "C-1"), Item(ItemKind.LEARNING_PLAN, "p", "C-1")),
        (Certification("q", "Other", "FA"), Certification("r", "None")),
    )
    users, certifications, items = load(acting(store), double).warnings
    assert "1, 9" in users
    assert "k, q" in certifications
    assert "c, d" in items


def test_companies_are_told_of_where_a_catalog_lists_them() -> None:
    store = MemoryStore()
    catalog = Catalog(companies=(Company("1", "Acme"), Company("2")))
    assert "companies" not in load(acting(store), Catalog()).changes
    assert load(acting(store), catalog).changes["companies"] == Change(added=2)
    changed = evolve(catalog, companies=(Company("1", "Acme", "olga"), Company("2")))
    change = load(acting(store), changed).changes["companies"]
    assert change == Change(replaced=1, unchanged=1)
    with store.reading() as view:
        assert tuple(view.companies.all()) == changed.companies


@pytest.mark.rule("ALL-EXP-01", "INT-31b")
def test_what_no_editor_could_do_no_catalog_does_by_any_policy() -> None:
    odd = evolve(DRAFT, validity=Validity(18, Unit.MONTHS))
    closed = evolve(DOCEBO, validities=ALLBOUND.validities)
    for stored in ((), (DRAFT,)):
        store = MemoryStore()
        load(acting(store), Catalog(certifications=stored))
        for policy in (ALLBOUND, closed):
            with pytest.raises(JsonError) as raised:
                load(acting(store, policy=policy), Catalog(certifications=(odd,)))
            assert "ALL-EXP-01" in raised.value.faults[0][1]
        load(acting(store), Catalog(certifications=(odd,)))
    store = MemoryStore()
    load(acting(store), CATALOG)
    drawn = evolve(FIRST_AID, status=CertificationStatus.DRAFT)
    with pytest.raises(JsonError) as raised:
        load(acting(store), Catalog(certifications=(drawn,)))
    assert "what is active does not become draft (INT-31b)" in raised.value.faults[0][1]


GOOD, SMALL = ImageInfo(ImageFormat.PNG, 500, 500), ImageInfo(ImageFormat.PNG, 9, 9)


@pytest.mark.rule("ALL-BADGE-02", "ALL-BADGE-04", "ALL-BADGE-06")
def test_what_is_known_of_badge_images_counts() -> None:
    first, other = evolve(FIRST_AID, badge_image="a.png"), Certification("o", "Other")
    catalog = Catalog(items=(COURSE,), certifications=(other, first))
    store = MemoryStore()
    with pytest.raises(JsonError) as raised:
        load(acting(store), catalog, images={"a.png": ImageInfo(None)})
    assert [path for path, _ in raised.value.faults] == ["certifications[1]"]
    assert not load(acting(MemoryStore()), catalog, images={"a.png": GOOD}).warnings
    assert not load(acting(MemoryStore()), catalog).warnings
    (warning,) = load(acting(store), catalog, images={"a.png": SMALL}).warnings
    assert warning.startswith("certification k: 9 by 9 pixels are accepted")
    assert not load(acting(store), catalog).warnings


@pytest.mark.rule("X-VALID-1")
def test_courses_and_plans_that_are_no_items_are_faults_each_with_its_path() -> None:
    store = MemoryStore()
    catalog = Catalog(
        items=(COURSE, PLAN),
        courses=(Course("c"), Course("nowhere")),
        plans=(LearningPlan("p", ("c", "p", "never")), LearningPlan("q")),
    )
    with pytest.raises(JsonError) as raised:
        load(acting(store), catalog)
    assert dict(raised.value.faults) == {
        "courses[1].id": "there is no course 'nowhere', neither here nor in the store",
        "plans[0].courses[1]": "there is no course 'p', neither here nor in the store",
        "plans[0].courses[2]": "there is no course 'never', neither here nor in the store",
        "plans[1].id": "there is no learning plan 'q', neither here nor in the store",
    }
    with store.reading() as view:
        assert not [*view.items.all(), *view.learning.courses(["c"]), *view.learning.plans(["p"])]
    load(acting(store), Catalog(items=(COURSE, PLAN)))
    held = Catalog(courses=(Course("c"),), plans=(LearningPlan("p", ("c",)),))
    assert load(acting(store), held).changes["plans"] == Change(added=1)


SECTIONS = {
    "users": (Catalog(users=(User("1", "eve", company_id="acme"),)), Action.MANAGE_PEOPLE),
    "companies": (Catalog(companies=(Company("acme"),)), Action.MANAGE_PEOPLE),
    "items": (Catalog(items=(COURSE,)), Action.MANAGE_LEARNING),
    "courses": (Catalog(items=(COURSE,), courses=(Course("c"),)), Action.MANAGE_LEARNING),
    "plans": (Catalog(items=(PLAN,), plans=(LearningPlan("p"),)), Action.MANAGE_LEARNING),
    "certifications": (Catalog(certifications=(DRAFT,)), Action.EDIT_CERTIFICATION),
}
POWER = Actor("1", {Role.POWER_USER})
ADMINISTRATOR = Actor("1", {Role.ADMINISTRATOR}, set(Permission))


def may(*actions: Action) -> Policy:
    return evolve(DOCEBO, delegated=frozenset((Role.POWER_USER, each) for each in actions))


def test_the_sections_tried_are_all_there_are() -> None:
    assert set(SECTIONS) == {each.name for each in fields(Catalog)}


@pytest.mark.rule("DOC-CERT-09", "ALL-ROLE-01", "INT-27")
@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_needs_its_own_permission(section: str) -> None:
    catalog, needed = SECTIONS[section]
    others = set(Action) - {needed}
    both = evolve(catalog, users=(User("9", "zed"),), certifications=(DRAFT,))
    store = MemoryStore()
    for refused in (catalog, both):
        with pytest.raises(NotPermittedError, match=str(needed)):
            load(acting(store, POWER, policy=may(*others)), refused)
    with store.reading() as view:
        assert not [*view.users.all(), *view.certifications.all(), *view.items.all()]
    if section != "certifications":
        with pytest.raises(NotPermittedError):
            load(acting(store, ADMINISTRATOR), catalog)
    wanted = [needed, Action.CREATE_CERTIFICATION] if section == "certifications" else [needed]
    load(acting(store, POWER, policy=may(*wanted)), catalog)


@pytest.mark.rule("INT-27")
def test_nothing_is_loaded_by_nobody_at_all() -> None:
    for actor in (ADMINISTRATOR, POWER, Actor()):
        with pytest.raises(NotPermittedError):
            load(acting(MemoryStore(), actor), Catalog())
    load(acting(MemoryStore(), Actor("1", {Role.SUPERADMIN})), Catalog())


@pytest.mark.rule("DOC-CERT-09", "INT-27")
def test_it_is_known_beforehand_who_may_load_something() -> None:
    for actor in (SYSTEM, ADMINISTRATOR, Actor("1", {Role.SUPERADMIN})):
        require_some(acting(MemoryStore(), actor))
    require_some(acting(MemoryStore(), POWER, policy=may(Action.MANAGE_LEARNING)))
    for nobody, policy in ((POWER, DOCEBO), (Actor(), DOCEBO), (POWER, may(Action.IMPORT_AWARDS))):
        with pytest.raises(NotPermittedError):
            require_some(acting(MemoryStore(), nobody, policy=policy))
    with pytest.raises(InvalidValueError):
        require_some(acting(MemoryStore(), None))  # type: ignore[arg-type]


def test_who_loads_a_certification_has_created_it_and_nobody_else() -> None:
    store = MemoryStore()
    claimed = evolve(DRAFT, created_by="eve", created_at=SINCE)
    for actor, policy in ((ADMINISTRATOR, DOCEBO), (evolve(ADMINISTRATOR, user_id="2"), ALLBOUND)):
        named = evolve(claimed, name=f"By {actor.user_id}", created_at=None)
        load(acting(store, actor, policy=policy), Catalog(certifications=(claimed,)))
        load(acting(store, actor, policy=policy), Catalog(certifications=(named,)))
        with store.reading() as view:
            found = view.certifications.get("k")
        assert found == evolve(named, created_by="1", created_at=SINCE)
    load(acting(store), Catalog(certifications=(claimed,)))
    with store.reading() as view:
        assert view.certifications.get("k") == claimed
