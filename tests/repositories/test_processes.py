"""Processes that share a store neither lose nor double each other's work."""

import subprocess
import sys
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from certrules import Award
from certrules.repositories.sql import open_store

AWARD = Award("ada", "fire", datetime(2024, 1, 1, tzinfo=UTC), None)
PROCESSES = 8

BEGINNING = """
import sys
from contextlib import ExitStack, closing
from attrs import evolve
from certrules.errors import ConflictError
from certrules.repositories.sql import open_store

def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""

RENEW = """
with closing(open_store(sys.argv[1], timeout=60)) as store:
    with store.reading() as view:
        (seen,) = view.awards.history("ada", "fire")
    ready()
    try:
        with store.writing() as work:
            work.awards.replace([seen.archive(seen.issued_at)])
            work.awards.add([evolve(seen, cycle=2)])
        print("renewed")
    except ConflictError:
        print("conflict")
"""

MAKE = """
from certrules import User
ready()
with closing(open_store(sys.argv[1], create=True, timeout=60)) as store:
    with store.writing() as work:
        work.users.put([User(sys.argv[2], "ada")])
print("made")
"""


def in_many_processes(script: str, url: str) -> list[str]:
    """Run a script many times, all of them going on from ``ready()`` together."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", BEGINNING + script, url, str(number)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for number in range(PROCESSES)
        ]
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in running:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        return sorted(process.communicate(timeout=60)[0].strip() for process in running)


def test_of_processes_that_renew_the_same_version_one_succeeds(url: str) -> None:
    with closing(open_store(url, create=True)) as store:
        with store.writing() as work:
            work.awards.add([AWARD])
        said = in_many_processes(RENEW, url)
        assert said == ["conflict"] * (PROCESSES - 1) + ["renewed"]
        with store.reading() as view:
            assert [award.version for award in view.awards.select()] == [2, 1]


def test_processes_may_make_the_same_store(url: str) -> None:
    assert in_many_processes(MAKE, url) == ["made"] * PROCESSES
    with closing(open_store(url)) as store, store.reading() as view:
        assert len(list(view.users.all())) == PROCESSES
