"""Load facts, ask one rule, apply what it decided.

Every workflow takes an :class:`~certrules.workflows.platform.Acting` first: the store, policy and
zone of a platform, and the principal who acts. Its type names the parts of the store that the
workflow asks. A workflow names the ``Action`` that the principal must be permitted, and raises
:class:`~certrules.errors.NotPermittedError` before anything else is looked at. The id of a user,
certification, item or badge that the store does not have raises
:class:`~certrules.errors.InvalidValueError`, unless a rule refuses it. ``at`` is always an aware
instant. With ``dry_run`` nothing is written: the answer says what would change. A workflow that
writes is one transaction, unless it says that it commits a thousand at a time: then what was
committed stays if it breaks off, and the same call again does the rest. A store in which two
writers can meet raises :class:`~certrules.errors.ConflictError` for the slower one, and keeps
nothing of its transaction.
"""
