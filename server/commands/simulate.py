"""`clinicraft simulate`: what a flow would do about a record, hour by hour, without doing any of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from engine.access.actor import Actor, system_actor
from engine.definitions.strict_json import read_object
from engine.ids import is_id
from engine.problems import Code, NotFound, Problem, Rejected, pointer
from server.clinics import Clinic
from server.commands._house import AsJson, Home, Workspace, open_house

NO_FILE = Code("trial.no_file", zh="没有文件“{name}”", en="There is no file “{name}”")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "simulate",
        help="Try a flow out with a record, on a clock that runs ahead: nothing stays, no message leaves.",
    )(simulate)


def simulate(
    flow: Annotated[str, typer.Argument(help="Key of a flow, or a JSON file of one that is not published")],
    record: Annotated[
        str | None,
        typer.Option(
            help='A JSON file: {"form", "id"} of a record, or {"form", "values"} of an invented one; or the id alone'
        ),
    ] = None,
    until: Annotated[str, typer.Option(help="How far to look ahead: 12h, 30d")] = "30d",
    answers: Annotated[
        Path | None, typer.Option(help="A JSON file: what people, messages and outside systems answer")
    ] = None,
    shadow: Annotated[
        str | None,
        typer.Option(
            help="Go over the records of a past period instead, e.g. 90d: who would have been contacted"
        ),
    ] = None,
    halt: Annotated[
        list[str] | None,
        typer.Option(
            "--break", help="Halt before this node and show what the flow knows there; may be given again"
        ),
    ] = None,
    after: Annotated[int, typer.Option(help="Go on from a halt: its move, as it was shown", min=0)] = 0,
    step: Annotated[bool, typer.Option("--step", help="Halt before whatever comes next")] = False,
    limit: Annotated[int, typer.Option(help="Shadow run: most occasions", min=1, max=10_000)] = 200,
    seconds: Annotated[float, typer.Option(help="Most seconds it may take", min=1, max=600)] = 60,
    login: Annotated[
        str | None, typer.Option("--as", help="Whose eyes to look with: a login; default: everything is seen")
    ] = None,
    workspace: Workspace = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Print the timeline of tasks, messages, waits and changes."""
    from flow_engine.simulation import Stops, read_answers
    from flow_engine.simulation.answers import length
    from server.cli import print_json
    from server.trials import Asked
    from server.trials import shadow as run_shadow
    from server.trials import simulate as run

    definition = _object(flow) if flow.endswith(".json") else None
    given = read_answers(_object(str(answers))) if answers is not None else read_answers({})
    key = str((definition or {}).get("key", flow))
    with open_house(home) as house:
        clinic = house.clinic(workspace or house.only_workspace())
        actor = clinic.actor(login) if login else _anybody(clinic)
        subject = None
        if record is not None:
            subject = _subject(record, clinic, definition or {}, key)
        stops = Stops(tuple(halt or ()), after, step) if halt or step else None
        asked = Asked(key, subject, {}, length(until), definition, seconds, stops)
        if shadow is not None:
            told = run_shadow(clinic, actor, asked, given, length(shadow), limit)
        else:
            told = run(clinic, actor, asked, given)
        zone = ZoneInfo(clinic.workspace.zone)
    if as_json:
        print_json(told)
    elif shadow is not None:
        _tell_shadow(told, zone)
    else:
        _tell(told, zone)


def _anybody(clinic: Clinic) -> Actor:
    """Whoever can run commands here can read the database anyway."""
    return system_actor(clinic.key, zone=clinic.workspace.zone)


def _object(name: str) -> dict[str, Any]:
    path = Path(name)
    if not path.is_file():
        raise NotFound(NO_FILE.at("", name=name))
    found = read_object(path.read_bytes(), pointer(path.name))
    if isinstance(found, Problem):
        raise Rejected(found)
    return dict(found)


def _subject(
    given: str, clinic: Clinic, plan: Mapping[str, Any], flow: str
) -> tuple[str, str | Mapping[str, Any]]:
    """Return the form and the record's id or values. A bare id, and bare values, are of the form the flow is about."""
    known = clinic.flows.plans.current.get(flow)
    form = (known.subject if known is not None else None) or str((plan.get("trigger") or {}).get("form", ""))
    if is_id(given):
        return form, given
    found = _object(given)
    form = str(found.get("form", form))
    if isinstance(found.get("id"), str):
        return form, str(found["id"])
    values = found.get("values")
    return form, values if isinstance(values, dict) else found


def _tell(told: Mapping[str, Any], zone: ZoneInfo) -> None:
    for line in told["timeline"]:
        until = line.get("until") or line.get("due_at")
        more = f"（至 {_local(until, zone)}）" if isinstance(until, datetime) else ""
        by = f" · {line['by']}" if line.get("by") and line["kind"] == "decided" else ""
        typer.echo(f"{_local(line['at'], zone)}  {line['kind']:<9} {line['text']['zh']}{by}{more}")
    for one in told["waiting"]:
        typer.echo(f"… {one['node']} ({one['wait']})")
    for trouble in told["troubles"]:
        typer.echo(f"! {trouble}")
    if told["stopped"] is not None:
        _tell_stop(told["stopped"], zone)
    cut = f" ({told['cut']})" if told["cut"] else ""
    typer.echo(f"= {told['title']}: {told['outcome'] or told['status']}{cut}")


def _tell_stop(stop: Mapping[str, Any], zone: ZoneInfo) -> None:
    typer.echo(f"■ {stop['node']} · {stop['name'].get('zh', '')} ({stop['kind']}) --after {stop['move']}")
    for title, values in (("变量", stop["variables"]), ("记录", stop["record"])):
        for key, value in values.items():
            typer.echo(f"  {title} {key} = {json.dumps(value, ensure_ascii=False)}")
    for line in stop["ahead"]:
        typer.echo(f"  → {_local(line['at'], zone)}  {line['kind']:<9} {line['text']['zh']}")


def _tell_shadow(told: Mapping[str, Any], zone: ZoneInfo) -> None:
    for one in told["contacts"]:
        to = one["to"]["name"] or one["to"]["id"]
        typer.echo(f"{_local(one['at'], zone)}  {one['message']} → {to} ({one['channel']})  {one['title']}")
    for one in told["tasks"]:
        typer.echo(f"{one['day']}  {one['name']}: {one['count']}")
    typer.echo(
        f"= {told['run']}/{told['cases']} · {json.dumps(told['ended'], ensure_ascii=False)} · {len(told['contacts'])} ✉"
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"
