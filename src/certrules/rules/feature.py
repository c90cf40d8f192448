"""The feature: certifications can be switched off for a whole platform, and then nothing works."""

from certrules.model.decisions import Reason, because
from certrules.model.policy import Policy
from certrules.model.reasons import ReasonCode
from certrules.model.values import checked


def switched_off(policy: Policy) -> tuple[Reason, ...]:
    """Return why a decision is refused, whatever it is about: certifications are switched off.

    Every decision asks here first, and gives no other reason. Raises
    :class:`~certrules.errors.InvalidValueError` for what is no policy, such as its name.

    >>> from attrs import evolve
    >>> print(*switched_off(evolve(DOCEBO, enabled=False)))
    certifications are switched off on this platform (DOC-CERT-01)

    Rules: DOC-CERT-01.
    """
    return () if checked("policy", policy, Policy).enabled else (because(ReasonCode.SWITCHED_OFF),)
