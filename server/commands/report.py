"""`clinicraft report`: a report's numbers as one person may see them, from a file or from the app."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.query import Record, ScopedQuery
from engine.definitions.strict_json import read_object
from engine.problems import Code, NotFound, Problem, Rejected
from engine.store.unit import Unit
from engine.text import say
from report_engine.dataset import Datasets, datasets
from report_engine.desk import PlainDesk
from report_engine.output import to_csv, to_json, to_xlsx
from report_engine.own_year import year_starts
from report_engine.pipeline import bound_report, run
from report_engine.problems import NOT_OWN_TOTALS
from report_engine.table import Table
from server.clinics import Clinic
from server.commands._house import Home, Workspace, open_house

NO_REPORT = Code(
    "report.no_report",
    zh="没有文件或报表“{name}”",
    en="There is no file and no report called “{name}”",
    hint_zh="给出 JSON 文件，或应用里报表的 key",
    hint_en="Give a JSON file or the key of a report of the app",
)
NOT_WRITTEN = Code(
    "report.not_written",
    zh="写不了文件“{name}”",
    en="The file “{name}” cannot be written",
    hint_zh="检查文件夹是否存在、是否可写",
    hint_en="Look whether its folder is there and may be written to",
)
Format = Literal["json", "csv", "xlsx"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report", help="Work out a report through the same gate as the screens.")(report)


class Recorder:
    """A transaction that notes what was run in it."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit
        self.ran: list[tuple[str, int, float]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        """Run a statement and note its text, its rows, its milliseconds."""
        began = time.perf_counter()
        found: list[Record] = self._unit.execute(scoped)
        self.ran.append((scoped.text, len(found), (time.perf_counter() - began) * 1000))
        return found


def report(
    query: Annotated[str, typer.Argument(help="A JSON file, - for standard input, or the key of a report")],
    login: Annotated[str, typer.Option("--as", help="Whose eyes to look with: a login")],
    form: Annotated[Format, typer.Option("--format", help="json, csv or xlsx")] = "json",
    out: Annotated[Path | None, typer.Option("--out", help="File to write; default: standard output")] = None,
    period: Annotated[str | None, typer.Option(help="Another period, e.g. 'last 6 months'")] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statements instead of the numbers")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell how the report was understood, and what took how long")
    ] = False,
    workspace: Workspace = "",
    home: Home = None,
) -> None:
    """Print the numbers, or what was asked of the database."""
    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        actor = clinic.actor(login)
        asked = _asked(query, clinic, actor)
        given = {"period": period} if period else None
        with clinic.workspace.read(snapshot=True) as unit:
            recorder = Recorder(unit)
            zone = clinic.workspace.zone_of(actor.branch_id)
            desk = PlainDesk(Gate(clinic.plan.policy, actor, recorder), recorder, zone)
            bound = bound_report(asked, data_of(clinic, unit), unit.now, zone, given)
            table = run(bound, desk)
        if sql or explain:
            _tell(bound, recorder, sql=sql, explain=explain)
            return
        made = _written(form, table, actor.lang, say(asked.get("name", {}), actor.lang))
        if out is not None:
            _write(out, made)
        else:
            sys.stdout.buffer.write(made)


def _written(form: Format, table: Table, lang: str, title: str) -> bytes:
    if form == "csv":
        return to_csv(table, lang)
    if form == "xlsx":
        return to_xlsx(table, lang, title)
    return (json.dumps(to_json(table), ensure_ascii=False, indent=1) + "\n").encode()


def data_of(clinic: Clinic, unit: Unit) -> Datasets:
    """Return the datasets of the app that a clinic runs."""
    app = clinic.plan.app
    starts = year_starts(unit, app.manifest.get("fiscal_year", 1))
    return datasets(clinic.plan.shapes, app.of("forms"), app.of("metrics"), starts)


def _write(out: Path, made: bytes) -> None:
    try:
        out.write_bytes(made)
    except OSError:
        raise Rejected(NOT_WRITTEN.at("/out", name=str(out))) from None


def _asked(query: str, clinic: Clinic, actor: Actor) -> Mapping[str, Any]:
    """Return the report of the app, if the person may open it, or the one that is written in a file."""
    if query in clinic.plan.app.of("reports"):
        return clinic.reports.report(actor, query)
    found = read_object(_given(query), "")
    if isinstance(found, Problem):
        raise Rejected(found)
    if "sees" in found:
        raise Rejected(NOT_OWN_TOTALS.at("/sees"))
    return found


def _given(query: str) -> bytes:
    if query == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(query).read_bytes()
    except (OSError, ValueError):
        raise NotFound(NO_REPORT.at("", name=query)) from None


def _tell(bound: Any, recorder: Recorder, *, sql: bool, explain: bool) -> None:
    if explain:
        typer.echo(json.dumps(bound.told(), ensure_ascii=False, indent=1))
        for text, rows, took in recorder.ran:
            typer.echo(f"-- {rows} rows, {took:.1f} ms" + ("" if sql else f": {text[:100]}…"))
    if sql:
        typer.echo(";\n\n".join(text for text, _, _ in recorder.ran) + ";")
