"""Stores: what is said if one is given where a platform is due?"""

from typing import TYPE_CHECKING, Never

from certrules.errors import InvalidValueError

_OF_ACTING = {
    *("may", "policy", "principal", "require", "require_for"),
    *("store", "user_id", "zone", "zone_of"),
}


class GivenStore:
    """A store, which is no platform: a workflow that is given one says how to make that."""

    if not TYPE_CHECKING:  # a type checker says so without

        def __getattr__(self, name: str) -> Never:
            if name in _OF_ACTING:
                expected = "a platform: Platform(store, policy, zone).acting_as(...)"
                raise InvalidValueError("acting", type(self), expected)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
            )
