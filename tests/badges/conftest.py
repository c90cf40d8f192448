"""Keys, made once."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.badges.samples import Key, made


@pytest.fixture(scope="session")
def rsa_key() -> Key:
    return made(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="session")
def ec_key() -> Key:
    return made(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="session")
def attackers_key() -> Key:
    return made(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(params=["RS256", "ES256"])
def key(request: pytest.FixtureRequest) -> Key:
    found: Key = request.getfixturevalue({"RS256": "rsa_key", "ES256": "ec_key"}[request.param])
    return found
