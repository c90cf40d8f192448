"""The feature: certifications can be switched off for a whole platform, and then nothing works."""

from certrules.model.decisions import Reason, because
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode

__all__ = ["switched_off"]


def switched_off(policy: Policy) -> tuple[Reason, ...]:
    """Return why a decision is refused, whatever it is about: certifications are switched off.

    Every decision asks here first, and gives no other reason.

    >>> from attrs import evolve
    >>> print(*switched_off(evolve(DOCEBO, enabled=False)))
    certifications are switched off on this platform (DOC-CERT-01)

    Rules: DOC-CERT-01.
    """
    return () if policy.enabled else (because(ReasonCode.SWITCHED_OFF),)
