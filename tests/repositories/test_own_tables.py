"""A host with users, courses and enrolments of its own, by keys that are numbers or UUIDs."""

import io
import pickle
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from attrs import evolve, frozen
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    create_engine,
    event,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from certrules import (
    DOCEBO,
    SYSTEM,
    Assignment,
    Award,
    Certification,
    Completion,
    Course,
    Granted,
    Item,
    ItemKind,
    LearningPlan,
    ManualAward,
    Platform,
    User,
    Validity,
    open_records,
)
from certrules.catalogs import Catalog
from certrules.errors import StoreError
from certrules.model.awards import AssociationType, Source
from certrules.model.catalog import ItemRef
from certrules.model.learning import Enrolment, EnrolmentStatus, RenewalOption, Window
from certrules.model.notices import Notice, NoticeKind, Notification
from certrules.periods import Unit
from certrules.repositories.composite import CompositeStore, Host, keys
from certrules.repositories.protocols import Transaction
from certrules.repositories.sql import JoinedStore, SqlStore, create_schema
from certrules.repositories.sql.store import SqlTransaction
from certrules.rules import tables
from certrules.rules.awarding import Targets
from certrules.rules.reporting import Report
from certrules.workflows import (
    awarding,
    backfill,
    catalog,
    exporting,
    importing,
    manual_awards,
    notifying,
    outbox,
    renewal,
    reporting,
)
from certrules.workflows.exporting import ExportFormat
from certrules.workflows.platform import Acting

T0 = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
COURSE, PLAN = ItemKind.COURSE, ItemKind.LEARNING_PLAN


class Own:
    """The tables of the host, and its keys."""

    def __init__(self, read: Callable[[str], Any], kind: Any) -> None:
        self.read = read
        self.metadata = MetaData()

        def table(name: str, *columns: Column[Any]) -> Table:
            key = Column("id", kind, primary_key=True, default=uuid4 if read is UUID else None)
            return Table(name, self.metadata, key, *columns)

        def key_of(name: str) -> Column[Any]:
            return Column(f"{name}_id", kind, ForeignKey(f"{name}s.id", ondelete="CASCADE"))

        def instant(name: str) -> Column[Any]:
            return Column(name, DateTime(timezone=True))

        self.users = table(
            "users",
            Column("login", String(100), nullable=False),
            Column("name", String(100), default=""),
            Column("enabled", Boolean, default=True),
            Column("team", String(100), default="crew"),
        )
        self.courses = table("courses", Column("slug", String(100)), Column("title", String(100)))
        self.plans = table("plans", Column("title", String(100)))
        self.parts = table("parts", key_of("plan"), key_of("course"))
        self.attempts = table(
            *("attempts", key_of("user"), key_of("course"), Column("number", Integer, default=1)),
            *(instant("began"), instant("done"), instant("archived")),
        )

    def keys(self, ids: Iterable[str]) -> list[Any]:
        return keys(ids, self.read, below=2**31)

    def readers(self, work: SqlTransaction) -> Host:
        on = self, work.connection
        return Host(People(*on), Items(*on), Courses(*on), Attempts(*on))

    def recording(self, work: SqlTransaction) -> Host:
        return evolve(self.readers(work), recorder=Recorder(self, work.connection))


@frozen
class Reader:
    own: Own
    connection: Connection

    def rows(self, statement: Any) -> Sequence[Any]:
        return self.connection.execute(statement).all()


class People(Reader):
    def _read(self, *where: Any) -> list[User]:
        return [
            User(str(row.id), row.login, row.name, active=row.enabled, groups={row.team})
            for row in self.rows(select(self.own.users).where(*where))
        ]

    def among(self, ids: Collection[str]) -> list[User]:
        return self._read(self.own.users.c.id.in_(self.own.keys(ids)))

    def named(self, keys: Collection[str]) -> list[User]:
        login = self.own.users.c.login
        return self._read(or_(func.lower(func.trim(login)).in_(keys), login.regexp_match("[^ -~]")))

    def all(self) -> list[User]:
        return self._read()


class Items(Reader):
    def among(self, refs: Collection[ItemRef]) -> list[Item]:
        courses, plans = (self.own.keys(r.id for r in refs if r.kind is k) for k in (COURSE, PLAN))
        return self._read(self.own.courses.c.id.in_(courses), self.own.plans.c.id.in_(plans))

    def coded(self, kind: ItemKind, codes: Collection[str]) -> list[Item]:
        return self._read(self.own.courses.c.slug.in_(codes), false()) if kind is COURSE else []

    def all(self) -> list[Item]:
        return self._read(true(), true())

    def _read(self, courses: Any, plans: Any) -> list[Item]:
        found = self.rows(select(self.own.courses).where(courses))
        held = self.rows(select(self.own.plans).where(plans))
        return [
            *(Item(COURSE, str(row.id), row.slug, row.title) for row in found),
            *(Item(PLAN, str(row.id), name=row.title) for row in held),
        ]


