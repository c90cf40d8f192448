"""Names on a command line: which users, certifications and items they mean, and back again."""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from difflib import get_close_matches
from itertools import islice
from typing import TypeVar

from attrs import frozen

from certrules import instants
from certrules.cli.failures import UsageError
from certrules.model.awards import Award, ExpiryDay
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.learning import RenewalOption
from certrules.model.people import User, username_key
from certrules.repositories.protocols import Transaction
from certrules.rules import status
from certrules.text import forms, unaccented

BY_ID = "id:"
"""What stands before an id that could be taken for a name or a code."""

CONSIDERED = 100_000
"""Among how many names one close to an unknown one is sought."""

KINDS = {
    "course": ItemKind.COURSE,
    "plan": ItemKind.LEARNING_PLAN,
    "track": ItemKind.LEARNING_TRACK,
}

T = TypeVar("T", User, Certification, Item)


def users(view: Transaction, name: str) -> Sequence[User]:
    """Return the users of a name, or the one of an id; UsageError if there is none."""
    key = username_key(name)
    called = view.users.named({key}).get(key, ())
    return _found("user", name, view.users.get(_id(name)), called, view.users.all)


def gone(view: Transaction, name: str) -> Sequence[User]:
    """Return the one whom ``id:`` names and of whom the store has nothing but awards, if any."""
    id_ = _id(name)
    if name == id_ or view.users.get(id_) or not any(view.awards.select(user_id=id_)):
        return ()
    return (User(id_, id_),)


def user(view: Transaction, name: str) -> User:
    """Return the only user of a name or id; UsageError if there is none, or several."""
    return only(name, users(view, name))


def only(name: str, found: Sequence[T]) -> T:
    """Return the only one of what was found by a name; UsageError if there are several.

    >>> only("ada", [User("1", "ada")]).id
    '1'
    """
    if len(found) > 1:
        ids = ", ".join(f"{BY_ID}{each.id}" for each in found)
        raise UsageError(f"several are called {name!r}: name one by its id, {ids}")
    return found[0]


def certification(view: Transaction, name: str) -> Certification:
    """Return the certification of a code or id; UsageError if there is none, or several."""
    rows = view.certifications
    called = _of_any_form(rows.coded(forms(name)))
    return only(name, _found("certification", name, rows.get(_id(name)), called, rows.all))


def item(view: Transaction, args: argparse.Namespace) -> Item | None:
    """Return the item that the options --course, --plan and --track name, if they do."""
    for word in KINDS:
        if (name := getattr(args, word)) is not None:
            return item_of(view, word, name)
    return None


def item_of(view: Transaction, word: str, name: str) -> Item:
    """Return the course, plan or track of a code or id; UsageError if there is none, or several."""
    kind = KINDS[word]
    called = _of_any_form(view.items.coded(kind, forms(name)))
    known = view.items.get(kind, _id(name))
    others = (each for each in view.items.all() if each.kind is kind)
    return only(name, _found(word, name, known, called, lambda: others))


def _of_any_form(coded: Mapping[str, Sequence[T]]) -> list[T]:
    return [each for found in coded.values() for each in found]


def _id(name: str) -> str:
    return name.removeprefix(BY_ID)


def _found(
    thing: str,
    name: str,
    known: T | None,
    called: Sequence[T],
    everything: Callable[[], Iterable[T]],
) -> Sequence[T]:
    """Return what has this id, or this name; UsageError if these are not the same, or nothing."""
    others: Sequence[T] = () if name.startswith(BY_ID) else called
    found = others if known is None else (known,)
    if not found:
        raise UsageError(f"there is no {thing} {name!r} in the store{_hint(name, everything())}")
    ids: list[str] = [each.id for each in others if each.id != found[0].id]
    if known is not None and ids:
        word = "username" if isinstance(known, User) else "code"
        raise UsageError(
            f"{name!r} is the id of one {thing} and the {word} of another: name one by its id, "
            + ", ".join(f"{BY_ID}{each}" for each in (name, *ids))
        )
    return found


def _hint(name: str, known: Iterable[User | Certification | Item]) -> str:
    names = (
        each.username if isinstance(each, User) else each.code or each.id
        for each in islice(known, CONSIDERED)
    )
    compared = {unaccented(each): each for each in names}
    near = get_close_matches(unaccented(name.strip()), compared, n=1)
    return f"; did you mean {compared[near[0]]}?" if near else ""


@frozen
class Words:
    """How people call what a store has, and days on the calendar of a zone, or of each user's own.

    >>> with MemoryStore().reading() as view:
    ...     Words(view, UTC).item(ItemKind.LEARNING_PLAN, "p1")
    'learning plan p1'
    """

    view: Transaction
    zone: tzinfo
    zone_of: Callable[[User], tzinfo] | None = None

    def user(self, user_id: str) -> str:
        """Return the username of an id, or the id if the store has no such user."""
        person = self.view.users.get(user_id)
        return person.username if person else f"user {user_id}"

    def item(self, kind: ItemKind, item_id: str) -> str:
        """Return an item as people call it."""
        return str(self.view.items.get(kind, item_id) or Item(kind, item_id))

    def certification(self, certification_id: str) -> str:
        """Return a certification as people call it: by its name and code."""
        return str(self.view.certifications.get(certification_id) or certification_id)

    def option(self, option: RenewalOption) -> str:
        """Return what completes a renewal."""
        what = f"completing {self.item(option.kind, option.item_id)}"
        if option.plan_id is None:
            return what
        return f"{what} through {self.item(ItemKind.LEARNING_PLAN, option.plan_id)}"

    def issued(self, award: Award) -> str:
        """Return the day on which an award was issued; it names the zone if each user has one."""
        user = None if self.zone_of is None else self.view.users.get(award.user_id)
        if user is None or self.zone_of is None:
            return day(award.issued_at, self.zone)
        zone = self.zone_of(user)
        own = "" if zone == self.zone else f" ({zone})"
        return f"{day(award.issued_at, zone)}{own}"

    def expiry(self, award: Award) -> str:
        """Return how long an award is valid: its expiry date, as it is meant."""
        included = last_day(award, self.zone)
        return f"last valid day {included}" if included else f"expires {expiry(award, self.zone)}"


def day(instant: datetime, zone: tzinfo) -> str:
    """Return the day of an instant on a zone's calendar."""
    return str(instants.local_or_utc(instant, zone).date())


def expiry(award: Award, zone: tzinfo) -> str:
    """Return the expiry date of an award on a zone's calendar; ``never`` if there is none."""
    return str(status.expiry_date(award, zone=zone) or "never")


def last_day(award: Award, zone: tzinfo) -> str:
    """Return the last valid day of an award if that is its expiry date, else nothing."""
    return expiry(award, zone) if award.expiry_day is ExpiryDay.INCLUSIVE else ""
