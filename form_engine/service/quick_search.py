"""Quick search over everything: a name, pinyin initials, a phone's last four digits, a number."""

from collections.abc import Sequence
from typing import Any

from engine.access.query import RecordQuery
from engine.text import fold
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.titles import titles_of

MOST_OF_A_FORM = 8
MOST = 40
MOST_DETAIL = 120
_FIRST = ("customer", "lead")
"""People are what is looked for most; their forms come first."""


def quick_search(desk: Desk, text: str) -> list[dict[str, Any]]:
    """Return `[{form, id, title, detail, matched}]`, people first; one statement a form."""
    wanted = " ".join(text.split())[:100]
    if not wanted:
        return []
    found: list[dict[str, Any]] = []
    for plan in sorted(
        _searchable(desk), key=lambda one: (_FIRST.index(one.key) if one.key in _FIRST else 9, one.key)
    ):
        found.extend(_of_form(desk, plan, wanted))
        if len(found) >= MOST:
            break
    return found[:MOST]


def _searchable(desk: Desk) -> list[FormPlan]:
    return [
        plan
        for plan in desk.app.forms.values()
        if plan.parent is None
        and not plan.is_off
        and desk.rights.verb(plan.key, "view")
        and any(one.search for one in plan.shape.fields.values())
    ]


def _of_form(desk: Desk, plan: FormPlan, wanted: str) -> list[dict[str, Any]]:
    shown = desk.readable_fields(plan, rows=False)
    fields = tuple(key for key in (*_search_fields(plan), "no") if key in shown)
    page = desk.gate.page(RecordQuery(plan.key, fields=fields, search=wanted, limit=MOST_OF_A_FORM))
    titles = titles_of(desk, plan.key, page.records)
    return [
        {
            "form": plan.key,
            "id": record["id"],
            "title": titles.get(record["id"], ""),
            "detail": _detail(titles.get(record["id"], ""), [record.get(key) for key in fields]),
            "matched": _matched(plan, record, wanted, fields),
        }
        for record in page.records
    ]


def _detail(title: str, values: Sequence[Any]) -> str:
    """Return what else tells the record from others; nothing that the title says already, nothing twice."""
    told = dict.fromkeys(value for value in values if isinstance(value, str) and value not in title)
    return " · ".join(told)[:MOST_DETAIL]


def _search_fields(plan: FormPlan) -> list[str]:
    return [key for key, one in plan.shape.fields.items() if one.search is not None]


def _matched(plan: FormPlan, record: dict[str, Any], wanted: str, fields: tuple[str, ...]) -> str:
    """Return the field that most likely made the record turn up."""
    needle = fold(wanted)
    for key in fields:
        value = record.get(key)
        if isinstance(value, str) and needle in fold(value):
            return key
    names = [key for key, one in plan.shape.fields.items() if one.search == "name" and key in fields]
    return names[0] if names else (fields[0] if fields else "no")
