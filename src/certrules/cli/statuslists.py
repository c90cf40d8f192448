"""Status lists on the command line: which one counts for each URL."""

from collections.abc import Iterable, Mapping

from certrules.badges import baking, structure, tokens
from certrules.badges.tokens import Token
from certrules.cli import files
from certrules.cli.failures import UsageError
from certrules.errors import BadgeError

__all__ = ["newest"]


def newest(paths: Iterable[str]) -> Mapping[str, str]:
    """Return the newest status list of each URL, by its beginning, whatever their order.

    UsageError for a file that holds no status list, and for lists of one URL that differ without
    one being newer: they begin at the same time, or one does not say when.
    """
    lists: dict[str, list[Token]] = {}
    for path in paths:
        token = _read(path)
        lists.setdefault(token.payload["id"], []).append(token)
    return {url: _newest(url, those) for url, those in lists.items()}


def _read(path: str) -> Token:
    try:
        token = tokens.read(baking.read(files.contents(path, tokens.LONGEST)))
        structure.check_list(token.payload)
        structure.begins(token.payload)  # which may be no number
    except BadgeError as error:
        raise UsageError(f"{path} is no status list: {error}") from error
    return token


def _newest(url: str, lists: Iterable[Token]) -> str:
    since = [(structure.begins(each.payload), each) for each in lists]
    latest = max((begins for begins, _ in since if begins is not None), default=None)
    first, *others = (each for begins, each in since if begins in (latest, None))
    if any(each.payload != first.payload for each in others):
        raise UsageError(
            f"two status lists of {url} differ, and neither is known to be the newer one: give "
            "the one that is published there now"
        )
    return first.text
