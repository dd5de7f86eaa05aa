"""`clinicraft query`: records of a form as one person may see them."""

from typing import Annotated, Any

import typer

from server.clinics import Clinic
from server.commands._house import AsJson, Home, Workspace, open_house


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("query", help="List records of a form through the same gate as the screens.")(query)


def query(
    form: Annotated[str, typer.Argument(help="Key of the form, e.g. lead")],
    login: Annotated[str, typer.Option("--as", help="Whose eyes to look with: a login")],
    condition: Annotated[
        str | None, typer.Option("--filter", help="A formula, e.g. '{stage} = \"new\"'")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Quick search within the form")] = None,
    sort: Annotated[
        list[str] | None, typer.Option(help="Field to sort by; -field sorts downwards; may be repeated")
    ] = None,
    fields: Annotated[str | None, typer.Option(help="Fields to show, separated by commas")] = None,
    limit: Annotated[int, typer.Option(help="How many at most", min=1, max=5000)] = 20,
    count: Annotated[bool, typer.Option(help="Tell how many there are as well")] = False,
    workspace: Workspace = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print a table, or with --json one record a line."""
    from server.cli import print_json

    asked: dict[str, Any] = {"limit": limit, "count": count}
    named = {
        "formula": condition,
        "search": search,
        "sort": sort,
        "fields": fields.split(",") if fields else None,
    }
    asked |= {key: value for key, value in named.items() if value is not None}
    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        page = clinic.service.query(clinic.actor(login), form, asked)
        if as_json:
            for record in page["records"]:
                print_json(record)
            if count:
                print_json({"count": page["count"]})
        else:
            _table(clinic, form, page)


def _table(clinic: Clinic, form: str, page: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from engine.text import say

    plan = clinic.plan.forms[form]
    keys = [
        key
        for key in (page["records"][0] if page["records"] else {})
        if key not in ("id", "revision") and key[0] != "_"
    ]
    table = Table(*(say(plan.label(key), "zh") for key in keys))
    labels = {record_id: text for one in page["labels"].values() for record_id, text in one.items()}
    for record in page["records"]:
        table.add_row(*(_shown(record.get(key), labels) for key in keys))
    Console().print(table)
    if "count" in page:
        typer.echo(f"{page['count']['value']}{'' if page['count']['exact'] else '+'}")


def _shown(value: Any, labels: dict[str, str]) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return "、".join(_shown(one, labels) for one in value)
    return labels.get(str(value), str(value))
