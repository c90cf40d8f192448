"""Expiries and midnights: of many at once beside polars, of one beside pendulum."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pendulum
import polars as pl

from benchmarks.measuring import Comparison, Job, at_least, at_most, pairs
from benchmarks.peers import ZONE, ZONE_NAME
from certrules import Unit, Validity, instants
from certrules.rules import validity

__all__ = ["compare"]

PERIOD = Validity(18, Unit.MONTHS)
DAYS = [date(2017, 1, 1) + timedelta(days=number) for number in range(3000)]
CALLS = 3000
PENDULUM = "pendulum, from and to datetime"
FIRST = datetime(2017, 1, 1, 12, tzinfo=UTC)  # libraries differ on clocks that skip


def compare(rows: int, repetitions: int) -> Iterator[Comparison]:
    days = random.Random(2021).choices(DAYS, k=rows)
    yield _starts(days, repetitions)
    yield _expiries(instants.starts_of_day(days, ZONE), repetitions)
    yield _first_calls(repetitions)
    yield _further_calls(repetitions)


def _starts(days: list[date], repetitions: int) -> Comparison:
    column = pl.Series(days)

    def by_polars() -> pl.Series:
        here = column.cast(pl.Datetime("us")).dt.replace_time_zone(ZONE_NAME, ambiguous="earliest")
        return here.dt.convert_time_zone("UTC")

    peer = Job("polars", by_polars, _sum)
    subject = Job("certrules", lambda: instants.starts_of_day(days, ZONE), _sum)
    return at_most("starts_of_day of a column", "polars", pairs(peer, subject, repetitions), 1.0)


def _expiries(issued: list[datetime], repetitions: int) -> Comparison:
    column = pl.Series(issued, dtype=pl.Datetime("us", "UTC"))

    def by_polars() -> pl.Series:
        there = column.dt.convert_time_zone(ZONE_NAME).dt.offset_by("18mo")
        return there.dt.convert_time_zone("UTC")

    peer = Job("polars", by_polars, _sum)
    subject = Job("certrules", lambda: validity.expiries(issued, PERIOD, zone=ZONE), _sum)
    return at_most("expiries of a column", "polars", pairs(peer, subject, repetitions), 1.0)


def _sum(instants: list[datetime] | pl.Series) -> int:
    return int(pl.Series(instants, dtype=pl.Datetime("us", "UTC")).dt.epoch("s").sum())


def _first_calls(repetitions: int) -> Comparison:
    taken = []
    for turn in range(repetitions):
        issued = [FIRST + timedelta(days=number, minutes=turn) for number in range(CALLS)]
        taken += pairs(_with_pendulum(issued), _with_certrules(issued), 1)
    return at_least("expiry, first call for an instant", PENDULUM, taken, 7)


def _further_calls(repetitions: int) -> Comparison:
    issued = [FIRST + timedelta(days=number) for number in range(CALLS)]
    subject = _with_certrules(issued)
    subject.run()
    taken = pairs(_with_pendulum(issued), subject, repetitions)
    return at_least("expiry, instant seen before", PENDULUM, taken, 60)


def _with_certrules(issued: list[datetime]) -> Job:
    def run() -> list[datetime | None]:
        return [validity.expiry(at, PERIOD, zone=ZONE) for at in issued]

    return Job("certrules", run, _sum)


def _with_pendulum(issued: list[datetime]) -> Job:
    """Do the whole of what ``expiry`` does, from and to the standard library's datetimes in UTC."""
    zone = pendulum.timezone(ZONE_NAME)

    def run() -> list[datetime]:
        return [
            datetime.fromtimestamp(
                pendulum.instance(at).in_timezone(zone).add(months=18).timestamp(), UTC
            )
            for at in issued
        ]

    return Job("pendulum", run, _sum)
