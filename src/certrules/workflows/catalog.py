"""Load a catalog into a store: check it against what is there, then keep all of it or nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from attrs import Factory, evolve, frozen

from certrules.catalogs import Catalog
from certrules.errors import JsonError
from certrules.model.badges import ImageInfo
from certrules.model.catalog import (
    Assignment,
    Certification,
    CertificationStatus,
    ItemKind,
    ItemRef,
)
from certrules.model.decisions import Decision
from certrules.model.people import Action, username_key
from certrules.model.policy import Policy
from certrules.repositories.protocols import (
    HasCertifications,
    HasCompanies,
    HasItems,
    HasLearning,
    HasUsers,
)
from certrules.rulebook import Rule
from certrules.rules import lifecycle
from certrules.text import composed, forms
from certrules.workflows.platform import SYSTEM, Acting

T = TypeVar("T")

_NO_IMAGES: Mapping[str, ImageInfo] = MappingProxyType({})


class LoadParts(HasUsers, HasCertifications, HasItems, HasLearning, HasCompanies, Protocol):
    """What :func:`load` asks of a store."""


@frozen
class Change:
    """How many entries of one section a load added, replaced, or found as they are."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0


@frozen
class LoadReport:
    """What a load did, by section of the catalog, and what will make trouble later."""

    changes: Mapping[str, Change]
    warnings: tuple[str, ...] = Factory(tuple)


def load(
    acting: Acting[LoadParts], catalog: Catalog, *, images: Mapping[str, ImageInfo] = _NO_IMAGES
) -> LoadReport:
    """Add the entries of a catalog, or replace those of the same id, in one transaction.

    An entry of the store that the catalog does not name stays. ``images`` are what
    :func:`certrules.images.read` returns for badge images, by their names in the certifications.
    Actions: ``MANAGE_PEOPLE`` for users and companies, ``MANAGE_LEARNING`` for items, courses and
    plans, ``CREATE_CERTIFICATION`` and ``EDIT_CERTIFICATION`` for certifications. The user who acts
    is the creator of a certification that was not there before.

    Raises :class:`~certrules.errors.JsonError`, and keeps nothing, if an assignment, a course or
    a plan names an item that neither the catalog nor the store has; if a stored certification lacks
    an item that is assigned to it, which only :func:`certrules.workflows.lifecycle.unlink` takes
    away, together with what it earned; if an item would earn a second certification that the policy
    does not allow; and if a certification could not be created or edited so. Raises
    :class:`~certrules.errors.StoreError`.

    >>> system = Platform(MemoryStore(), DOCEBO, UTC).acting_as(SYSTEM)
    >>> load(system, Catalog(users=(User("1", "ada"),))).changes["users"]
    Change(added=1, replaced=0, unchanged=0)

    Rules: DOC-CERT-07, DOC-ASSIGN-04, DOC-ASSIGN-11, ALL-BADGE-04, ALL-CERT-07, ALL-CERT-08,
    ALL-CERT-09, ALL-EXP-01, INT-22, INT-27, INT-31, INT-31b, INT-33.
    """
    for action in _actions(catalog):
        acting.require(action)
    with acting.writing() as transaction:
        stored = transaction.certifications.among({each.id for each in catalog.certifications})
        if acting.principal is not SYSTEM:
            catalog = _signed(acting, stored, catalog)
        judged = [
            _judge(acting, stored.get(each.id), each, images.get(each.badge_image or ""))
            for each in catalog.certifications
        ]
        faults = [
            *_unknown_items(transaction, catalog),
            *_unlinked_items(stored, catalog),
            *_shared_items(transaction, catalog, acting.policy),
            *_refusals(judged),
        ]
        if faults:
            message = "the catalog asks for what cannot be"
            raise JsonError("invalid_catalog", message, faults)
        changes = dict(_put_sections(transaction, catalog))
        warnings = *_image_warnings(catalog, judged), *_warnings(transaction, catalog)
        return LoadReport(changes, warnings)


