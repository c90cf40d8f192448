"""Which users, certifications and items do the names of a command line mean?"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import partial
from itertools import islice
from typing import TypeVar

from certrules.cli.failures import UsageError
from certrules.model.catalog import Certification, Item, ItemKind
from certrules.model.people import User, username_key
from certrules.repositories.protocols import Transaction

__all__ = [
    "add_certification",
    "add_items",
    "add_user",
    "certification",
    "certification_words",
    "item",
    "item_words",
    "only_user",
    "plan",
    "user",
    "username",
    "users",
]

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


def add_user(parser: argparse.ArgumentParser) -> None:
    """Add the option that names one user."""
    parser.add_argument(
        "--user", metavar="U", required=True, help="the user, by username or id (id:7)"
    )


def add_certification(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the option that names one certification."""
    parser.add_argument(
        "--certification",
        metavar="C",
        required=required,
        help="the certification, by code or id (id:3)",
    )


def add_items(
    parser: argparse.ArgumentParser, says: str, *, required: bool
) -> argparse._ActionsContainer:
    """Add the options of which one names an item, and return their group."""
    group = parser.add_mutually_exclusive_group(required=required)
    group.add_argument("--course", metavar="CODE", help=f"{says}: a course, by code or id")
    group.add_argument("--plan", metavar="CODE", help=f"{says}: a learning plan")
    group.add_argument("--track", metavar="CODE", help=f"{says}: a learning track")
    return group


def users(view: Transaction, name: str) -> Sequence[User]:
    """Return the users of a name, or the one of an id; UsageError where there is none."""

    def called(name: str) -> Sequence[User]:
        key = username_key(name)
        return view.users.named({key}).get(key, ())

    if found := _found(name, view.users.get, called, "user", "username"):
        return found
    known = (user.username for user in islice(view.users.all(), CONSIDERED))
    raise UsageError(f"there is no user {name!r} in the store{_hint(name, known)}")


def user(view: Transaction, name: str) -> User:
    """Return the only user of a name or id; UsageError where there is none, or several."""
    return only_user(name, users(view, name))


def only_user(name: str, found: Sequence[User]) -> User:
    """Return the only user of those who were found by a name; UsageError where there are several.

    >>> only_user("ada", [User("1", "ada")]).id
    '1'
    """
    return _only(f"users are called {name!r}", found)


def username(view: Transaction, user_id: str) -> str:
    """Return the username of an id, or the id where the store has no such user."""
    person = view.users.get(user_id)
    return person.username if person else f"user {user_id}"


def certification(view: Transaction, name: str) -> Certification:
    """Return the certification of a code or id; UsageError where there is none, or several."""

    def coded(name: str) -> Sequence[Certification]:
        return view.certifications.coded({name}).get(name, ())

    if found := _found(name, view.certifications.get, coded, "certification", "code"):
        return _only(f"certifications have the code {name!r}", found)
    codes = (each.code or each.id for each in view.certifications.all())
    raise UsageError(f"there is no certification {name!r} in the store{_hint(name, codes)}")


def item(view: Transaction, args: argparse.Namespace) -> Item | None:
    """Return the item that the options of :func:`add_items` name, if they do."""
    for word, kind in KINDS.items():
        if (name := getattr(args, word)) is not None:
            return _item(view, word, kind, name)
    return None


def plan(view: Transaction, name: str) -> Item:
    """Return the learning plan of a code or id; UsageError where there is none, or several."""
    return _item(view, "plan", ItemKind.LEARNING_PLAN, name)


def _item(view: Transaction, word: str, kind: ItemKind, name: str) -> Item:
    def coded(name: str) -> Sequence[Item]:
        return view.items.coded(kind, {name}).get(name, ())

    if found := _found(name, partial(view.items.get, kind), coded, word, "code"):
        return _only(f"items of this kind have the code {name!r}", found)
    codes = (each.code or each.id for each in view.items.all() if each.kind is kind)
    raise UsageError(f"there is no {word} {name!r} in the store{_hint(name, codes)}")


def item_words(view: Transaction, kind: ItemKind, item_id: str) -> str:
    """Return how people name an item.

    >>> from certrules.repositories.memory import MemoryStore
    >>> with MemoryStore().reading() as view:
    ...     item_words(view, ItemKind.LEARNING_PLAN, "p1")
    'learning plan p1'
    """
    return str(view.items.get(kind, item_id) or Item(kind, item_id))


def certification_words(view: Transaction, certification_id: str) -> str:
    """Return how people name a certification: by its name and code.

    >>> from certrules.repositories.memory import MemoryStore
    >>> with MemoryStore().reading() as view:
    ...     certification_words(view, "k1")
    'k1'
    """
    return str(view.certifications.get(certification_id) or certification_id)


def _found(
    name: str,
    get: Callable[[str], T | None],
    called: Callable[[str], Sequence[T]],
    thing: str,
    word: str,
) -> Sequence[T]:
    """Return what is called so, or has this id; UsageError where these are not the same."""
    if name.startswith(BY_ID):
        known = get(name.removeprefix(BY_ID))
        return () if known is None else (known,)
    known, named = get(name), called(name)
    if known is None:
        return named
    others: list[str] = [each.id for each in named if each.id != known.id]
    if not others:
        return (known,)
    raise UsageError(
        f"{name!r} is the id of one {thing} and the {word} of another: name one by its id, "
        + ", ".join(f"{BY_ID}{each}" for each in (name, *others))
    )


def _only(several: str, found: Sequence[T]) -> T:
    if len(found) > 1:
        ids = ", ".join(f"{BY_ID}{each.id}" for each in found)
        raise UsageError(f"several {several}: name one by its id, {ids}")
    return found[0]


def _hint(name: str, known: Iterable[str]) -> str:
    names = {each.casefold(): each for each in islice(known, CONSIDERED)}
    near = get_close_matches(name.strip().casefold(), names, n=1)
    return f"; did you mean {names[near[0]]}?" if near else ""
