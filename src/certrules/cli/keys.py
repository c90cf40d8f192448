"""Keys on the command line: which to sign with, and which to trust.

What signs and verifies comes with an extra, and is loaded when it is needed.
"""

import argparse
import json
import os
import re
import stat
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from certrules.badges.credential import Issuer
from certrules.cli import files, options
from certrules.cli.failures import UsageError, extra
from certrules.cli.output import shown
from certrules.errors import InvalidValueError

if TYPE_CHECKING:
    from certrules.badges.signing import KeySigner, TrustedKey


LARGEST = 100_000
"""How many bytes a key may have."""

PASSWORD = "CERTRULES_KEY_PASSWORD"  # noqa: S105 - the name of a variable


def add_signer(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who signs, and with which key."""
    add, says = parser.add_argument, "the issuer's id, for ever: a URL"
    options.add_value(
        parser, "--issuer", "URL", says, lambda url: Issuer(url, "-").id, required=True
    )
    add("--key", metavar="FILE", required=True, help="its private key, a PEM")
    says = "what verifiers call it (tokens then lack the key)"
    add("--key-id", metavar="ID", type=_id, help=says)


def _id(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is no text by which a key could be called")
    return text


def add_trusted(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whom to trust, and which keys of theirs."""
    add = parser.add_argument
    add("--issuer", metavar="URL", required=True, help="whose badges are trusted")
    says = "its public key, PEM or JWK; repeatable"
    add("--key", metavar="FILE", action="append", default=[], help=says)
    add("--key-id", metavar="ID", type=_id, help="what tokens call the key of a PEM")
    says = "of its public key; repeatable; if it begins with a hyphen, write --thumbprint=-TB"
    add("--thumbprint", metavar="T", action="append", default=[], help=says)


def signer(args: argparse.Namespace) -> "KeySigner":
    """Return who signs, by the options of :func:`add_signer`."""
    from_pem = needed("signing").KeySigner.from_pem
    pem = files.contents(args.key, LARGEST)
    if len(_PRIVATE.findall(pem)) > 1:
        raise UsageError(f"--key {args.key} {_SEVERAL}")
    _warn_if_shared(args.key)
    locked = b"ENCRYPTED" in pem
    password = os.environ.get(PASSWORD, "").encode() if locked else None
    try:
        found: KeySigner = from_pem(pem, password=password or None, key_id=args.key_id)
    except InvalidValueError as error:
        if password:
            why = f"it is locked, and the password in {PASSWORD} does not open it"
        elif locked:
            why = f"it is locked: put its password into {PASSWORD}"
        else:
            why = _why(pem, error, private=True)
        raise UsageError(f"--key {args.key} cannot sign: {why}") from error
    return found


def _warn_if_shared(path: str) -> None:
    """Warn if others than its owner can read a private key."""
    if path == "-" or os.name != "posix":
        return
    found = Path(path).stat().st_mode
    if stat.S_ISREG(found) and found & (stat.S_IRGRP | stat.S_IROTH):
        mode = f"{stat.S_IMODE(found):o}"
        says = f"certrules: warning: others can read {path} (its mode is {mode}): chmod 600 it"
        sys.stderr.write(shown(says) + "\n")


def trusted(args: argparse.Namespace) -> "list[TrustedKey]":
    """Return the keys that the options of :func:`add_trusted` name; UsageError for none."""
    if not args.key and not args.thumbprint:
        raise UsageError("whom to trust? give --key or --thumbprint of the issuer's key")
    key_of = needed("signing").TrustedKey
    found: list[TrustedKey] = [key_of(each) for each in args.thumbprint]
    for path in args.key:
        data = files.contents(path, LARGEST)
        if len(_PUBLIC.findall(data)) > 1:
            raise UsageError(f"--key {path} {_SEVERAL}")
        try:
            if data.lstrip()[:1] == b"{":
                found.append(key_of.from_jwk(json.loads(data)))
            else:
                found.append(key_of.from_pem(data, id=args.key_id))
        except InvalidValueError as error:
            raise UsageError(f"--key {path} is not trusted: {_why(data, error)}") from error
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path} is neither a PEM nor a JSON Web Key") from error
    return found


_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PUBLIC = re.compile(rb"-----BEGIN [A-Z ]*PUBLIC KEY-----")
_SEVERAL = "holds several keys; give each in a file of its own"
_KINDS = {
    b"OPENSSH PRIVATE": "it is a key of OpenSSH; ssh-keygen -p -m PKCS8 -f KEY makes a PEM of it",
    b"PRIVATE KEY-----": "it is a private key, which only its owner should have; "
    "openssl pkey -in KEY -pubout writes the public one",
    b"PUBLIC KEY-----": "it is a public key; the private one of the pair signs",
    b"CERTIFICATE-----": "it is a certificate; openssl x509 -in FILE -pubkey -noout writes its key",
}
_KINDS_OF_JSON = {
    b'"keys"': "it is a set of keys; give one of them, in a file of its own",
    b'"d"': "it is a private key, which only its owner should have",
}


def _why(data: bytes, error: InvalidValueError, *, private: bool = False) -> str:
    """Return what is wrong with a key, in words that help."""
    wanted = b"PRIVATE KEY-----" if private else b"PUBLIC KEY-----"
    kinds = _KINDS_OF_JSON if data.lstrip()[:1] == b"{" and not private else _KINDS
    for mark, says in kinds.items():
        if mark in data and mark != wanted:
            return says
    if error.value != "***":
        return f"expected {error.expected}"
    return "it is no PEM" if b"-----BEGIN" not in data else "the PEM is damaged"


def needed(name: str) -> ModuleType:
    """Return a module of badges; UsageError if the extra that it needs is missing."""
    with extra("badges", "a badge", "PyJWT"):
        return import_module(f"certrules.badges.{name}")
