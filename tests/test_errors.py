import copy
import inspect
import pickle
from datetime import UTC, date, datetime

import pytest

from certrules import errors
from certrules.model.decisions import because
from certrules.model.reasons import ReasonCode
from certrules.periods import Unit

NAIVE = datetime(2024, 1, 31, 9)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("error", "message", "attributes"),
    [
        (
            errors.InvalidValueError("validity amount", -1, "a whole number"),
            "validity amount cannot be -1: expected a whole number",
            {"name": "validity amount", "value": -1, "expected": "a whole number"},
        ),
        (
            errors.NaiveDatetimeError(NAIVE),
            "instant datetime.datetime(2024, 1, 31, 9, 0) has no time zone: pass an aware datetime",
            {"name": "instant", "value": NAIVE},
        ),
        (
            errors.UnknownZoneError("Mars/Olympus"),
            (
                "'Mars/Olympus' is not a time zone: use an IANA name such as 'Europe/Rome', "
                "or an offset such as '+05:30'"
            ),
            {"value": "Mars/Olympus"},
        ),
        (
            errors.MissingDayError(date(2011, 12, 30), "Pacific/Apia"),
            "2011-12-30 did not exist in Pacific/Apia: clocks there skipped the whole day",
            {"day": date(2011, 12, 30), "zone": "Pacific/Apia"},
        ),
        (
            errors.NoSuchDayError(date(2024, 1, 31), 1, Unit.MONTHS),
            "2024-01-31 plus 1 months falls on a day that its month does not have",
            {"day": date(2024, 1, 31), "amount": 1, "unit": Unit.MONTHS},
        ),
        (
            errors.OutOfRangeError(date(9999, 12, 31), "plus 1 days"),
            "9999-12-31 plus 1 days is outside the years 1 to 9999",
            {"value": date(9999, 12, 31), "operation": "plus 1 days"},
        ),
        (
            errors.JsonError("wrong", "two faults", [("users[0].id", "missing")]),
            "two faults; the first at users[0].id: missing",
            {
                "code": "wrong",
                "message": "two faults",
                "faults": (("users[0].id", "missing"),),
            },
        ),
        (
            errors.RecordsFileError("empty", "the file is empty", path="records.csv"),
            "the file is empty",
            {
                "code": "empty",
                "message": "the file is empty",
                "details": {"path": "records.csv"},
            },
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_says_and_holds_what_is_wrong(
    error: errors.CertrulesError, message: str, attributes: dict[str, object]
) -> None:
    assert str(error) == message
    assert {name: getattr(error, name) for name in attributes} == attributes


def test_every_error_can_be_caught_as_one() -> None:
    for error in ERRORS:
        assert issubclass(error, errors.CertrulesError)


@pytest.mark.parametrize(
    "name",
    [
        "InvalidValueError",
        "MissingDayError",
        "NaiveDatetimeError",
        "NoSuchDayError",
        "OutOfRangeError",
        "UnknownZoneError",
    ],
)
def test_a_wrong_value_is_also_a_value_error(name: str) -> None:
    assert issubclass(getattr(errors, name), ValueError)


@pytest.mark.parametrize("name", ["JsonError", "ConflictError", "RecordsFileError", "StoreError"])
def test_a_failure_of_the_world_is_no_value_error(name: str) -> None:
    assert not issubclass(getattr(errors, name), ValueError)


REASON = because(ReasonCode.CHANGED_SINCE, at=datetime(2024, 1, 1, tzinfo=UTC))

ERRORS = [
    each
    for each in vars(errors).values()
    if inspect.isclass(each) and each.__module__ == errors.__name__
]
EVERY_ERROR = [
    errors.BadgeError("a badge of nobody"),
    errors.JsonError("wrong", "two faults", [("users[0].id", "missing")]),
    errors.CertrulesError(),
    errors.ConflictError("somebody was faster"),
    errors.InvalidValueError("validity amount", -1, "a whole number"),
    errors.MissingDayError(date(2011, 12, 30), "Pacific/Apia"),
    errors.NaiveDatetimeError(NAIVE),
    errors.NoSuchDayError(date(2024, 1, 31), 1, Unit.MONTHS),
    errors.NotPermittedError([REASON]),
    errors.OutOfRangeError(date(9999, 12, 31), "plus 1 days"),
    errors.RecordsFileError("empty", "the file is empty", path="records.csv"),
    errors.StoreError("the disk is full"),
    errors.UnknownZoneError("Mars/Olympus"),
]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_in_another_process(error: errors.CertrulesError) -> None:
    error.add_note("while it was tried")
    travelled = (
        copy.copy(error),
        *(pickle.loads(pickle.dumps(error, protocol)) for protocol in range(6)),  # noqa: S301
    )
    for other in travelled:
        assert type(other) is type(error)
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_every_error_is_tried() -> None:
    assert {type(error) for error in EVERY_ERROR} == set(ERRORS)
