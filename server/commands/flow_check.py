"""`clinicraft flow-check`: tell whether flows can always finish, and what is wrong where they cannot."""

from pathlib import Path
from typing import Annotated

import typer

from flow_engine.soundness import Staffing
from server.commands._house import Workspace, open_house


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "flow-check",
        help="Check flows before they run: structure, ways that get stuck, conditions, data, people, trigger loops.",
    )(flow_check)


def flow_check(
    path: Annotated[
        Path,
        typer.Argument(help="A flow's JSON file, an app's folder or zip, or the name of a shipped template"),
    ],
    app: Annotated[
        Path | None, typer.Option("--app", help="The app whose forms a single file is about")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One flow a line, for machines")] = False,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of data and keys: roles that nobody has there today are told too"),
    ] = None,
    workspace: Workspace = "",
) -> None:
    """Exit with 1 where something stops a flow from being published."""
    from server.cli import print_json, show_problems
    from server.flow_checks import check_path

    found = check_path(path, app, _staffing(home, workspace) if home is not None else None)
    for one in found:
        if as_json:
            print_json(one.to_json())
            continue
        show_problems(one.problems, as_json=False)
        show_problems([finding.problem for finding in one.findings], as_json=False)
        typer.echo(f"{'✓' if one.is_sound else '✗'} {one.key}: {one.nodes} nodes")
    if not all(one.is_sound for one in found):
        raise SystemExit(1)


def _staffing(home: Path, workspace: str) -> Staffing:
    """Return who is there in a clinic today."""
    from server.staffing import staffing_of

    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        records = clinic.flows.ports.records
        with clinic.workspace.read() as unit:
            return staffing_of(unit, clinic.workspace, records)
