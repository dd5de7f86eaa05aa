"""Timeline: everything about one person, newest first, from every form that points at them.

One statement for each form, merged by time; what a reader may not see is not there.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import NotFound
from form_engine.desk import NO_RECORD, Desk
from form_engine.plan import FormPlan
from form_engine.story import detail_of, story_fields
from form_engine.titles import titles_of

PAGE = 30
MOST = 100
SYSTEM = "system"
"""Who wrote what no person did."""
_TIME_FIELDS = (
    "started_at",
    "start_at",
    "arrived_at",
    "record_time",
    "visited_at",
    "at",
    "date",
)
"""Usual names of when something happened; forms without any are placed by when they were entered."""


def timeline(
    desk: Desk, form: str, record_id: str, cursor: str | None = None, limit: int = PAGE, field: str = ""
) -> dict[str, Any]:
    """Return `{items: [{form, id, at, title, detail, by, by_name, record}], labels, cursor}` of a record's page.

    `field`: a timeline among the record's fields, whose settings name the forms.
    """
    plan = desk.form(form)
    control = plan.field(field)
    of = control.config.get("of") if control is not None else None
    beside = list(_beside(desk, plan, of)) if of else []
    fields = ("id", *dict.fromkeys(mine for _, mine, _ in beside))
    found = desk.gate.page(RecordQuery(form, fields=fields, ids=(record_id,), limit=1)).records
    if not found:
        raise NotFound(NO_RECORD.at(""))
    limit = max(1, min(limit, MOST))
    before, after_id = _read_cursor(cursor)
    labels: dict[str, Any] = {}
    streams = [
        list(_of_form(desk, desk.app.forms[other], key, record_id, before, after_id, limit + 1, labels))
        for other, key in sources(desk, plan, of)
    ]
    shared: dict[str, tuple[str, str]] = {}
    for other, mine, key in beside:
        if found[0].get(mine):
            shared.setdefault(other, (found[0][mine], key))
    for other, (linked, key) in shared.items():
        told = _of_form(desk, desk.app.forms[other], key, linked, before, after_id, limit + 2, labels)
        streams.append([item for item in told if item["id"] != record_id])
    merged = heapq.merge(*streams, key=lambda item: (item["at"], item["id"]), reverse=True)
    items = [item for item, _ in zip(merged, range(limit + 1), strict=False)]
    more = len(items) > limit
    items = items[:limit]
    return {"items": items, "labels": labels, "cursor": _write_cursor(items[-1]) if more else None}


def _beside(desk: Desk, plan: FormPlan, of: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (form, own link, its link) of forms that do not point at this one, where both point at the same form.

    In the order of the form's own links: the first that is filled in counts.
    """
    pointing, shown = _pointing(desk, plan), desk.readable_fields(plan, rows=False)
    for other in of:
        if other in pointing or not desk.rights.verb(other, "view"):
            continue
        theirs = _links(desk.app.forms[other])
        for target, mine in _links(plan).items():
            if target in theirs and mine in shown:
                yield other, mine, theirs[target]


def _links(plan: FormPlan) -> dict[str, str]:
    """Return the first link of a form to each other form, by that form."""
    found: dict[str, str] = {}
    for key, shape in plan.shape.fields.items():
        if shape.stored and shape.value_type == "reference" and shape.config.get("to"):
            found.setdefault(str(shape.config["to"]), key)
    return found


def sources(desk: Desk, plan: FormPlan, of: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield (form, link field) of each form on the timeline: those named, those its tab names, or all that point at this one."""
    if of:
        pointing = _pointing(desk, plan)
        yield from ((one, pointing[one]) for one in of if one in pointing and desk.rights.verb(one, "view"))
        return
    tab = next((one for one in plan.tabs.values() if one.kind == "timeline"), None)
    links: Mapping[str, str] = tab.links if tab is not None and tab.links else _pointing(desk, plan)
    for other, key in links.items():
        if desk.rights.verb(other, "view"):
            yield other, key


def _pointing(desk: Desk, plan: FormPlan) -> dict[str, str]:
    found: dict[str, str] = {}
    for other in desk.app.forms.values():
        for key, shape in other.shape.fields.items():
            if shape.stored and shape.value_type == "reference" and shape.config.get("to") == plan.key:
                found.setdefault(other.key, key)
    return found


def time_field(plan: FormPlan) -> str:
    """Return the field that says when a record of the form happened.

    Not when it was paid, sent or done: what is still open belongs to the story all the same.
    """
    for key in _TIME_FIELDS:
        shape = plan.shape.fields.get(key)
        if shape is not None and shape.stored and shape.value_type == "datetime":
            return key
    return "created_at"


def _of_form(
    desk: Desk,
    plan: FormPlan,
    key: str,
    record_id: str,
    before: str | None,
    after_id: str,
    limit: int,
    labels: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    shown = desk.readable_fields(plan, rows=False)
    if key not in shown:
        return
    at = time_field(plan)
    at = at if at in shown else "created_at"
    items: list[dict[str, Any]] = [{"field": key, "op": "in", "value": [record_id]}]
    if before is not None:
        # Not "before": records of the cursor's own instant may still be due.
        items.append({"field": at, "op": "le", "value": before})
    query = RecordQuery(
        plan.key,
        _shown_on_card(plan, shown, at),
        {"op": "and", "items": items},
        sort=(f"-{at}",),
        limit=limit,
    )
    page = desk.gate.page(query)
    titles = titles_of(desk, plan.key, page.records)
    for form, names in page.labels.items():
        labels.setdefault(form, {}).update(names)
    names = page.labels.get("user", {})
    # The page's own record is known to its reader: its name is not said again on every line.
    own = page.labels.get(str(plan.shape.fields[key].config.get("to")), {}).get(record_id, "")
    for record in page.records:
        moment = record.get(at)
        if moment is None or (before is not None and (moment, record["id"]) >= (before, after_id)):
            continue
        yield {
            "form": plan.key,
            "id": record["id"],
            "at": moment,
            "title": titles.get(record["id"], ""),
            "detail": detail_of(
                plan,
                record,
                page.labels,
                desk.actor.lang,
                frozenset((own, titles.get(record["id"], ""))),
            ),
            "by": (by := _who(record)),
            "by_name": names.get(by) if by else None,
            "record": record,
        }


def _shown_on_card(plan: FormPlan, shown: tuple[str, ...], at: str) -> tuple[str, ...]:
    people = (key for key in ("no", "created_by", "owner_id") if key in shown)
    return tuple(dict.fromkeys([at, *story_fields(plan, shown), *people]))


def _who(record: Mapping[str, Any]) -> str | None:
    """Return who did it: who wrote it down, or whose it is where the house itself wrote it."""
    by: str | None = record.get("created_by")
    return by if by not in (None, SYSTEM) else record.get("owner_id")


def _write_cursor(item: Mapping[str, Any]) -> str:
    return f"{item['at']}~{item['id']}"


def _read_cursor(cursor: str | None) -> tuple[str | None, str]:
    if not cursor or "~" not in cursor:
        return None, ""
    at, _, record_id = cursor.partition("~")
    return at[:40], record_id[:40]
