"""`clinicraft import` and `clinicraft export`: sheets in and out, as one person."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from server.clinics import Clinic
from server.commands._house import AsJson, Home, Workspace, open_house

Form = Annotated[str, typer.Argument(help="Key of the form, e.g. lead")]
As = Annotated[str, typer.Option("--as", help="As whom: a login")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "import",
        help="Import a sheet (xlsx, csv) into a form; columns are guessed, every row is accounted for.",
    )(import_)
    app.command("export", help="Export a form as xlsx or csv, as far as the person may.")(export)


def import_(
    form: Form,
    file: Annotated[Path, typer.Argument(help="The sheet")],
    login: As,
    policy: Annotated[
        str, typer.Option(help="What to do with records that exist: skip, fill, overwrite, touch")
    ] = "skip",
    mapping: Annotated[
        str | None,
        typer.Option("--map", help='JSON, column number to field: {"0": "name"}; default: as guessed'),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of the file")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only try")] = False,
    workspace: Workspace = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print how many rows were created, merged, skipped and rejected, and why."""
    from server.cli import print_json

    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        actor, imports = clinic.actor(login), clinic.imports
        found = imports.upload(actor, form, file.name, file.read_bytes())
        if sheet is not None:
            found |= imports.look(actor, found["id"], sheet, None)
        columns = _columns(mapping) if mapping else {}
        columns = columns or {str(c["index"]): c["field"] for c in found["columns"] if c["field"]}
        settings = {
            "sheet": sheet or found["sheet"],
            "header_row": found["header_row"],
            "map": columns,
            "policy": policy,
        }
        start = imports.dry_run if dry_run else imports.run
        started = start(actor, found["id"], settings)
        _work(clinic, started["job"], as_json=as_json)
        state = imports.state(actor, found["id"], 1000)
    if as_json:
        print_json(state)
        return
    typer.echo("  ".join(f"{what} {count}" for what, count in state["counts"].items()))
    for row in state["rows"]:
        for problem in row["problems"]:
            typer.echo(f"  {row['row']}: {row['outcome']}  {problem['message']['zh']}")


def _columns(mapping: str) -> dict[str, Any]:
    """Return what `--map` says."""
    try:
        said = json.loads(mapping)
    except ValueError as wrong:
        raise typer.BadParameter(f"--map is not JSON: {wrong}") from None
    if not isinstance(said, dict):
        raise typer.BadParameter('--map is not like {"0": "name"}')
    return said


def _work(clinic: Clinic, job_id: str, *, as_json: bool) -> None:
    """Run the job here and now, with a bar for people."""
    from engine.jobs.dispatcher import run_job
    from engine.jobs.queue import claim
    from server.jobs import job_handlers

    handlers = job_handlers(clinic)
    while (run := claim(clinic.workspace, tuple(handlers), "command")) is not None:
        if as_json:
            run_job(run, handlers)
        else:
            from rich.console import Console

            with Console(stderr=True).status("…"):
                run_job(run, handlers)
        if run.job.job_id == job_id:
            return


def export(
    form: Form,
    file: Annotated[Path, typer.Argument(help="Where to write; .xlsx or .csv")],
    login: As,
    condition: Annotated[str | None, typer.Option("--filter", help="A formula")] = None,
    columns: Annotated[
        str | None, typer.Option(help="Fields, separated by commas; default: all that may be exported")
    ] = None,
    workspace: Workspace = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print how much was written."""
    from engine.jobs.queue import read_job
    from form_engine.exporting.service import Exported
    from server.cli import print_json

    asked: dict[str, Any] = {"format": "csv" if file.suffix == ".csv" else "xlsx"}
    asked |= {"formula": condition} if condition else {}
    asked |= {"columns": columns.split(",")} if columns else {}
    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        actor = clinic.actor(login)
        made = clinic.exports.export(actor, form, asked)
        if not isinstance(made, Exported):
            _work(clinic, made["job"], as_json=as_json)
            with clinic.workspace.read() as unit:
                read_job(unit, made["job"])
            made = clinic.exports.fetch(actor, made["job"])
    file.write_bytes(made.data)
    if as_json:
        print_json({"file": str(file), "bytes": len(made.data)})
    else:
        typer.echo(f"✓ {file} {len(made.data):,} B")
