"""Which status list counts of those that a command line names?"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from certrules.badges import baking, structure, tokens
from certrules.badges.tokens import Token
from certrules.cli import files
from certrules.cli.failures import UsageError
from certrules.errors import BadgeError

__all__ = ["newest"]


def newest(paths: Iterable[str]) -> Mapping[str, str]:
    """Return the newest status list of each URL, by its ``validFrom``, in whatever order they come.

    UsageError for a file that holds no status list, and where the newest ones of a URL differ.
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
    except BadgeError as error:
        raise UsageError(f"{path} is no status list: {error}") from error
    return token


def _newest(url: str, lists: Iterable[Token]) -> str:
    latest = max(map(_since, lists))
    first, *others = (each for each in lists if _since(each) == latest)
    if any(each.payload != first.payload for each in others):
        raise UsageError(
            f"two status lists of {url} are equally new, and differ: give the one that is "
            "published there now"
        )
    return first.text


def _since(token: Token) -> datetime:
    """Return since when a list counts; of one that does not say so, every other is newer."""
    begins = token.payload.get("validFrom")
    first = datetime.min.replace(tzinfo=UTC)
    return first if begins is None else structure.instant(begins, "validFrom")
