"""Lists: the records of a view, their groups (kanban, group by), totals and counts. All through the gate."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.access.query import RecordQuery
from engine.definitions.shape import FieldShape
from engine.ids import is_id
from engine.problems import Rejected
from form_engine.desk import Desk
from form_engine.titles import labels_of
from form_engine.views.requests import WRONG_REQUEST, ListRequest, aggregates, read_request

Json = dict[str, Any]
RELATED = {"zh": "该表单的关联列表", "en": "a list of related records of this form"}


def read(desk: Desk, form: str, request: Any) -> ListRequest:
    """Return the checked request of a list on `form`."""
    plan = desk.form(form)
    narrowed = _narrowed(desk, form, request.get("related") if isinstance(request, Mapping) else None)
    return read_request(plan, request, desk.readable_fields(plan, rows=False), desk.actor, narrowed)


def _narrowed(desk: Desk, form: str, related: Any) -> str | None:
    """Return the condition of a list of related records: a tab of another form's page, or a field of it."""
    if not isinstance(related, str):
        return None
    name, _, key = related.partition(".")
    host = desk.form(name)
    tab, field = host.tabs.get(key), host.field(key)
    said = tab.definition if tab is not None else field.config if field is not None else {}
    if said.get("form") != form or ("by" not in said and tab is None):
        raise Rejected(WRONG_REQUEST.at("/related", key="related", expected=RELATED))
    text = said.get("filter")
    return str(text) if text else None


def records(desk: Desk, form: str, request: Any) -> dict[str, Any]:
    """Return `{records, labels, cursor, count?}`: one page of a list."""
    asked = read(desk, form, request)
    page = desk.gate.page(replace(asked.query, can=("edit", "delete")))
    labels = _with_asked(desk, form, page.labels, request)
    answer: dict[str, Any] = {"records": page.records, "labels": labels, "cursor": page.cursor}
    if asked.wants_count:
        answer["count"] = count(desk, asked.query)
    return answer


def _with_asked(desk: Desk, form: str, labels: Json, request: Any) -> Json:
    """Return the labels with those of the records and people that the filter names: whoever comes by an address knows none."""
    where = request.get("filter") if isinstance(request, Mapping) else None
    asked: dict[str, dict[str, None]] = {}
    for key, ids in _named(where):
        shape = desk.form(form).shape.field(key)
        target = shape and _target_of(shape)
        if target:
            asked.setdefault(target, {}).update(dict.fromkeys(ids))
    if not asked:
        return labels
    named = {
        target: {**labels.get(target, {}), **labels_of(desk, target, tuple(ids))}
        for target, ids in asked.items()
    }
    return {**labels, **named}


def _named(where: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each field of a filter with the ids that it is compared with."""
    for item in where.get("items", ()) if isinstance(where, Mapping) else ():
        if not isinstance(item, Mapping):
            continue
        yield from _named(item)
        value = item.get("value")
        ids = [str(one) for one in (value if isinstance(value, list) else [value]) if is_id(one)]
        if ids and isinstance(item.get("field"), str):
            yield item["field"], ids


def _target_of(shape: FieldShape) -> str | None:
    """Return the form whose records a field names; "user" for people."""
    if shape.value_type in ("person", "persons"):
        return "user"
    return str(shape.config["to"]) if shape.value_type in ("reference", "references") else None


def count(desk: Desk, query: RecordQuery) -> dict[str, Any]:
    """Return `{value, exact}`."""
    value, exact = desk.gate.count(replace(query, after=None))
    return {"value": value, "exact": exact}


def groups(desk: Desk, form: str, request: Any) -> dict[str, Any]:
    """Return `{groups: [{value, label, count, totals}]}`, every value of `by` with its number of records."""
    asked = read(desk, form, request)
    if asked.by is None:
        raise Rejected(WRONG_REQUEST.at("/by", key="by", expected={"zh": "字段", "en": "a field"}))
    query = replace(
        asked.query, group=(asked.by,), aggregates=aggregates(asked.totals), after=None, sort=(), fields=()
    )
    found = desk.gate.groups(query)
    words = _words(desk, form, asked.by, [group["values"][0] for group in found])
    return {
        "groups": [
            {
                "value": group["values"][0],
                "label": words.get(group["values"][0]),
                "count": group["count"],
                "totals": group["totals"],
            }
            for group in found
        ]
    }


def _words(desk: Desk, form: str, by: str, values: list[Any]) -> dict[Any, Any]:
    """Return what to call each group: the option's words, the record's title, the person's name."""
    plan = desk.form(form)
    one = plan.field(by)
    if one is not None and isinstance(one.config.get("options"), list | tuple):
        return {
            option["key"]: option.get("label")
            for option in one.config["options"]
            if isinstance(option, Mapping)
        }
    shape = plan.shape.field(by)
    target = shape and _target_of(shape)
    if not target:
        return {}
    return labels_of(desk, target, tuple(value for value in values if isinstance(value, str)))


def totals(desk: Desk, form: str, request: Any) -> dict[str, Any]:
    """Return `{totals: {field: value}}` over all records of the list."""
    asked = read(desk, form, request)
    query = replace(asked.query, aggregates=aggregates(asked.totals), after=None, sort=(), fields=())
    return {"totals": desk.gate.aggregate(query)}


def tree(desk: Desk, form: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the children of one node of a tree view (`filter` by the parent field), with who has children."""
    asked = read(desk, form, request)
    answer = records(desk, form, request)
    parent = asked.view.definition.get("parent") if asked.view is not None else None
    ids = [record["id"] for record in answer["records"]]
    if parent and ids:
        where = {"op": "and", "items": [{"field": parent, "op": "in", "value": ids}]}
        found = desk.gate.groups(RecordQuery(form, where=where, group=(parent,)))
        answer["children"] = {group["values"][0]: group["count"] for group in found}
    return answer
