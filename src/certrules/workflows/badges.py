"""Badges: issue them, publish which no longer count, and show where one stands.

An award that is archived, removed or given other dates loses its badge in the same transaction.
The badges issued here are records; the extra ``badges`` makes signed credentials of them.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from certrules import instants
from certrules.badges import credential as credentials
from certrules.badges import statuslist, urls
from certrules.badges.credential import BadgeRecipient, Issuer
from certrules.badges.sharing import Page
from certrules.errors import InvalidValueError
from certrules.model.awards import Award, ExpiryDay
from certrules.model.badges import Badge
from certrules.model.catalog import Certification
from certrules.model.decisions import Granted, Refused
from certrules.model.people import Action
from certrules.repositories.protocols import HasAwards, HasBadges, HasCertifications, HasUsers
from certrules.rules import badges as rules
from certrules.workflows import facts
from certrules.workflows.effects import EffectParts, apply
from certrules.workflows.platform import Acting


class ListParts(HasAwards, HasBadges, Protocol):
    """What :func:`marked` asks of a store."""


class PageParts(ListParts, HasUsers, HasCertifications, Protocol):
    """What :func:`page` asks of a store."""


def issue(
    acting: Acting[EffectParts],
    user_id: str,
    certification_id: str,
    *,
    draw: Callable[[int], int],
    at: datetime | None = None,
) -> Granted[Badge] | Refused:
    """Issue the badge of the award that a user holds, or return the one that it has.

    That is the award which is current at ``at``; without it, the last one, even if it was issued in
    advance and has not begun. A badge of other dates than the award has now is revoked for ever,
    and another one issued. The effect of a grant is the :class:`~certrules.model.badges.Badge`,
    which is then stored. ``draw(n)`` is a random number from 0 to n - 1: use
    ``secrets.randbelow``. Action: ``DOWNLOAD_BADGE``.

    >>> from secrets import randbelow
    >>> store = MemoryStore()
    >>> with store.writing() as transaction:
    ...     transaction.users.put([User("1", "ada")])
    ...     transaction.certifications.put([Certification("fa", "First aid")])
    >>> system = Platform(store, DOCEBO, UTC).acting_as(SYSTEM)
    >>> print(issue(system, "1", "fa", draw=randbelow).reasons[0])
    the user does not hold the certification (ALL-ROLE-11)

    Rules: ALL-ROLE-08, ALL-ROLE-11, INT-08, INT-42, INT-46.
    """
    acting.require_for(Action.DOWNLOAD_BADGE, user_id)
    at = _LAST if at is None else instants.utc(at, "at")
    with acting.writing() as transaction:
        facts.known_user(transaction, user_id)
        facts.known_certification(transaction, certification_id)
        return _issue(transaction, user_id, certification_id, draw, at)


_LAST = datetime.max.replace(tzinfo=UTC)
"""When only the last award is current."""


def _issue(
    transaction: EffectParts,
    user_id: str,
    certification_id: str,
    draw: Callable[[int], int],
    at: datetime,
) -> Granted[Badge] | Refused:
    award, former = _held(transaction, user_id, certification_id, at)
    decision = rules.issue(award, former)
    if not decision or award is None:
        return decision
    if former is not None and former.award.identity == award.identity:
        return Granted((former,), decision.reasons)
    latest, taken = transaction.badges.places()
    index = statuslist.allot(taken, draw)  # never given out before; None if the list is full
    place = (latest, index) if index is not None else (latest + 1, draw(statuslist.SIZE))
    effects = rules.issued(award, str(UUID(int=draw(2**128), version=4)), place)
    apply(transaction, effects)
    return Granted((effects[1].badge,), decision.reasons)


def _held(
    transaction: EffectParts, user_id: str, certification_id: str, at: datetime
) -> tuple[Award | None, Badge | None]:
    """Return the award that a user holds at an instant, and the badge that it has."""
    history = transaction.awards.history(user_id, certification_id)
    award = next((a for a in history if a.archived_at is None or a.archived_at > at), None)
    if award is None:
        return None, None
    return award, transaction.badges.current(user_id, certification_id, award.cycle)


def credential(
    acting: Acting[HasCertifications],
    badge: Badge,
    *,
    issuer: Issuer,
    lists: str | None = None,
    recipient: BadgeRecipient | None = None,
    image: str | None = None,
    skills: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the credential of a badge, to be signed.

    ``lists`` is the URL of a status list, with ``{purpose}`` and ``{list}`` in it for revocation,
    suspension or message and for its number (see :func:`check_lists`). Without it, nobody can see
    that the badge was revoked. The rest is as for :func:`certrules.badges.credential.credential`.

    Rules: ALL-ROLE-11, INT-38.
    """
    with acting.reading() as view:
        certification = facts.known_certification(view, badge.certification_id)
    entries = [
        statuslist.entry(list_url(lists, purpose, badge.status_list), purpose, badge.index)
        for purpose in statuslist.PURPOSES
        if lists is not None
    ]
    return credentials.credential(
        badge,
        certification,
        issuer=issuer,
        recipient=recipient,
        image=image,
        skills=skills,
        status=entries,
    )


def list_url(lists: str, purpose: str, number: int) -> str:
    """Return the URL of one status list, by its purpose and number.

    Raises :class:`~certrules.errors.InvalidValueError` as :func:`check_lists` does, and for a wrong
    purpose or number.

    >>> list_url("https://academy.example/status/{purpose}/{list}", "revocation", 1)
    'https://academy.example/status/revocation/1'
    """
    check_lists(lists)
    statuslist.check_purpose(purpose)
    if not isinstance(number, int) or number < 1:
        raise InvalidValueError("status list", number, "a number of 1 or more")
    return lists.replace("{purpose}", purpose).replace("{list}", str(number))


