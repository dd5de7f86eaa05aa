"""`make bench`: every goal on both databases, each beside a calibration of the same run; a table, and a file.

`--quick` measures small sizes in about a minute, to see that everything still runs; its numbers say little.
`--only imports,values` runs some parts; `--databases sqlite` one database.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks import databases, findings, flows, imports, reports, requests, starting, statements, values
from benchmarks.databases import Database
from benchmarks.findings import Finding

PARTS = ("values", "starting", "statements", "requests", "imports", "flows", "reports")


def main(arguments: list[str]) -> int:
    """Measure, print, write; 0 when every goal is met or the run was a quick one."""
    asked = _parser().parse_args(arguments)
    when = datetime.now(UTC)
    found: list[Finding] = []
    for one in _measured(asked.only.split(","), asked.databases.split(","), asked.quick):
        print(f"{one.what} ({one.database}): {one.told}", file=sys.stderr, flush=True)
        found.append(one)
    notes = [] if imports.real_appointments() else [imports.ABSENT]
    findings.show(found)
    for note in notes:
        print(note)
    print(findings.write(found, when, notes))
    return 0 if asked.quick or all(one.is_met for one in found) else 1


def _measured(parts: list[str], names: list[str], quick: bool) -> Iterator[Finding]:
    if "values" in parts:
        yield from values.measure(0.2 if quick else 5)
    sizes = requests.Sizes(2_000, 2, 100) if quick else requests.Sizes()
    measures: dict[str, Callable[[Database], Iterator[Finding]]] = {
        "starting": starting.measure,
        "statements": statements.measure,
        "requests": lambda database: requests.measure(database, sizes),
        "imports": lambda database: imports.measure(database, 2_000 if quick else 100_000),
        "flows": lambda database: flows.measure(database, quick),
        "reports": lambda database: reports.measure(database, 20_000 if quick else 1_000_000),
    }
    for name in names:
        for part, measure in measures.items():
            if part in parts:
                with databases.opened(name) as database:
                    yield from measure(database)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, for a smoke test")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts of: {', '.join(PARTS)}")
    parser.add_argument("--databases", default=",".join(databases.NAMES), help="of: sqlite, postgresql")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
