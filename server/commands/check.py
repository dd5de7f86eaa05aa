"""`clinicraft check`: tell everything that is wrong with an app definition."""

from pathlib import Path
from typing import Annotated

import typer

from engine.problems import Problem, Rejected


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "check", help="Check an app definition (a folder or a zip) and tell every problem with its place."
    )(check)


def check(
    path: Annotated[Path, typer.Argument(help="Folder or zip of the app, or the name of a shipped template")],
    as_json: Annotated[bool, typer.Option("--json", help="One problem a line, for machines")] = False,
) -> None:
    """Exit with 1 where there are problems that stop publishing."""
    from server.cli import print_json, show_problems

    try:
        problems, forms = _problems(path)
    except Rejected as refused:
        problems, forms = list(refused.problems), 0
    show_problems(problems, as_json=as_json)
    if problems:
        raise SystemExit(1)
    if as_json:
        print_json({"ok": True, "forms": forms})
    else:
        typer.echo(f"✓ {path}: {forms} forms, no problems")


def _problems(path: Path) -> tuple[list[Problem], int]:
    from engine.definitions import assemble, load_template, load_zip
    from form_engine.compile import compile_app, lint_app
    from report_engine.checking import problems_of_reports
    from server.flow_checks import problems_of_flows
    from server.templates import template_folder

    if path.is_file():
        app = assemble(load_zip(path.read_bytes()), {})
    else:
        app = load_template(template_folder(str(path)))
    problems = lint_app(app)
    # Flows and reports are read with the types of forms: they can be judged once the forms are right.
    if not problems:
        problems = [*problems_of_flows(app), *problems_of_reports(app, compile_app(app).policy)]
    return problems, len(app.of("forms"))