def check_lists(lists: str) -> None:
    """Raise InvalidValueError unless each status list gets an http(s) URL of its own.

    Two lists of one URL would answer for each other: a revoked badge could pass as valid.

    >>> check_lists("https://academy.example/{purpose}")
    Traceback (most recent call last):
        ...
    certrules.errors.InvalidValueError: lists cannot be 'https://academy.example/{purpose}': \
expected an http(s) URL with {purpose} and {list} in it
    """
    named = isinstance(lists, str) and "{purpose}" in lists and "{list}" in lists
    rest = lists.replace("{purpose}", "").replace("{list}", "") if named else ""
    if not urls.is_web(rest) or not set("{}#").isdisjoint(rest):
        raise InvalidValueError("lists", lists, "an http(s) URL with {purpose} and {list} in it")


def marked(acting: Acting[ListParts], status_list: int, purpose: str, *, at: datetime) -> list[int]:
    """Return the indexes whose bits are set at an instant in a status list, for one purpose.

    A badge that a later one has replaced is revoked, and has a message that says so. It is, too, if
    the later award was issued in advance, from the instant on at which that begins: a list that was
    published before does not know. :func:`certrules.badges.statuslist.list_credential` makes the
    list of them to be published.

    Rules: ALL-ROLE-11, INT-38, INT-42, INT-46.
    """
    statuslist.check_purpose(purpose)
    at = instants.utc(at, "at")
    with acting.reading() as view:
        badges = view.badges.listed(status_list)
        if purpose == "suspension":
            return [each.index for each in badges if each.suspended]
        awards = view.awards.histories([(each.user_id, each.certification_id) for each in badges])
    return [
        each.index
        for each in badges
        if (each.revoked and purpose == "revocation")
        or rules.replaced(each, awards.get((each.user_id, each.certification_id), ()), at)
    ]


def suspend(acting: Acting[EffectParts], badge_id: str, *, suspended: bool = True) -> None:
    """Suspend a badge, or lift its suspension. Action: ``DELETE_AWARD``.

    Rules: ALL-ROLE-03.
    """
    acting.require(Action.DELETE_AWARD)
    with acting.writing() as transaction:
        found = facts.known("badge", transaction.badges.get(badge_id), badge_id)
        apply(transaction, rules.suspended(found, suspended=suspended))


def revoke(acting: Acting[EffectParts], badge_id: str) -> None:
    """Revoke a badge for ever, and keep its award, which gets no other badge while its dates stay.

    Pending notices of the award's expiry are cancelled, and no others are sent while its dates
    stay. Action: ``DELETE_AWARD``.

    Rules: ALL-ROLE-03, ALL-ROLE-11, INT-23.
    """
    acting.require(Action.DELETE_AWARD)
    with acting.writing() as transaction:
        found = facts.known("badge", transaction.badges.get(badge_id), badge_id)
        apply(transaction, rules.revoked(found))


def reissue(
    acting: Acting[EffectParts],
    badge_id: str,
    *,
    draw: Callable[[int], int],
    at: datetime | None = None,
) -> Granted[Badge] | Refused:
    """Revoke a badge for ever, and issue another of the same award, under an id of its own.

    So a link to a badge is taken back, or an award gets a badge again after its own was revoked by
    hand. The effect of a grant is the badge, and ``draw`` and ``at`` are as for :func:`issue`.
    Refused unless the badge is that of the award that its user holds then; otherwise :func:`issue`
    gives that award its own. Action: ``DELETE_AWARD``.

    Rules: ALL-ROLE-03, ALL-ROLE-11, INT-42, INT-46.
    """
    acting.require(Action.DELETE_AWARD)
    at = _LAST if at is None else instants.utc(at, "at")
    with acting.writing() as transaction:
        former = facts.known("badge", transaction.badges.get(badge_id), badge_id)
        deleted = transaction.certifications.get(former.certification_id) is None
        _, current = _held(transaction, former.user_id, former.certification_id, at)
        decision = rules.reissue(former, current, deleted=deleted)
        if not decision:
            return decision
        apply(transaction, decision.effects)
        return _issue(transaction, former.user_id, former.certification_id, draw, at)


def page(acting: Acting[PageParts], badge_id: str, *, at: datetime, issuer: str) -> Page | None:
    """Return what the verification page of a badge says at an instant; None if there is no badge.

    Nobody can guess the id of a badge, a version 4 UUID. If the certification is gone, its id is
    shown for its name. For a person without a name, the username or the id is shown, unless it is
    an e-mail address.

    Rules: ALL-ROLE-11, INT-38, INT-42.
    """
    with acting.reading() as view:
        found = view.badges.get(badge_id)
        if found is None:
            return None
        certification = view.certifications.get(found.certification_id)
        person = view.users.get(found.user_id)
        awards = view.awards.history(found.user_id, found.certification_id)
    same = (each.expiry_day for each in awards if each.identity == found.award.identity)
    expiry_day = next(same, ExpiryDay.EXCLUSIVE)  # as if it were not, of an award that is gone
    name = f"{person.first_name} {person.last_name}".strip() if person else ""
    ids = (person.username if person else "", found.user_id)
    shown = next((each for each in ids if each and "@" not in each), "Name not given")
    known = certification or Certification(found.certification_id, found.certification_id)
    return Page(
        name or shown,
        known.name,
        issuer,
        rules.state_at(found, at, awards),
        at,
        found.issued_at,
        found.expires_at,
        known.skills,
        known.completion_criteria,
        f"urn:uuid:{found.id}",
        expiry_day,
    )