class Courses(Reader):
    """All courses use one training material, and are open for 900 days."""

    def courses(self, ids: Collection[str], materials: Collection[str]) -> list[Course]:
        known = self.own.courses.c.id
        asked = known.in_(self.own.keys(ids)) if "video" not in materials else true()
        window = Window(T0.date() + 900 * DAY)
        found = self.rows(select(known).where(asked))
        return [Course(str(row.id), ("video",), window) for row in found]

    def plans(self, ids: Collection[str], courses: Collection[str]) -> list[LearningPlan]:
        parts = self.own.parts.c
        holding = select(parts.plan_id).where(parts.course_id.in_(self.own.keys(courses)))
        asked = or_(parts.plan_id.in_(self.own.keys(ids)), parts.plan_id.in_(holding))
        held = defaultdict[str, list[str]](list)
        for row in self.rows(select(parts.plan_id, parts.course_id).where(asked)):
            held[str(row.plan_id)].append(str(row.course_id))
        return [LearningPlan(*each) for each in held.items()]


class Attempts(Reader):
    def enrolments(self, users: Collection[str], items: Collection[ItemRef]) -> list[Enrolment]:
        kept = self.own.attempts.c
        of_users, of_items = kept.user_id.in_(self.own.keys(users)), self._of(items)
        return [
            Enrolment(
                *(str(row.user_id), COURSE, str(row.course_id), utc(row.began)),
                EnrolmentStatus.COMPLETED if row.done else EnrolmentStatus.IN_PROGRESS,
                completed_at=utc(row.done),
                archived_at=utc(row.archived),
                attempt=row.number,
            )
            for row in self.rows(select(self.own.attempts).where(of_users, of_items))
        ]

    def completions(self, users: Collection[str], items: Collection[ItemRef]) -> list[Completion]:
        return []

    def completed_by(self, items: Collection[ItemRef], since: datetime) -> list[str]:
        kept = self.own.attempts.c
        found = select(kept.user_id).where(self._of(items), kept.done >= since)
        return [str(row.user_id) for row in self.rows(found)]

    def _of(self, items: Collection[ItemRef]) -> Any:
        courses = self.own.keys(id_ for kind, id_ in items if kind is COURSE)
        return self.own.attempts.c.course_id.in_(courses)


class Recorder(Reader):
    def put_enrolments(self, enrolments: Sequence[Enrolment]) -> None:
        table = self.own.attempts
        for each in enrolments:
            user, course = map(self.own.read, (each.user_id, each.item_id))
            key = {"user_id": user, "course_id": course, "number": each.attempt}
            same = [table.c[name] == value for name, value in key.items()]
            self.connection.execute(table.delete().where(*same))
            instants = {"began": each.enrolled_at, "done": each.completed_at}
            new = table.insert().values(**key, **instants, archived=each.archived_at)
            self.connection.execute(new)

    def add_completions(self, completions: Sequence[Completion]) -> None:
        """They are all recorded by enrolments."""

    def reset_progress(self, user_id: str, course_id: str, materials: Collection[str]) -> None:
        RESET.append((user_id, course_id, *materials))


def utc(kept: datetime | None) -> Any:
    return kept and (kept if kept.tzinfo else kept.replace(tzinfo=UTC))


RESET: list[tuple[str, ...]] = []
NUMBERS, UUIDS = Own(int, Integer), Own(UUID, Uuid())


@frozen
class School:
    """A host, with a platform on its tables and those of certrules."""

    own: Own
    engine: Engine

    def store(self) -> CompositeStore[SqlTransaction]:
        return CompositeStore(SqlStore(self.engine), self.own.readers)

    def system(self) -> Acting[Transaction]:
        return Platform(self.store(), DOCEBO, "Europe/Rome").acting_as(SYSTEM)

    def joined(self, session: Session, *, recording: bool = False) -> Acting[Transaction]:
        readers = self.own.recording if recording else self.own.readers
        store = CompositeStore(JoinedStore(session), readers)
        return Platform(store, DOCEBO, "Europe/Rome").acting_as(SYSTEM)

    def add(self, table: str, **values: Any) -> str:
        with self.engine.begin() as connection:
            made = connection.execute(getattr(self.own, table).insert().values(**values))
            assert made.inserted_primary_key
            return str(made.inserted_primary_key[0])

    def user(self, login: str, **values: Any) -> str:
        return self.add("users", login=login, **values)

    def attempt(self, user: str, course: str, **values: Any) -> dict[str, Any]:
        keys = {"user_id": self.own.read(user), "course_id": self.own.read(course)}
        return {"began": T0, **keys, **values}

    def certify(self, *items: ItemRef, **options: Any) -> None:
        assigned = tuple(Assignment(*item, T0) for item in items)
        year = {"validity": Validity(1, Unit.YEARS), **options}
        with self.store().writing() as work:
            work.certifications.put(
                [Certification("fa", "First aid", "FA", assignments=assigned, **year)]
            )


