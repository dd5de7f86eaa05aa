"""What was measured, beside what was aimed at; the table and the file of one run."""

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Finding:
    """One goal on one database. `value` is compared with `goal` (None: told only); `told` says what was measured."""

    what: str
    database: str
    told: str
    value: float
    goal: float | None = None
    at_least: bool = False
    unit: str = "×"
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def show(findings: Iterable[Finding]) -> None:
    """Print the findings as one table."""
    table = Table(title="Clinicraft benchmarks")
    for head in ("goal", "database", "measured", "result", "aim", ""):
        table.add_column(head, overflow="fold")
    for one in findings:
        sign = "≥" if one.at_least else "≤"
        aim = "" if one.goal is None else f"{sign} {one.goal:,g} {one.unit}"
        verdict = "" if one.goal is None else "ok" if one.is_met else "miss"
        table.add_row(one.what, one.database, one.told, f"{one.value:,.4g} {one.unit}", aim, verdict)
    Console(width=150).print(table)


def write(findings: Iterable[Finding], when: datetime, notes: Iterable[str]) -> Path:
    """Write the findings as JSON; return where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{when:%Y-%m-%d-%H%M%S}.json"
    told = {
        "at": when.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "notes": list(notes),
        "findings": [{**asdict(one), "is_met": one.is_met} for one in findings],
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
