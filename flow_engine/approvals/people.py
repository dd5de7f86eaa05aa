"""Whom a node asks: the settings that name people, and how they are worked out."""

from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.expressions import ErrorValue
from engine.schema import FORMULA, KEY, Schema, array, closed
from flow_engine.acts import Act, People
from flow_engine.approvals.seats import Seat, seats_of
from flow_engine.node import NodeContext

LEVELS: Schema = {"type": "integer", "minimum": 1, "maximum": 10}

_RULE: Schema = closed(
    role={**KEY, "x-kind": "role"},
    branch=FORMULA,
    user=FORMULA,
    managers_of=FORMULA,
    managers={**LEVELS, "title": "levels above whoever started the flow"},
    levels=LEVELS,
    team_of=FORMULA,
    starter={"const": True},
    who_did=KEY,
    chosen_by={"enum": ["starter", "before"]},
    weight={"type": "integer", "minimum": 1, "maximum": 100},
)
_RULE["minProperties"] = 1

PEOPLE: Schema = {"anyOf": [FORMULA, _RULE, array({"anyOf": [FORMULA, _RULE]}, minItems=1, maxItems=20)]}
"""A formula that gives one person or several, a person rule, or a list of both.

Rules: `{"role", "branch"?}`, `{"user": formula}`, `{"managers_of": formula, "levels"?}`, `{"managers": n}` (of whoever
started the flow, level by level), `{"team_of": formula}`, `{"starter": true}`, `{"who_did": node}`,
`{"chosen_by": "starter" | "before"}` (自选). `weight`: votes of each (票签).
"""

CHOSEN = "chosen"
"""The variable that holds who was chosen for later nodes: `{node: [user, …]}`."""


def seats(ctx: NodeContext, place: str) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return the seats that the settings at `place` name, in their order, proxies put in."""
    given = yield from ctx.filled(place)
    if isinstance(given, str):
        return (yield from named(ctx, (given,))) if given else ()
    found: list[Seat] = []
    for part in given if isinstance(given, list | tuple) else [given]:
        found.extend((yield from _seats(ctx, part)))
    return tuple(found)


def people(ctx: NodeContext, place: str) -> Generator[Act, Any, tuple[str, ...]]:
    """Return the people that the settings at `place` name, without their proxies where a rule can tell."""
    found = yield from seats(ctx, place)
    return tuple(dict.fromkeys(one for seat in found for one in (seat.owner or seat.person,)))


def named(ctx: NodeContext, users: Sequence[str]) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return seats for people known by id: those who are active, or their proxies."""
    if not users:
        return ()
    each = [{"user": one} for one in users]
    answers = yield from _ask(ctx, each[0] if len(each) == 1 else {"group": each})
    return seats_of(answers)


def managers(ctx: NodeContext, user: str, levels: int = 1) -> Generator[Act, Any, tuple[Seat, ...]]:
    """Return those above a person, nearest first."""
    answers = yield from _ask(ctx, {"managers_of": user, "levels": levels})
    return seats_of(answers)


def roles_of(ctx: NodeContext, user: str, among: Sequence[str]) -> Generator[Act, Any, frozenset[str]]:
    """Return which of these roles somebody has, or stands for as a proxy."""
    found = set()
    for role in among:
        answers = yield from _ask(ctx, {"role": role})
        if any(user in seat.people for seat in seats_of(answers)):
            found.add(role)
    return frozenset(found)


def _seats(ctx: NodeContext, part: Any) -> Generator[Act, Any, tuple[Seat, ...]]:
    if not isinstance(part, Mapping):
        return (yield from named(ctx, ids_of(part)))
    weight = int(part.get("weight", 1))
    if part.get("starter") or "managers" in part:
        starter = ctx.instance.started_by
        if starter is None:
            return ()
        if part.get("starter"):
            return _weighed((yield from named(ctx, (starter,))), weight)
        return _weighed((yield from managers(ctx, starter, part["managers"])), weight)
    if "who_did" in part:
        past = yield from ctx.past()
        did = [
            task.owner or task.done_by
            for task in past
            if task.node == part["who_did"] and task.state == "done"
        ]
        return _weighed((yield from named(ctx, tuple(dict.fromkeys(one for one in did if one)))), weight)
    if "chosen_by" in part:
        chosen = ctx.variable(CHOSEN)
        users = chosen.get(ctx.token.node, ()) if isinstance(chosen, Mapping) else ()
        return _weighed((yield from named(ctx, ids_of(users))), weight)
    if "user" in part:
        return _weighed((yield from named(ctx, ids_of(part["user"]))), weight)
    rule = {
        key: value for key, value in part.items() if key != "weight" and not isinstance(value, ErrorValue)
    }
    about = "managers_of" if "managers_of" in rule else "team_of" if "team_of" in rule else None
    if about is not None:
        one = next(iter(ids_of(rule[about])), None)
        if one is None:
            return ()
        rule[about] = one
    elif "role" not in rule:
        return ()
    return seats_of((yield from _ask(ctx, rule)), weight)


def ids_of(value: Any) -> tuple[str, ...]:
    """Return the user ids in what a formula gave: one, several, or none."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list | tuple):
        return tuple(dict.fromkeys(one for one in value if isinstance(one, str) and one))
    return ()


def _weighed(found: Sequence[Seat], weight: int) -> tuple[Seat, ...]:
    return tuple(Seat(one.person, one.owner, weight) for one in found)


def _ask(ctx: NodeContext, rule: Mapping[str, Any]) -> Generator[Act, Any, Any]:
    about, known = ctx.instance, None
    if "amount" in ctx.config:
        amount = yield from ctx.work_out("amount")
        known = amount if isinstance(amount, Decimal | int) and not isinstance(amount, bool) else None
    return (yield People(rule, about.flow, about.form, about.record_id, known))
