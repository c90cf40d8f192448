"""Is there what signs and verifies? Whoever imports this first is told what to install."""

try:
    import cryptography  # noqa: F401
    import jwt  # noqa: F401
except ImportError as error:
    hint = "badges are signed and verified by PyJWT and cryptography"
    raise ImportError(f"{hint}: pip install 'certrules[badges]'", name=error.name) from error

__all__: list[str] = []