@pytest.fixture(params=[NUMBERS, UUIDS], ids=["numbers", "uuids"])
def school(request: pytest.FixtureRequest, url: str) -> Iterator[School]:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    create_schema(engine)
    request.param.metadata.create_all(engine)
    RESET.clear()
    yield School(request.param, engine)
    engine.dispose()


def attempts(school: School) -> list[tuple[int, bool, bool]]:
    table = school.own.attempts.c
    with school.engine.connect() as connection:
        rows = connection.execute(
            select(table.number, table.done, table.archived).order_by(table.number)
        )
        return [(number, done is not None, archived is not None) for number, done, archived in rows]


def awards(school: School) -> list[Award]:
    with school.store().reading() as view:
        return [*view.awards.select()]


@pytest.mark.parametrize("kept", [True, False])
def test_what_a_saved_completion_earns_is_kept_with_it(school: School, *, kept: bool) -> None:
    ada, aid = school.user("ada"), school.add("courses", slug="aid", title="Bandages")
    school.certify(ItemRef(COURSE, aid))
    with Session(school.engine) as session:
        done = school.attempt(ada, aid, done=T0 + DAY)
        session.execute(school.own.attempts.insert().values(**done))
        acting = school.joined(session)
        decision = awarding.evaluate(acting, ada, at=T0 + DAY)["fa"]
        assert decision.reasons[0].details["item"].name == "Bandages"
        assert not awarding.evaluate(acting, ada, at=T0 + DAY)["fa"]
        (session.commit if kept else session.rollback)()
    assert attempts(school) == [(1, True, False)] * kept
    assert [(each.user_id, each.source.item_id) for each in awards(school)] == [(ada, aid)] * kept


def test_a_completed_enrolment_may_be_reported_instead(school: School) -> None:
    ada, aid = school.user("ada"), school.add("courses", slug="aid", title="Bandages")
    school.certify(ItemRef(COURSE, aid))
    done = Completion(ada, COURSE, aid, T0 + DAY)
    with pytest.raises(StoreError, match="save them there and ask"):
        awarding.complete(school.system(), done, at=T0 + DAY)
    assert not awards(school)
    school.add("attempts", **school.attempt(ada, aid, done=T0 + DAY))
    assert awarding.complete(school.system(), done, at=T0 + DAY).decisions["fa"]
    assert not awarding.complete(school.system(), done, at=T0 + DAY).decisions["fa"]
    assert len(awards(school)) == 1


def test_certrules_records_what_it_decides_if_the_host_lets_it(school: School) -> None:
    ada, aid = school.user("ada"), school.add("courses", slug="aid", title="Bandages")
    school.certify(ItemRef(COURSE, aid), retake=True)
    option = RenewalOption(COURSE, aid)
    with Session(school.engine) as session:
        acting = school.joined(session, recording=True)
        done = Completion(ada, COURSE, aid, T0 + DAY)
        assert awarding.complete(acting, done, at=T0 + DAY).decisions["fa"]
        session.commit()
        assert attempts(school) == [(1, True, False)]
        assert options(acting, ada, T0 + 2 * DAY) == {option}
        session.rollback()
        with pytest.raises(StoreError, match="host's own: change them there, or give its"):
            renewal.start(school.joined(session), ada, "fa", option, at=T0 + 2 * DAY)
        session.rollback()
        assert renewal.start(acting, ada, "fa", option, at=T0 + 2 * DAY)
        session.commit()
        assert attempts(school) == [(1, True, True), (2, False, False)]
        assert [(ada, aid, "video")] == RESET
        again = evolve(done, completed_at=T0 + 3 * DAY)
        assert awarding.complete(acting, again, at=T0 + 3 * DAY).decisions["fa"]
        session.commit()
    assert attempts(school) == [(1, True, True), (2, True, False)]
    assert [each.archived for each in awards(school)] == [True, False]