def require_some(acting: Acting[object]) -> None:
    """Raise :class:`~certrules.errors.NotPermittedError` if the principal may load no catalog.

    Ask this before a catalog is read.

    >>> require_some(Platform(MemoryStore(), DOCEBO, UTC).acting_as(Actor("ada")))
    Traceback (most recent call last):
    certrules.errors.NotPermittedError: people.manage is for superadmin: everybody's (INT-27)

    Rules: DOC-CERT-09, INT-27.
    """
    loadable = ((Action.MANAGE_PEOPLE,), (Action.MANAGE_LEARNING,), _CERTIFICATIONS)
    if not any(all(map(acting.may, needed)) for needed in loadable):
        acting.require(Action.MANAGE_PEOPLE)


def _actions(catalog: Catalog) -> Sequence[Action]:
    """Return what it takes to be permitted to change what a catalog lists: if nothing, anything."""
    needed = [
        *([Action.MANAGE_PEOPLE] if catalog.users or catalog.companies else ()),
        *([Action.MANAGE_LEARNING] if catalog.items or catalog.courses or catalog.plans else ()),
        *(_CERTIFICATIONS if catalog.certifications else ()),
    ]
    return needed or (Action.MANAGE_PEOPLE, Action.MANAGE_LEARNING, *_CERTIFICATIONS)


_CERTIFICATIONS = (Action.CREATE_CERTIFICATION, Action.EDIT_CERTIFICATION)


def _signed(
    acting: Acting[object], stored: Mapping[str, Certification], catalog: Catalog
) -> Catalog:
    """Return a catalog in which the user who acts is the creator of what is new."""
    certifications = tuple(
        evolve(each, created_by=known.created_by, created_at=known.created_at)
        if (known := stored.get(each.id))
        else evolve(each, created_by=acting.user_id)
        for each in catalog.certifications
    )
    return evolve(catalog, certifications=certifications)


def _put_sections(transaction: LoadParts, catalog: Catalog) -> Iterator[tuple[str, Change]]:
    """Put what is new or different into each section; yield what that changed."""
    learning, companies = transaction.learning, transaction.companies
    yield "users", _put(transaction.users, catalog.users)
    yield "items", _put(transaction.items, catalog.items, lambda item: ItemRef(item.kind, item.id))
    yield "certifications", _put(transaction.certifications, catalog.certifications)
    if courses := catalog.courses:
        known = learning.courses([each.id for each in courses])
        yield "courses", _keep(learning.put_courses, courses, known)
    if plans := catalog.plans:
        held = learning.plans([each.id for each in plans])
        yield "plans", _keep(learning.put_plans, plans, held)
    if catalog.companies:
        yield "companies", _keep(companies.put, catalog.companies, companies.all())


def _put(section: Any, entries: Sequence[Any], key: Any = attrgetter("id")) -> Change:
    stored = section.among({key(each) for each in entries})
    return _keep(section.put, entries, stored.values(), key)


def _keep(
    put: Any, entries: Sequence[Any], stored: Iterable[Any], key: Any = attrgetter("id")
) -> Change:
    known = {key(each): each for each in stored}
    changed = [each for each in entries if known.get(key(each)) != each]
    put(changed)
    added = len({key(each) for each in entries} - known.keys())
    return Change(added, len(changed) - added, len(entries) - len(changed))


_Faults = Iterator[tuple[str, str]]
"""Where something in a catalog is wrong, and what."""


def _assignments(catalog: Catalog) -> Iterator[tuple[str, Certification, Assignment]]:
    """Yield each assignment of a catalog, with its path and its certification."""
    for index, certification in enumerate(catalog.certifications):
        for place, assignment in enumerate(certification.assignments):
            path = f"certifications[{index}].assignments[{place}].item"
            yield path, certification, assignment


def _unknown_items(transaction: HasItems, catalog: Catalog) -> _Faults:
    listed = {(item.kind, item.id) for item in catalog.items}
    for path, kind, item in _named_items(catalog):
        if (kind, item) not in listed and transaction.items.get(kind, item) is None:
            named = f"{str(kind).replace('_', ' ')} {item!r}"
            yield path, f"there is no {named}, neither here nor in the store"


