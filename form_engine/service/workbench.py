"""The workbench: today's lists and numbers of a person, from the page definitions of their roles."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import Rejected
from form_engine.desk import Desk
from form_engine.plan import FormPlan, PagePlan

USUAL = 10


def workbench(desk: Desk) -> dict[str, Any]:
    """Return `{sections: [{key, name, form, columns, records, labels, count}], numbers: [{key, name, value, format}]}`."""
    sections: list[dict[str, Any]] = []
    numbers: list[dict[str, Any]] = []
    for page in _pages(desk):
        sections.extend(_sections(desk, page))
        numbers.extend(_numbers(desk, page))
    return {"sections": sections, "numbers": numbers}


def _pages(desk: Desk) -> Iterator[PagePlan]:
    pages = [
        one
        for one in desk.app.pages.values()
        if one.definition.get("kind") == "workbench" and _is_for(desk, one.definition)
    ]
    yield from sorted(pages, key=lambda one: (one.definition.get("order", 0), one.key))


def _is_for(desk: Desk, part: Mapping[str, Any]) -> bool:
    roles = part.get("roles")
    return not roles or desk.actor.is_system or bool(desk.actor.roles & set(roles))


def _sections(desk: Desk, page: PagePlan) -> Iterator[dict[str, Any]]:
    for part in page.definition.get("today", ()):
        plan = desk.app.forms.get(part["form"])
        if plan is None or plan.is_off or not _is_for(desk, part) or not desk.rights.verb(plan.key, "view"):
            continue
        shown = desk.readable_fields(plan, rows=False)
        columns = [name for name in part.get("columns", ()) if "." in name or name in shown] or list(
            shown[:5]
        )
        query = RecordQuery(
            plan.key,
            fields=tuple(columns),
            formulas=(part["filter"],) if part.get("filter") else (),
            sort=tuple(part.get("sort", ())) or ("-created_at",),
            limit=part.get("limit", USUAL),
            can=("edit",),
        )
        try:
            found = desk.gate.page(query)
            count, _ = desk.gate.count(query)
        except Rejected:
            # A list that looks at fields hidden from this person is not for them.
            continue
        yield {
            "key": part["key"],
            "name": part.get("name") or plan.name,
            "form": plan.key,
            "columns": columns,
            "records": found.records,
            "labels": found.labels,
            "count": count,
        }


def _numbers(desk: Desk, page: PagePlan) -> Iterator[dict[str, Any]]:
    for part in page.definition.get("numbers", ()):
        plan = desk.app.forms.get(part["form"])
        if plan is None or plan.is_off or not _is_for(desk, part) or not desk.rights.verb(plan.key, "view"):
            continue
        formulas = (part["filter"],) if part.get("filter") else ()
        query = RecordQuery(plan.key, formulas=formulas)
        try:
            if part.get("aggregate", "count") == "count" and not part.get("field"):
                value: Any = desk.gate.count(query)[0]
            else:
                wanted = {"value": (part.get("aggregate", "count"), part["field"])}
                value = desk.gate.aggregate(RecordQuery(plan.key, formulas=formulas, aggregates=wanted))[
                    "value"
                ]
        except Rejected:
            continue
        if value is None and part.get("aggregate") == "sum":
            value = "0"
        yield {"key": part["key"], "name": part["name"], "value": value, "format": _format(plan, part)}


def _format(plan: FormPlan, part: Mapping[str, Any]) -> str:
    """Return how to write the number: as the field it is made of says, whole where it counts."""
    if part.get("aggregate", "count") in ("count", "count_distinct"):
        return "integer"
    one, shape = plan.field(part["field"]), plan.shape.field(part["field"])
    kind = shape.value_type if shape is not None else "decimal"
    if one is not None and one.config.get("format") == "percent":
        return "percent"
    if kind == "integer" and part["aggregate"] == "avg":
        return "decimal"
    return kind if kind in ("money", "integer") else "decimal"