def test_a_renewal_is_judged_by_the_plans_of_the_host(school: School) -> None:
    ada, aid = school.user("ada"), school.add("courses", slug="aid", title="Bandages")
    plan = school.add("plans", title="Rescue")
    read = school.own.read
    school.add("parts", plan_id=read(plan), course_id=read(aid))
    school.certify(ItemRef(COURSE, aid), ItemRef(PLAN, plan))
    with school.store().writing() as work:
        work.awards.add([Award(ada, "fa", T0, T0 + 365 * DAY)])
    expected = {RenewalOption(COURSE, aid), RenewalOption(PLAN, plan)}
    assert options(school.system(), ada, T0 + DAY) == expected
    refused = renewal.decide(school.system(), ada, "fa", at=T0 + 950 * DAY)
    assert "Bandages" in " ".join(map(str, refused.reasons))


def options(acting: Acting[Transaction], user_id: str, at: datetime) -> set[RenewalOption]:
    answer = renewal.decide(acting, user_id, "fa", at=at)
    assert isinstance(answer, Granted)
    return {*answer.options}


RECORDS = """username,certification_code,certification_issue_date,always_valid,\
certification_expire_date,type
ADA,FA,2024-02-01,0,2025-02-01,manual
 strasse ,FA,2024-02-01,0,2025-02-01,manual
nobody,FA,2024-02-01,0,2025-02-01,manual
"""


def test_records_are_imported_for_the_users_of_the_host(school: School) -> None:
    ada, street = school.user(" Ada"), school.user("Straße")
    school.certify()
    with open_records(io.BytesIO(RECORDS.encode()), zone="Europe/Rome") as file:
        report = importing.run(school.system(), file, at=T0 + 100 * DAY)
    assert [(fault.row, fault.column) for fault in report.faults] == [(3, "username")]
    assert {each.user_id for each in awards(school)} == {ada, street}


def test_lists_have_the_names_of_the_host_and_the_ids_of_those_who_are_gone(school: School) -> None:
    ada, bob = school.user("ada", name="Ada"), school.user("bob")
    school.certify()
    with school.store().writing() as work:
        work.awards.add([Award(each, "fa", T0, T0 + 365 * DAY) for each in (ada, bob)])
    acting, at = school.system(), T0 + DAY
    (earned,) = reporting.learner(acting, ada, at=at)
    assert earned.title == "First aid"
    assert b"ada" in exporting.expiry_calendar(acting, ada, at=at)
    assert exported(acting, "user") == ["ada", "bob"]
    with school.engine.begin() as connection:
        users = school.own.users
        connection.execute(users.delete().where(users.c.login == "ada"))
    assert exported(acting, "user") == ["bob", ada]
    with acting.reading() as view:
        rows = reporting.report(acting, view, Report.USERS_CERTIFICATIONS, at=at)
        assert {row.username for _, row in rows} == {ada, "bob"}


