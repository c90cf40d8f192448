"""Awarding, renewing, reporting and removing on the command line."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from certrules import Assignment, Award, Certification, Item, ItemKind, Unit, User, Validity
from certrules.catalogs import Catalog
from certrules.instants import parse
from certrules.model.catalog import Criteria
from certrules.model.learning import (
    Completion,
    Course,
    Enrolment,
    EnrolmentStatus,
    LearningPlan,
    Window,
)
from certrules.repositories.sql import open_store
from certrules.workflows import catalog
from tests.cli.conftest import Answer, Run
from tests.workflows.conftest import acting

SINCE = parse("2024-01-01T00:00:00Z")
CATALOG = Catalog(
    users=(
        User("1", "ada", groups={"crew"}),
        User("2", "Bob", groups={"crew"}),
        User("3", "gone", active=False, groups={"crew"}),
    ),
    items=(
        Item(ItemKind.COURSE, "c1", "FA-101"),
        Item(ItemKind.COURSE, "c2", "FA-102"),
        Item(ItemKind.COURSE, "c3", "TWICE"),
        Item(ItemKind.COURSE, "c4", "TWICE"),
        Item(ItemKind.LEARNING_PLAN, "p1", "PLAN"),
        Item(ItemKind.LEARNING_TRACK, "t1", "TRACK"),
    ),
    certifications=(
        Certification(
            "k1",
            "First aider",
            "FA",
            validity=Validity(1, Unit.YEARS),
            retake=True,
            assignments=(Assignment(ItemKind.COURSE, "c1", SINCE),),
        ),
        Certification("k2", "Conduct", "CONDUCT"),
        Certification("k3", "Same", "SAME"),
        Certification("k4", "Same", "SAME"),
    ),
)


class Told:
    """The command line on one store."""

    def __init__(self, run: Run, store: Path) -> None:
        self.run = run
        self.store = store

    def __call__(self, command: str, *words: object) -> Answer:
        name, *options = command.split()
        return self.run(name, *options, *words, "--store", self.store)

    def complete(self, at: str, course_id: str = "FA-101") -> Answer:
        return self(f"complete --user ada --course {course_id} --zone UTC --at {at}")

    def renew(self, at: str, *words: object) -> Answer:
        return self(f"renew --user ada --certification FA --at {at}", *words)


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Told:
    path = tmp_path / "story.db"
    with closing(open_store(str(path), create=True)) as opened:
        catalog.load(acting(opened), CATALOG)
    return Told(run, path)


@pytest.mark.rule("DOC-CERT-11", "DOC-RENEW-03")
def test_a_completion_earns_once(told: Told) -> None:
    first = told.complete("2024-02-01T10:00:00Z")
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [
        "First aider: done",
        "  a new award is issued: from 2024-02-01, expires 2025-02-01",
        "  because course FA-101 was completed (INT-14b)",
        "dates in UTC",
    ]
    second = told.complete("2024-03-01T10:00:00Z")
    assert second.code == 1
    assert second.out.startswith("First aider: refused\n")
    assert "(DOC-RENEW-03)" in second.out


def test_a_completion_that_earns_nothing_is_recorded(told: Told) -> None:
    answer = told.complete("2024-02-01T10:00:00Z", "FA-102")
    assert (answer.code, answer.out) == (0, "recorded; no certification is earned by it\n")


def test_a_completion_as_json(told: Told) -> None:
    answer = told(
        "complete --user 1 --course c1 --zone UTC --at 2024-02-01T10:00:00Z --format json"
    )
    assert answer.data["recorded"] is True
    decision = answer.data["certifications"]["k1"]
    assert decision["granted"] is True
    assert decision["reasons"][0]["rule"] == "INT-14b"
    issue, notify = decision["effects"]
    assert (issue["effect"], issue["award"]["expires_at"]) == (
        "issue_award",
        "2025-02-01T10:00:00+00:00",
    )
    assert (notify["effect"], notify["event"]["kind"]) == ("notify", "award.issued")


@pytest.mark.rule("DOC-CERT-12")
def test_an_older_completion_may_be_told_later(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z", "FA-102")
    answer = told.complete("2024-01-01T10:00:00Z", "FA-102")
    assert (answer.code, answer.out) == (0, "recorded; no certification is earned by it\n")


@pytest.mark.rule("DOC-CERT-12")
def test_a_completion_to_come_is_not_recorded(told: Told) -> None:
    words = "complete --user ada --course FA-102 --zone UTC --at 2024-02-01T10:00:00Z"
    answer = told(f"{words} --completed 2024-02-02T10:00:00Z")
    assert answer.code == 1
    assert answer.out.splitlines()[0] == "not recorded"
    assert "(DOC-CERT-12)" in answer.out


@pytest.mark.parametrize("item_id", ["--plan PLAN", "--track TRACK", "--track t1"])
def test_plans_and_tracks_are_completed_too(told: Told, item_id: str) -> None:
    assert told(f"complete --user ada {item_id} --zone UTC").code == 0


@pytest.mark.rule("DOC-RENEW-01", "DOC-RENEW-06", "INT-12b")
def test_a_renewal_is_explained_started_and_completed(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    why = told.renew("2024-12-01T10:00:00Z", "--explain")
    assert why.code == 0
    assert why.out.splitlines() == [
        "renewal: possible",
        "  completing course FA-101 renews it",
        "  because an award may be renewed at any time (DOC-RENEW-01)",
    ]
    started = told.renew("2024-12-01T10:00:00Z")
    assert started.code == 0
    assert "  the renewal is started; completing course FA-101 completes it\n" in started.out
    assert "  the enrolment in course FA-101 is archived as it was: completed\n" in started.out
    again = told.renew("2024-12-02T10:00:00Z")
    assert again.code == 1
    assert "(INT-12b)" in again.out
    completed = told.complete("2024-12-05T10:00:00Z")
    assert completed.code == 0
    assert "  the award of 2024-02-01 is archived with its own dates\n" in completed.out
    assert "  the renewal of ada is completed\n" in completed.out


def test_what_starting_by_an_item_would_change_is_told_first(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    for _ in range(2):
        why = told.renew("2024-12-01T10:00:00Z", "--explain", "--course", "FA-101")
        assert (why.code, why.out.splitlines()[:2]) == (
            0,
            [
                "start of the renewal: possible, and this would follow",
                "  the renewal is started; completing course FA-101 completes it",
            ],
        )
    other = told.renew("2024-12-01T10:00:00Z", "--explain", "--course", "FA-102")
    assert other.code == 1
    assert "course FA-102 does not renew the award in this way" in other.out
    assert told.renew("2024-12-01T10:00:00Z").code == 0


@pytest.mark.rule("DOC-RENEW-08")
def test_a_refusal_is_explained(told: Told) -> None:
    why = told.renew("2024-12-01T10:00:00Z", "--explain")
    assert why.code == 1
    assert why.out.startswith("renewal: refused\n  because ")
    data = told.renew("2024-12-01T10:00:00Z", "--explain", "--format", "json").data
    assert data["granted"] is False
    assert "DOC-RENEW-01" in [reason["rule"] for reason in data["reasons"]]


@pytest.mark.rule("DOC-RENEW-14")
def test_every_reason_against_a_renewal_is_told_as_a_person_would(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    told.renew("2024-06-01T10:00:00Z")
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.learning.put_courses([Course("c1", window=Window(date(2024, 6, 30)))])
    why = told.renew("2024-12-01T10:00:00Z", "--explain")
    assert why.code == 1
    assert why.out.splitlines() == [
        "renewal: refused",
        "  because a renewal was started already: complete course FA-101, or cancel it",
        "  (INT-12b)",
        "  because the validity period of course FA-101 is over: 2024-06-30 was its last",
        "  day (DOC-RENEW-14)",
    ]


@pytest.mark.rule("INT-12b")
def test_a_renewal_is_given_up(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    told.renew("2024-12-01T10:00:00Z")
    for words in (("--course", "FA-101"), ("--through", "PLAN"), ("--key", "k")):
        other = told.renew("2024-12-02T10:00:00Z", "--cancel", *words)
        assert (other.code, other.out) == (2, "")
        assert "--cancel gives up the renewal that is open: name nothing else" in other.err
    assert told.renew("2024-12-02T10:00:00Z", "--cancel").code == 0
    assert told.renew("2024-12-02T10:00:00Z", "--cancel").code == 1


def test_of_several_items_one_is_named(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        first_aid = CATALOG.certifications[0]
        both = (*first_aid.assignments, Assignment(ItemKind.COURSE, "c2", SINCE))
        transaction.certifications.put(
            [Certification("k1", "First aider", "FA", retake=True, assignments=both)]
        )
    unnamed = told.renew("2024-12-01T10:00:00Z")
    assert unnamed.code == 2
    assert "name one: completing course FA-101 renews it; completing course FA-102" in unnamed.err
    through = told.renew("2024-12-01T10:00:00Z", "--course", "FA-102", "--through", "PLAN")
    assert through.code == 1
    assert told.renew("2024-12-01T10:00:00Z", "--course", "FA-102").code == 0


def award(told: Told, *words: object) -> Answer:
    return told(
        "award --certification FA --issued 2024-05-01 --zone UTC --at 2024-06-01T00:00:00Z", *words
    )


@pytest.mark.rule("DOC-AWARD-01", "DOC-AWARD-02", "DOC-CERT-13")
def test_a_group_is_awarded_by_hand(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    answer = award(told, "--group", "crew", "--expires", "2025-05-01")
    assert answer.code == 1
    assert answer.out.splitlines()[:2] == ["1 user awarded (days in UTC)", "ada: refused"]
    assert "(DOC-AWARD-09)" in answer.out
    assert answer.out.splitlines()[-1] == "gone: deactivated, and skipped (DOC-CERT-13)"


def test_an_award_by_hand_as_json(told: Told) -> None:
    answer = award(
        told, "--user", "bob", "--always-valid", "--course", "FA-102", "--format", "json"
    )
    assert answer.code == 0
    nobody = ("refused", "inactive", "unknown", "unknown_groups", "unknown_branches", "reasons")
    assert answer.data == {"awarded": ["2"], **{name: [] for name in nobody}, "zone": "UTC"}
    (row,) = told("status --user bob --format json").data["awards"]
    assert (row["expires"], row["source"], row["item"]) == (None, "course", "c2")


@pytest.mark.rule("DOC-AWARD-08", "DOC-JOB-01")
def test_a_crowd_is_awarded_as_a_job(told: Told) -> None:
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.users.put(User(f"u{n}", f"u{n}", branches={"all"}) for n in range(2_500))
    answer = award(told, "--branch", "all", "--expires", "2025-05-01")
    assert (answer.code, answer.out) == (0, "2,500 users awarded (days in UTC)\n")
    refused = award(told, "--branch", "all", "--expires", "2025-05-01")
    assert refused.code == 1
    assert refused.out.splitlines()[-1] == "… and more; all of them with --format json"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("award --certification FA --always-valid --zone UTC", "name somebody"),
        ("award --certification FA --user ada --expires 1/5/2025 --zone UTC", "not a day"),
        ("award --certification FAA --user ada --always-valid --zone UTC", "did you mean FA?"),
        (
            "award --certification SAME --user ada --always-valid --zone UTC",
            "by its id, id:k3, id:k4",
        ),
        ("complete --user adda --course FA-101 --zone UTC", "did you mean ada?"),
        ("complete --user ada --course FA-11 --zone UTC", "did you mean FA-101?"),
        ("complete --user ada --course TWICE --zone UTC", "by its id, id:c3, id:c4"),
        ("complete --user ada --zone UTC", "required"),
        ("renew --user ada --certification FA --through PLANN", "did you mean PLAN?"),
        ("report learner", "needs --user"),
        ("report users-certifications --user adda", "did you mean ada?"),
        ("report everything", "invalid choice"),
        ("delete --certification gone", "no certification 'gone'"),
    ],
)
def test_a_slip_of_the_pen_is_exit_code_2(told: Told, words: str, message: str) -> None:
    answer = told(words)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err


@pytest.mark.rule("DOC-REPORT-01", "DOC-REPORT-03", "DOC-REPORT-04")
def test_the_reports(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    told.renew("2024-12-01T10:00:00Z")
    told.complete("2024-12-05T10:00:00Z")
    award(told, "--user", "bob", "--always-valid")
    answer = told("report users-certifications --at 2024-12-07T00:00:00Z")
    assert answer.code == 0
    assert [line.split() for line in answer.out.splitlines()[4:7]] == [
        ["ada", "FA", "archived", "2024-02-01", "2025-02-01", "2024-12-05"],
        ["ada", "FA", "valid", "2024-12-05", "2025-12-05", "363"],
        ["Bob", "FA", "valid", "2024-05-01", "never"],
    ]
    other = told("report certifications-users --at 2024-12-07T00:00:00Z --format json")
    assert other.data["report"] == "certifications-users"
    assert [(row["user_id"], row["status"]) for row in other.data["rows"]] == [
        ("1", "archived"),
        ("1", "valid"),
        ("2", "valid"),
    ]
    tokyo = told("report certifications-users --zone Asia/Tokyo").out.splitlines()
    assert (tokyo[0], tokyo[2].split()[0]) == ("dates in Asia/Tokyo", "certification")
    bobs = told("report users-certifications --user bob --format json").data["rows"]
    assert [row["user_id"] for row in bobs] == ["2"]


@pytest.mark.rule("INT-01", "INT-49")
def test_a_completion_names_the_zone_of_its_dates_and_of_its_calendar(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = {
        "users": [{"id": "1", "username": "ada", "time_zone": "Asia/Tokyo"}],
        "items": [{"kind": "course", "id": "7", "code": "C"}],
        "certifications": [
            {
                "id": "3",
                "name": "First aid",
                "validity": "1 month",
                "assignments": [
                    {"kind": "course", "item": "7", "assigned_at": "2023-01-01T00:00:00Z"}
                ],
            }
        ],
    }
    Path("catalog.json").write_text(json.dumps(catalog))
    assert run("load", "catalog.json", "--store", "s.db").code == 0
    monkeypatch.setenv("CERTRULES_ZONE", "America/New_York")
    done = "complete", "--store", "s.db", "--user", "ada", "--course", "C"
    answer = run(*done, "--at", "2024-01-31T20:00:00Z")
    assert "a new award is issued: from 2024-02-01, expires 2024-03-01\n" in answer.out
    says = "dates in Asia/Tokyo; expiries are calculated in America/New_York\n"
    assert answer.out.endswith(says)


@pytest.mark.rule("DOC-VIEW-01", "DOC-VIEW-02", "DOC-VIEW-03")
def test_a_learners_list(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    told("award --certification CONDUCT --user ada --always-valid --zone UTC --issued 2024-03-01")
    answer = told("report learner --user ada --at 2024-12-07T00:00:00Z")
    lines = answer.out.splitlines()
    assert lines[0] == "dates in UTC"
    assert lines[4].split() == ["Conduct", "2024-03-01", "never", "no"]
    assert lines[5].split() == ["First", "aider", "2024-02-01", "2025-02-01", "56", "possible"]
    assert lines[7] == "Conduct cannot be renewed now"
    assert "(INT-19)" in lines[8]
    data = told("report learner --user ada --at 2024-12-07T00:00:00Z --format json").data
    assert [each["renewal"]["granted"] for each in data["certifications"]] == [False, True]


@pytest.mark.rule("DOC-ASSIGN-11", "INT-20")
def test_unlinking_says_what_is_lost_first(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    preview = told("unlink --certification FA --course FA-101")
    assert preview.code == 2
    assert preview.out.splitlines() == [
        "unlink: what would be lost",
        "  course FA-101 no longer earns First aider (FA)",
        "  the award of ada of 2024-02-01 is lost",
        "  because this loses 1 award of 1 user, 0 of them archived (DOC-ASSIGN-11)",
        "dates in each user's own time zone, else UTC",
        "nothing was changed; add --yes to do it",
    ]
    done = told("unlink --certification FA --course FA-101 --yes --format json")
    assert (done.code, done.data["done"]) == (0, True)
    assert told("unlink --certification FA --course FA-101 --yes").code == 1
    assert told("report users-certifications --format json").data["rows"] == []


@pytest.mark.rule("DOC-DELETE-01", "DOC-DELETE-04")
def test_deleting_says_what_is_lost_first(told: Told) -> None:
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.users.put(User(f"u{n}", f"u{n}", branches={"all"}) for n in range(30))
    award(told, "--branch", "all", "--expires", "2025-05-01")
    preview = told("delete --certification FA")
    assert preview.code == 2
    assert "  … and 11 more (all with --format json)\n" in preview.out
    assert told("delete --certification FA --yes").code == 0
    assert told("delete --certification FA").code == 2
    other = told("delete --certification CONDUCT --yes")
    assert other.out.splitlines()[:2] == ["delete: done", "  the certification is deleted"]


@pytest.mark.rule("DOC-ASSIGN-07", "DOC-CERT-12")
def test_a_completion_may_be_reported_late_but_not_early(told: Told) -> None:
    words = "complete --user ada --course FA-101 --zone UTC --at 2024-06-01T00:00:00Z --completed"
    early = told(f"{words} 2024-07-01T00:00:00Z")
    assert early.code == 1
    assert early.out.startswith("not recorded\n")
    late = told(f"{words} 2024-02-01T00:00:00Z")
    assert late.code == 0
    assert "  a new award is issued: from 2024-02-01, expires 2025-02-01\n" in late.out


@pytest.mark.rule("DOC-ASSIGN-09", "DOC-ASSIGN-10")
def test_an_external_training_issues_what_was_chosen_for_it(told: Told) -> None:
    words = "complete --user ada --external T-7 --zone UTC --at 2024-06-01T00:00:00Z"
    future = told(f"{words} --certification FA --completed 2024-07-01T00:00:00Z --format json")
    assert (future.code, future.data["recorded"]) == (1, False)
    (refused,) = future.data["certifications"].values()
    assert not refused["granted"]
    assert refused["reasons"] == future.data["reasons"] != []
    plain = told(words)
    assert (plain.code, plain.out) == (0, "recorded; no certification is earned by it\n")
    earned = told(f"{words} --certification FA --completed 2024-05-03T09:00:00Z")
    assert earned.code == 0
    assert "First aider: done\n  a new award is issued: from 2024-05-03" in earned.out
    (row,) = told("status --user ada --format json").data["awards"]
    assert (row["source"], row["item"]) == ("external_training", "T-7")
    assert told("complete --user ada --course FA-101 --certification FA --zone UTC").code == 2
    blank = told("complete --user ada --certification FA --zone UTC --external", "")
    assert (blank.code, "--external is blank" in blank.err) == (2, True)
    link = ("--link", "Credly", "javascript:alert(1)", "--external-certifications")
    script = told("edit --user ada --certification FA", *link)
    assert (script.code, "url cannot be 'javascript:alert(1)'" in script.err) == (2, True)


@pytest.mark.rule("INT-43")
def test_an_external_training_that_is_assigned_is_an_item(told: Told) -> None:
    both = (
        Assignment(ItemKind.COURSE, "c1", SINCE),
        Assignment(ItemKind.EXTERNAL_TRAINING, "T-7", SINCE),
    )
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        needs_both = Certification("k9", "Both", assignments=both, criteria=Criteria.ALL)
        transaction.certifications.put([needs_both])
    words = "complete --user ada --external T-7 --zone UTC --at 2024-06-01T00:00:00Z"
    alone = told(f"{words} --completed 2024-05-03T09:00:00Z")
    assert alone.code == 1
    assert "because course FA-101 is not completed (ALL-TRAIN-03)" in alone.out
    words = "complete --user ada --course FA-101 --zone UTC --at 2024-06-02T00:00:00Z"
    told(f"{words} --completed 2024-05-01T10:00:00Z")
    awards = told("status --user ada --format json").data["awards"]
    (award,) = (each for each in awards if each["certification_name"] == "Both")
    assert (award["issued_at"], award["item"]) == ("2024-05-03T00:00:00+00:00", "T-7")


def test_what_the_store_knows_is_issued_once(told: Told) -> None:
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        done = Completion("1", ItemKind.COURSE, "c1", parse("2024-05-01T10:00:00Z"))
        transaction.learning.add_completions([done])
    words = "complete --user ada --known --zone UTC --at 2024-06-01T00:00:00Z"
    issued = told(words)
    assert issued.code == 0
    assert "First aider: done\n  a new award is issued: from 2024-05-01" in issued.out
    again = told(f"{words} --certification FA")
    assert (again.code, "(DOC-RENEW-03)" in again.out) == (1, True)


@pytest.mark.rule("INT-12b")
def test_a_keyed_renewal_that_names_no_item_may_be_sent_twice(told: Told) -> None:
    done = "complete --user ada --course FA-101 --zone UTC --at 2024-02-01T00:00:00Z"
    assert told(done).code == 0
    words = "renew --user ada --certification FA --at 2024-06-01T00:00:00Z"
    assert told(f"{words} --key A").code == 0
    again = told(f"{words} --key A")
    assert (again.code, "this very request was carried out" in again.out) == (0, True)
    other = told(f"{words} --key B")
    assert (other.code, "started already" in other.out) == (1, True)


@pytest.mark.rule("DOC-AWARD-01")
def test_a_misspelt_group_or_branch_is_named(told: Told) -> None:
    answer = award(told, "--group", "crow", "--branch", "zz", "--always-valid")
    assert answer.code == 1
    assert answer.out.splitlines() == [
        "0 users awarded (days in UTC)",
        "nobody is in group crow (DOC-AWARD-01)",
        "nobody is in branch zz (DOC-AWARD-01)",
    ]
    data = award(told, "--group", "crow", "--always-valid", "--format", "json").data
    assert data["unknown_groups"] == ["crow"]


@pytest.mark.rule("DOC-AWARD-03", "DOC-AWARD-04")
def test_an_award_may_be_of_a_course_or_plan_that_is_not_named(told: Told) -> None:
    for user, word, kind in (("ada", "course", "course"), ("bob", "plan", "learning_plan")):
        assert award(told, "--user", user, "--always-valid", "--earned-by", word).code == 0
        row = told(f"status --user {user} --format json").data["awards"][0]
        assert (row["source"], row["item"]) == (kind, None)
    assert told("edit --user bob --certification FA --earned-by track").code == 0
    both = told("edit --user bob --certification FA --earned-by track --course FA-101")
    assert both.code == 2


@pytest.mark.rule("DOC-AWARD-03", "DOC-AWARD-05", "DOC-AWARD-07")
def test_an_award_may_stand_for_something_outside(told: Told) -> None:
    links = ["--link", "Credly", "https://a.example/1", "--link", "Accredible", "https://b.example"]
    refused = award(told, "--user", "ada", "--always-valid", *links)
    assert refused.code == 1
    assert "(DOC-AWARD-05)" in refused.out
    assert (
        award(told, "--user", "ada", "--always-valid", *links, "--external-certifications")[0] == 0
    )
    assert award(told, "--user", "bob", "--always-valid", "--external-training", "T-7").code == 0
    rows = told("status --format json").data["awards"]
    assert [(row["source"], row["item"]) for row in rows] == [
        ("external_certification", None),
        ("external_training", "T-7"),
    ]
    both = award(told, "--user", "bob", "--always-valid", "--external-training", "T-7", *links)
    assert both.code == 2


@pytest.mark.rule("DOC-AWARD-09")
def test_an_award_is_edited(told: Told) -> None:
    award(told, "--user", "bob", "--expires", "2025-05-01")
    edit = "edit --user bob --certification FA --zone UTC"
    done = told(f"{edit} --expires 2026-05-01 --course FA-101")
    assert (done.code, done.out.splitlines()[:2]) == (
        0,
        ["edit: done", "  the award of 2024-05-01 is changed: expires 2026-05-01"],
    )
    (row,) = told("status --user bob --format json").data["awards"]
    assert (row["expires"], row["source"], row["item"]) == ("2026-05-01", "course", "c1")
    assert told(f"{edit} --issued 2024-04-01 --always-valid --by-hand").code == 0
    (row,) = told("status --user bob --format json").data["awards"]
    assert (row["issued"], row["expires"], row["source"]) == ("2024-04-01", None, "manual")
    refused = told(f"{edit} --expires 2023-05-01 --format json")
    assert (refused.code, refused.data["reasons"][0]["rule"]) == (1, "INT-08")
    for words, message in (
        (edit, "nothing would change"),
        (f"{edit} --by-hand --course FA-101", "--by-hand"),
    ):
        answer = told(words)
        assert answer.code == 2
        assert message in answer.err
    same = told(f"{edit} --by-hand")
    assert (same.code, "because nothing changes" in same.out) == (0, True)


@pytest.mark.rule("DOC-AWARD-09", "DOC-AWARD-10")
def test_who_has_nothing_is_refused_alike(told: Told) -> None:
    edit = told("edit --user ada --certification FA --always-valid")
    unassign = told("unassign --user ada --certification FA --yes")
    assert (edit.code, unassign.code) == (1, 1)
    assert edit.out.splitlines() == [
        "edit: refused",
        "  because the user does not hold the certification (DOC-AWARD-09)",
    ]


@pytest.mark.rule("DOC-TZ-02")
def test_the_dates_of_what_is_lost_or_edited_are_those_of_a_named_zone(told: Told) -> None:
    told(
        "award --certification FA --user bob --issued 2024-05-01 --zone Europe/Rome --always-valid"
    )
    lost = (
        "unassign --user bob --certification FA",
        "delete --certification FA",
    )
    for words in lost:
        there = told(f"{words} --zone Europe/Rome").out
        assert "of Bob of 2024-05-01 is lost\n" in there
        assert "\ndates in Europe/Rome\n" in there
        utc = told(words).out
        assert "of Bob of 2024-04-30 is lost\n" in utc
        assert "\ndates in each user's own time zone, else UTC\n" in utc
    edit = told("edit --user bob --certification FA --course FA-101 --zone Europe/Rome")
    assert "  the award of 2024-05-01 is changed: expires never\n" in edit.out
    assert edit.out.endswith("dates in Europe/Rome\n")
    unlink = told("unlink --certification FA --course FA-101 --zone Europe/Rome").out
    assert "of Bob of 2024-05-01 is lost\n" in unlink
    assert told("unlink --certification FA --course FA-101 --zone Nowhere").code == 2


@pytest.mark.rule("DOC-AWARD-10", "DOC-DELETE-06")
def test_unassigning_says_what_is_lost_first(told: Told) -> None:
    award(told, "--group", "crew", "--always-valid")
    words = "unassign --user bob --certification FA"
    preview = told(words)
    assert preview.code == 2
    assert "  the award of Bob of 2024-05-01 is lost\n" in preview.out
    assert told(f"{words} --yes").code == 0
    assert told(f"{words} --yes").code == 1
    (row,) = told("status --format json").data["awards"]
    assert row["user"] == "ada"


@pytest.mark.rule("ALL-PREDATE-01", "ALL-PREDATE-05")
def test_training_completed_before_is_issued_for(told: Told) -> None:
    for user, at in (("ada", "2023-02-01"), ("bob", "2023-09-01")):
        told(f"complete --user {user} --course FA-101 --zone UTC --at {at}T00:00:00Z")
    predate = "predate --certification FA --at 2024-06-01 --since 2023-06-01 --zone UTC"
    dry = told(f"{predate} --dry-run")
    assert dry.out.splitlines() == ["1 user would be awarded; nothing was changed (days in UTC)"]
    assert told("status --format json").data["awards"] == []
    assert told(predate).out.splitlines() == ["1 user awarded (days in UTC)"]
    again = told("predate --certification FA --at 2024-06-01T00:00:00Z --zone UTC")
    assert again.code == 1
    assert again.out.splitlines()[:2] == ["1 user awarded (days in UTC)", "Bob: refused"]


@pytest.mark.rule("ALL-PREDATE-01", "INT-31b")
def test_what_nobody_can_be_issued_for_training_before_is_said_so(told: Told) -> None:
    assert told("deactivate --certification FA").code == 0
    answer = told("predate --certification FA --zone UTC")
    assert answer.code == 1
    assert answer.out.splitlines()[0] == "0 users awarded (days in UTC)"
    assert "is inactive, not active (INT-31b)" in " ".join(answer.out.split())
    data = told("predate --certification FA --zone UTC --dry-run --format json").data
    assert [reason["rule"] for reason in data["reasons"]] == ["INT-31b"]


@pytest.mark.rule("INT-12b")
def test_a_renewal_asked_for_twice_with_one_key_is_one(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    first = told.renew("2024-12-01T10:00:00Z", "--key", "k-1")
    again = told.renew("2024-12-01T10:00:01Z", "--course", "FA-101", "--key", "k-1")
    assert (first.code, again.code) == (0, 0)
    assert told.renew("2024-12-01T10:00:01Z", "--course", "FA-101", "--key", "k-2").code == 1
    blank = told.renew("2024-12-01T10:00:01Z", "--course", "FA-101", "--key", "")
    assert (blank.code, "key cannot be ''" in blank.err) == (2, True)
    told.renew("2024-12-02T10:00:00Z", "--cancel")
    over = told.renew("2024-12-03T10:00:00Z", "--course", "FA-101", "--key", "k-1")
    assert (over.code, "was cancelled already" in over.out) == (1, True)


@pytest.mark.rule("INT-13")
def test_an_item_that_renews_in_several_ways_is_explained_all_the_same(told: Told) -> None:
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.learning.put_plans([LearningPlan("p1", ("c1",))])
        transaction.items.put([Item(ItemKind.LEARNING_PLAN, "p2", "OTHER")])
        transaction.learning.put_plans([LearningPlan("p2", ("c1",))])
        transaction.learning.put_enrolments(
            Enrolment("1", ItemKind.LEARNING_PLAN, plan, SINCE) for plan in ("p1", "p2")
        )
    told.complete("2024-02-01T10:00:00Z")
    why = told.renew("2024-12-01T10:00:00Z", "--explain", "--course", "FA-101")
    assert (why.code, why.err) == (0, "")
    assert "completing course FA-101 through learning plan PLAN renews it" in why.out
    assert "completing course FA-101 through learning plan OTHER renews it" in why.out
    assert told.renew("2024-12-01T10:00:00Z", "--course", "FA-101").code == 2


@pytest.mark.rule("INT-38", "ALL-EXP-04", "DOC-ASSIGN-04")
def test_another_platform_decides_otherwise(told: Told, tmp_path: Path) -> None:
    told.complete("2024-02-01T10:00:00Z")
    renewal = told.renew("2024-12-01T10:00:00Z", "--explain", "--policy", "allbound")
    assert renewal.code == 1
    assert told("delete --certification FA --yes --policy allbound").code == 1
    second = {
        "id": "k9",
        "name": "Second",
        "status": "draft",
        "assignments": [{"kind": "course", "item": "c1", "assigned_at": "2024-01-01T00:00:00Z"}],
    }
    catalog = tmp_path / "second.json"
    catalog.write_text(json.dumps({"certifications": [second]}), encoding="utf-8")
    refused = told("load", catalog)
    assert refused.code == 2
    assert "certifications[0].assignments[0].item: course c1 earns" in refused.err
    assert told("load", catalog, "--policy", "allbound").code == 0
    assert told("delete --certification FA --yes --policy allbound --cascade").code == 0


@pytest.mark.rule("DOC-RENEW-02", "DOC-RENEW-16")
def test_reasons_name_things_as_people_do_and_their_facts_by_id(told: Told) -> None:
    enrolment = Enrolment("1", ItemKind.LEARNING_PLAN, "p1", SINCE)
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.items.put(
            [
                Item(ItemKind.COURSE, "c1", "FA-101", "Burns"),
                Item(ItemKind.LEARNING_PLAN, "p1", "SEA", "Sea safety"),
            ]
        )
        transaction.learning.put_enrolments([enrolment])
        over = Window(date(2024, 6, 30))
        transaction.learning.put_plans([LearningPlan("p1", ("c1",), over)])
    told.complete("2024-02-01T10:00:00Z")
    why = told.renew("2024-12-01T10:00:00Z", "--explain")
    assert why.out.splitlines() == [
        "renewal: refused",
        "  because the validity period of learning plan Sea safety (SEA) is over:",
        "  2024-06-30 was its last day (DOC-RENEW-16)",
    ]
    (reason,) = told.renew("2024-12-01T10:00:00Z", "--explain", "--format", "json").data["reasons"]
    assert reason["text"].startswith("the validity period of learning plan Sea safety (SEA)")
    assert reason["code"] == "window_over"
    named = {"kind": "learning_plan", "id": "p1", "code": "SEA", "name": "Sea safety"}
    assert reason["details"] == {"item": named, "last_day": "2024-06-30"}


@pytest.mark.rule("ALL-EXP-03", "INT-34", "INT-35")
def test_training_of_expired_awards_is_reopened(told: Told) -> None:
    told.complete("2024-02-01T10:00:00Z")
    early = told("reopen --zone UTC --at 2025-01-31T00:00:00Z")
    assert (early.code, early.out) == (0, "0 trainings reopened\n")
    night = told("reopen --zone UTC --at 2025-02-02T00:00:00Z --since 2025-02-01T00:00:00Z")
    assert night.out == "ada: course FA-101 is open again\n1 training reopened\n"
    again = told("reopen --zone UTC --at 2025-02-02T00:00:00Z --format json").data
    assert again == {"at": "2025-02-02T00:00:00+00:00", "reopened": []}
    anew = told.complete("2025-02-03T10:00:00Z --policy allbound-reopening")
    assert anew.code == 0
    assert "  the award of 2024-02-01 is archived with its own dates\n" in anew.out
    refused = told("reopen --zone UTC --policy docebo")
    assert refused.code == 2
    assert "on the platform docebo, training stays complete" in refused.err


@pytest.mark.rule("ALL-EXP-03", "ALL-TRAIN-01", "INT-34", "INT-35")
def test_a_learning_track_is_reopened_and_earns_anew(told: Told) -> None:
    yearly = evolve(CATALOG.certifications[0], id="k9", code="YEARLY", retake=False)
    track = Assignment(ItemKind.LEARNING_TRACK, "t1", SINCE)
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        transaction.certifications.put([evolve(yearly, assignments=(track,))])
    complete = "complete --user ada --track TRACK --zone UTC --policy allbound-reopening"
    assert told(complete, "--at", "2024-02-01T10:00:00Z").code == 0
    assert told("reopen --zone UTC --at 2025-01-31T00:00:00Z").out == "0 trainings reopened\n"
    opened = "ada: learning track TRACK is open again\n1 training reopened\n"
    assert told("reopen --zone UTC --at 2025-02-02T00:00:00Z").out == opened
    assert told("reopen --zone UTC --at 2025-02-03T00:00:00Z").out == "0 trainings reopened\n"
    anew = told(complete, "--at", "2025-02-03T10:00:00Z")
    assert (anew.code, "the award of 2024-02-01 is archived" in anew.out) == (0, True)
    assert told("reopen --zone UTC --at 2025-02-04T00:00:00Z").out == "0 trainings reopened\n"
    assert told("reopen --zone UTC --at 2026-02-04T00:00:00Z").out == opened


def test_of_many_trainings_twenty_are_named(told: Told) -> None:
    people = [f"p{number}" for number in range(21)]
    with closing(open_store(str(told.store))) as store, store.writing() as transaction:
        done = EnrolmentStatus.COMPLETED
        for user in people:
            transaction.users.put([User(user, user)])
            taken = Enrolment(user, ItemKind.COURSE, "c1", SINCE, done, completed_at=SINCE)
            transaction.learning.put_enrolments([taken])
            transaction.awards.add([Award(user, "k1", SINCE, parse("2024-02-01T00:00:00Z"))])
    lines = told("reopen --zone UTC --at 2024-03-01T00:00:00Z").out.splitlines()
    assert len(lines) == 22
    assert lines[-2:] == ["… and 1 more (all with --format json)", "21 trainings reopened"]


@pytest.mark.rule("DOC-VIEW-01", "ALL-ROLE-07", "INT-27")
@pytest.mark.parametrize("command", ["status", "report users-certifications"])
def test_who_asks_sees_their_own(told: Told, command: str) -> None:
    told.complete("2024-02-01T10:00:00Z")
    rows = "awards" if command == "status" else "rows"
    for words in ("--user ada --actor ada", "--actor ada", "--actor bob --role superadmin"):
        seen = told(f"{command} {words} --format json")
        assert (seen.code, len(seen.data[rows])) == (0, 1)
    assert not told(f"{command} --actor bob --format json").data[rows]
    refused = told(f"{command} --user ada --actor bob")
    assert refused.code == 1
    assert "awards.view is for" in refused.err
