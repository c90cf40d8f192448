"""By whose choices is a command decided?"""

import argparse

from attrs import evolve

from certrules.model.policy import ALLBOUND, DOCEBO, Policy

__all__ = ["add_policy", "policy"]

POLICIES = {
    "docebo": DOCEBO,
    "allbound": ALLBOUND,
    "allbound-reopening": evolve(ALLBOUND, reenable_training_on_expiry=True),
}


def add_policy(parser: argparse.ArgumentParser, default: str = "docebo") -> None:
    """Add the option that names the platform by whose choices is decided."""
    parser.add_argument(
        "--policy",
        choices=tuple(POLICIES),
        default=default,
        help=f"decide as this platform does ({default}); with -reopening, training opens again "
        "when an award expires: see `certrules reopen`",
    )


def policy(args: argparse.Namespace) -> Policy:
    """Return the policy that ``--policy`` names; DOCEBO if the command has no such option."""
    policy = POLICIES[getattr(args, "policy", "docebo")]
    if getattr(args, "external_certifications", False):
        return evolve(policy, external_certifications=True)
    return policy
