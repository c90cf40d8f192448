"""A file of certification records, the same one for every run."""

import csv
import random
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

__all__ = ["CERTIFICATIONS", "COURSES", "PLANS", "USERS", "records_file"]

VERSION = 2
"""Part of the cached file's name: count it up when a change here changes the data."""

USERS = [f"{first}.learner{number}@example.com" for number in range(50_000) for first in "acgm"]
CERTIFICATIONS = [f"CERT-{number:02}" for number in range(50)]
COURSES = [f"COURSE-{number:03}" for number in range(200)]
"""Four to a certification."""
PLANS = [f"PLAN-{number:02}" for number in range(50)]
"""One to a certification."""
DAYS = [(date(2017, 1, 1) + timedelta(days=number)).isoformat() for number in range(3000)]
LAST_ISSUE = 2200

FAULTY = 0.02
REPEATED = 0.03
BACKWARDS = 0.001
"""Expires before its issue: a warning."""

HEADER = (
    "username",
    "certification_code",
    "certification_issue_date",
    "always_valid",
    "certification_expire_date",
    "type",
    "code",
)
USERNAME, _, ISSUE, ALWAYS, EXPIRE, TYPE, CODE = range(7)


def records_file(rows: int) -> Path:
    """Return the file of so many rows, written to the temporary directory at the first call."""
    path = Path(tempfile.gettempdir()) / f"certrules-benchmark-{VERSION}-{rows}.csv"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(_rows(rows))
        part.rename(path)
    return path


def _rows(rows: int) -> Iterator[list[str]]:
    chance = random.Random(2021)
    keys = chance.sample(range(len(USERS) * len(CERTIFICATIONS)), rows)
    for number in range(rows):
        repeats = number and chance.random() < REPEATED
        key = keys[chance.randrange(number) if repeats else number]
        user, certification = divmod(key, len(CERTIFICATIONS))
        row = _row(chance, USERS[user], certification)
        if chance.random() < FAULTY:
            _spoil(chance, row)
        yield row


def _row(chance: random.Random, username: str, certification: int) -> list[str]:
    issue = chance.randrange(LAST_ISSUE)
    expire = issue + chance.choice((365, 730))
    if chance.random() < BACKWARDS:
        expire = max(issue - 400, 0)
    always = chance.random() < 0.25
    type_ = chance.choice(("manual", "manual", "manual", "course", "course", "learning_plan"))
    codes = {
        "manual": "",
        "course": COURSES[4 * certification + chance.randrange(4)],
        "learning_plan": PLANS[certification],
    }
    row = [username, CERTIFICATIONS[certification], DAYS[issue], "1" if always else "0"]
    row += ["" if always else DAYS[expire], type_, codes[type_]]
    if chance.random() < 0.01:
        row[USERNAME] = row[USERNAME].title()
    if chance.random() < 0.01:
        row = [f" {value} " if value else value for value in row]
    return row


def _spoil(chance: random.Random, row: list[str]) -> None:
    """Put exactly one fault into a row."""
    always, manual = row[ALWAYS].strip() == "1", row[TYPE].strip() == "manual"
    unreadable = ("11/18/21", "2021/11/18", "2021-02-30", "2021-1-5", "44518", "20211118")
    match chance.randrange(6):
        case 0:
            row[USERNAME] = ""
        case 1:
            row[ISSUE] = chance.choice(unreadable)
        case 2:
            row[ALWAYS] = chance.choice(("", "maybe", "2"))
        case 3:
            row[EXPIRE] = DAYS[-1] if always else chance.choice(("", *unreadable))
        case 4:
            row[TYPE] = "certificate"
        case 5:
            row[CODE] = COURSES[0] if manual else ""