def exported(acting: Acting[Transaction], sort: str) -> list[str]:
    target = io.BytesIO()
    query = tables.query(tables.Table.ISSUED, at=T0 + DAY, columns=[sort], sort=[sort])
    exporting.export(acting, query, target, as_=ExportFormat.CSV)
    return target.getvalue().decode("utf-8-sig").split()[1:]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Yield the statements that an engine sends."""
    said: list[str] = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", executed)
    yield said
    event.remove(engine, "before_cursor_execute", executed)


def test_names_are_read_many_at_once(school: School) -> None:
    aid = school.add("courses", slug="aid", title="Bandages")
    school.certify(ItemRef(COURSE, aid))
    table, count = school.own.users, 2500
    with school.engine.begin() as connection:
        connection.execute(table.insert(), [{"login": f"u{n:04}"} for n in range(count)])
        ids = [str(key) for key in connection.execute(select(table.c.id)).scalars()]
    with school.store().writing() as work:
        source = Source(AssociationType.COURSE, aid)
        work.awards.add([Award(id_, "fa", T0, T0 + 365 * DAY, source=source) for id_ in ids])
    with counted(school.engine) as said:
        assert exported(school.system(), "user") == [f"u{n:04}" for n in range(count)]
    of_users = [each for each in said if each.startswith("SELECT users.")]
    assert 5 <= len(of_users) <= 6  # 500 at a time, of pages of 1,000
    assert len(said) < 25
    with counted(school.engine) as said, school.store().reading() as view:
        page = tables.query(tables.Table.ISSUED, at=T0, sort=["-expiration"], limit=2)
        (_, last) = view.tables.awards(page)
        assert view.tables.count(page) == count
    with counted(school.engine) as begun, school.store().reading() as view:
        assert next(view.tables.awards(evolve(page, limit=None))).user
    assert len([each for each in begun if each.startswith("SELECT users.")]) == 5
    with counted(school.engine) as begun, school.store().reading() as view:
        assert next(view.tables.awards(evolve(page, limit=None, sort=()))).user
    assert len([each for each in begun if each.startswith("SELECT users.")]) == 2
    assert last.user
    assert last.items[0].name == "Bandages"
    assert len([each for each in said if each.startswith("SELECT users.")]) == 1
    assert len(said) < 15  # found by the database, and named afterwards
    with counted(school.engine) as said:
        assert len(exported(school.system(), "training")) == count
    assert len([each for each in said if each.startswith("SELECT courses.")]) == 1


def test_what_the_members_of_a_group_get_by_hand_is_told_them_but_not_who_was_switched_off(
    school: School,
) -> None:
    ada, bob = school.user("ada"), school.user("bob", enabled=True)
    school.user("eve", enabled=False)
    school.user("dan", team="cooks")
    school.certify()
    acting, at = school.system(), T0 + DAY
    found = manual_awards.expand(acting, Targets(groups={"crew"}))
    assert [each.id for each in found.users] == sorted([ada, bob])
    assert [each.username for each in found.inactive] == ["eve"]
    notification = Notification("n1", NoticeKind.ISSUED)
    notifying.due(acting, [notification], at=T0)
    chosen = ManualAward("fa", T0 + DAY, T0 + 366 * DAY)
    manual_awards.award_all(acting, [each.id for each in found.users], chosen, at=at)
    with school.engine.begin() as connection:
        users = school.own.users
        connection.execute(users.update().where(users.c.login == "bob").values(enabled=False))
    assert notifying.due(acting, [notification], at=at) == 1
    entries = [entry for _, entry in outbox.pending(acting)]
    assert [each.user_id for each in entries if isinstance(each, Notice)] == [ada]


def test_earlier_training_is_found_in_the_tables_of_the_host(school: School) -> None:
    ada, aid = school.user("ada"), school.add("courses", slug="aid", title="Bandages")
    school.add("attempts", **school.attempt(ada, aid, began=T0 - 9 * DAY, done=T0 - DAY))
    school.certify(ItemRef(COURSE, aid))
    report = backfill.issue_predated(school.system(), "fa", since=None, at=T0 + DAY)
    assert report.awarded == (ada,)
    assert [each.user_id for each in awards(school)] == [ada]


def test_a_catalog_defines_certifications_and_no_users(school: School) -> None:
    aid = school.add("courses", slug="aid", title="Bandages")
    assigned = (Assignment(COURSE, aid, T0),)
    certification = Certification("sea", "Sea safety", "SEA", assignments=assigned)
    catalog.load(school.system(), Catalog(certifications=(certification,)))
    with school.store().reading() as view:
        assert view.certifications.assigned(COURSE, aid) == [certification]
    with pytest.raises(StoreError, match="users of this store are the host's own"):
        catalog.load(school.system(), Catalog(users=(User("1", "eve"),)))
    with pytest.raises(StoreError, match="items of this store are the host's own"):
        catalog.load(school.system(), Catalog(items=(Item(COURSE, "1"),)))


@pytest.mark.parametrize("id_", ["", "ada", "0", "07", "9" * 12, "9" * 40, "a\0", "١"])
def test_an_id_that_the_host_cannot_have_is_nobody(school: School, id_: str) -> None:
    ada = school.user("ada")
    with school.store().reading() as view:
        assert {*view.users.among([id_, ada, ada.upper() + " "])} == {ada}
        assert view.items.get(COURSE, id_) is None
        assert not view.learning.courses([id_])
        assert not view.learning.plans([id_])
        assert [*view.learning.completions([id_], [ItemRef(COURSE, id_)])] == []


def test_a_store_goes_to_another_process(school: School) -> None:
    ada = school.user("ada")
    readers = readers_of_numbers if school.own is NUMBERS else readers_of_uuids
    store = CompositeStore(SqlStore(school.engine, url=school.engine.url), readers)
    arrived: CompositeStore[SqlTransaction] = pickle.loads(pickle.dumps(store))  # noqa: S301
    with arrived.reading() as view:
        assert [each.id for each in view.users.all()] == [ada]
    assert isinstance(arrived.store, SqlStore)
    arrived.store.close()


def readers_of_numbers(work: SqlTransaction) -> Host:
    return NUMBERS.readers(work)


def readers_of_uuids(work: SqlTransaction) -> Host:
    return UUIDS.readers(work)