def _named_items(catalog: Catalog) -> Iterator[tuple[str, ItemKind, str]]:
    """Yield each item that a catalog names without listing it there, with its path."""
    for path, _, assignment in _assignments(catalog):
        yield path, assignment.kind, assignment.item_id
    for index, course in enumerate(catalog.courses):
        yield f"courses[{index}].id", ItemKind.COURSE, course.id
    for index, plan in enumerate(catalog.plans):
        yield f"plans[{index}].id", ItemKind.LEARNING_PLAN, plan.id
        for place, held in enumerate(plan.courses):
            yield f"plans[{index}].courses[{place}]", ItemKind.COURSE, held


def _unlinked_items(stored: Mapping[str, Certification], catalog: Catalog) -> _Faults:
    for index, certification in enumerate(catalog.certifications):
        before = stored.get(certification.id)
        for reason in lifecycle.left_out(before, certification) if before else ():
            yield f"certifications[{index}].assignments", str(reason)


def _shared_items(transaction: HasCertifications, catalog: Catalog, policy: Policy) -> _Faults:
    loaded = {certification.id for certification in catalog.certifications}
    earns: dict[ItemRef, Certification] = {}
    for path, certification, assignment in _assignments(catalog):
        stored = transaction.certifications.assigned(*assignment.ref)
        others = [each for each in stored if each.id not in loaded]
        first = min(others, key=lambda each: each.id, default=certification)
        other = earns.setdefault(assignment.ref, first)
        draft = evolve(certification, assignments=(), status=CertificationStatus.DRAFT)
        decision = lifecycle.assign(draft, assignment, [other], policy=policy)
        yield from ((path, str(reason)) for reason in decision.reasons if not decision)


def _judge(
    acting: Acting[object],
    before: Certification | None,
    after: Certification,
    image: ImageInfo | None,
) -> Decision:
    """Return whether a certification can become as the catalog has it, were it edited so."""
    at = datetime.min.replace(tzinfo=UTC)  # whether it can be does not depend on when
    policy = acting.policy
    if before is None:
        return lifecycle.create(after, image=image, at=at, with_items=True, policy=policy)
    return lifecycle.edit(before, after, image=image, at=at, with_items=True, policy=policy)


def _refusals(judged: Iterable[Decision]) -> _Faults:
    for index, decision in enumerate(judged):
        for reason in () if decision else decision.reasons:
            yield f"certifications[{index}]", str(reason)


def _image_warnings(catalog: Catalog, judged: Iterable[Decision]) -> Iterator[str]:
    for certification, decision in zip(catalog.certifications, judged, strict=True):
        for reason in decision.reasons:
            if reason.rule in (Rule.ALL_BADGE_02, Rule.ALL_BADGE_06):
                yield f"certification {certification.id}: {reason}"


def _warnings(transaction: LoadParts, catalog: Catalog) -> Iterator[str]:
    """Yield which names now stand for several things, so that no record can use them."""
    named = transaction.users.named({username_key(user.username) for user in catalog.users})
    for users in named.values():
        if len(users) > 1:
            ids = ", ".join(user.id for user in users)
            yield f"users {ids} are all called {users[0].username!r}{_IGNORED}"
    codes = {form for each in catalog.certifications for form in forms(each.code or "")} - {""}
    for code, certifications in _by_form(transaction.certifications.coded(codes)):
        if len(certifications) > 1:
            ids = ", ".join(each.id for each in certifications)
            yield f"certifications {ids} share the code {code!r}: no record can name either"
    for kind in dict.fromkeys(item.kind for item in catalog.items):
        of_kind = (item.code or "" for item in catalog.items if item.kind is kind)
        codes = {form for code in of_kind for form in forms(code)} - {""}
        for code, items in _by_form(transaction.items.coded(kind, codes)):
            if len(items) > 1:
                ids = ", ".join(item.id for item in items)
                yield f"items {ids} of kind {kind} share the code {code!r}: no record can name them"


_IGNORED = " when case and the Unicode form of accents are ignored"


def _by_form(coded: Mapping[str, Sequence[T]]) -> Iterable[tuple[str, Sequence[T]]]:
    """Return what has each code, whichever form of Unicode it is written in."""
    found: dict[str, list[T]] = {}
    for code, things in coded.items():
        found.setdefault(composed(code), []).extend(things)
    return found.items()
