"""Link pickers: the records a link offers, as the person filling the form may see them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select

from engine.access.account_tables import USERS
from engine.access.query import Record, RecordQuery
from engine.expressions import Checked
from engine.problems import Code, NotFound
from engine.text import fold, initials, pinyin
from form_engine.desk import Desk
from form_engine.prepared import prepared
from form_engine.state import RecordState
from form_engine.submit import Offered, submit
from form_engine.titles import titles_of

NO_LINK = Code("record.no_link", zh="“{form}”没有关联字段“{field}”", en="“{form}” has no link “{field}”",
               hint_zh="请检查字段标识", hint_en="Check the key of the field")  # fmt: skip
MOST_OPTIONS = 50
MOST_PAGES = 10


def options(
    desk: Desk,
    form: str,
    field: str,
    text: str = "",
    values: Mapping[str, Any] | None = None,
    record_id: str | None = None,
) -> list[dict[str, Any]]:
    """Return `[{id, label, detail}]` for the link `field` (`rows.field` in a sub-table), filtered by what is filled in so far."""
    plan = desk.form(form)
    head, _, inner = field.partition(".")
    made = prepared(plan)
    if inner and head in made.rows:
        made, field = made.rows[head], inner
    target = made.targets.get(field)
    if target is None:
        raise NotFound(NO_LINK.at("/field", form=plan.name, field=field))
    if target == "user":
        return people(desk, text)
    one = made.fields.get(field)
    desk.form(target)
    query = RecordQuery(target, fields=_detail(desk, target), search=text.strip() or None, limit=MOST_OPTIONS)
    if one is not None and one.filter is not None:
        records = _offered(desk, _filled(desk, form, values or {}, record_id), target, one.filter, query)
    else:
        records = desk.gate.page(query).records
    titles = titles_of(desk, target, records)
    return [
        {
            "id": record["id"],
            "label": titles.get(record["id"], record["id"]),
            "detail": str(record.get("no") or ""),
        }
        for record in records
    ]


def _detail(desk: Desk, target: str) -> tuple[str, ...]:
    shown = desk.readable_fields(desk.app.forms[target], rows=False)
    return tuple(key for key in ("no",) if key in shown)


def _filled(desk: Desk, form: str, values: Mapping[str, Any], record_id: str | None) -> RecordState:
    plan = desk.form(form)
    stored = desk.unit.load(desk.gate.write(form, "update"), record_id) if record_id else None
    if stored is None and values.get("branch_id") is None and desk.actor.branch_id:
        # Where a new record will stand, so that rooms and people of other branches are not offered.
        values = {**values, "branch_id": desk.actor.branch_id}
    return submit(plan, values, stored, desk.context(form)).state


def _offered(
    desk: Desk, state: RecordState, target: str, condition: Checked, query: RecordQuery
) -> list[Record]:
    """Return the records that the link's filter lets through.

    A filter that does not look at this record is one statement; one that does is asked of each candidate.
    """
    own = {path for path in condition.fields if path and path[0] != "form"}
    if own == condition.fields:
        return desk.gate.page(replace(query, formulas=(condition.text,))).records
    found: list[Record] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = desk.gate.page(replace(query, limit=200, after=after))
        desk.related.load(target, tuple(record["id"] for record in page.records), own)
        found += [record for record in page.records if Offered(state, target, record["id"]).holds(condition)]
        after = page.cursor
        if len(found) >= MOST_OPTIONS or after is None:
            break
    return found[:MOST_OPTIONS]


def people(desk: Desk, text: str = "") -> list[dict[str, Any]]:
    """Return active people whose name, pinyin or login fits `text`."""
    query = (
        select(USERS.c.id, USERS.c.name, USERS.c.login).where(USERS.c.is_active == 1).order_by(USERS.c.name)
    )
    wanted = fold(text)
    if wanted and not wanted.isascii():
        query = query.where(or_(USERS.c.name.contains(text.strip(), autoescape=True)))
    found = []
    for user_id, name, login in desk.unit.connection.execute(query.limit(2000)):
        if wanted and wanted not in fold(name) and wanted not in login and not _sounds(name, wanted):
            continue
        found.append({"id": user_id, "label": name, "detail": login})
        if len(found) == MOST_OPTIONS:
            break
    return found


def _sounds(name: str, wanted: str) -> bool:
    return wanted.isascii() and (pinyin(name).startswith(wanted) or initials(name).startswith(wanted))
