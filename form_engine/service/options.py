"""Link pickers: the records a link offers, as the person filling the form may see them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import or_, select

from engine.access.account_tables import USERS
from engine.access.query import Record, RecordQuery
from engine.expressions import Checked
from engine.problems import Code, NotFound
from engine.text import fold, initials, pinyin
from form_engine.desk import Desk
from form_engine.plan import FieldPlan
from form_engine.prepared import prepared
from form_engine.service import relations, trees
from form_engine.state import RecordState
from form_engine.submit import Offered, submit
from form_engine.titles import titles_of

NO_LINK = Code("record.no_link", zh="“{form}”没有关联字段“{field}”", en="“{form}” has no link “{field}”",
               hint_zh="请检查字段标识", hint_en="Check the key of the field")  # fmt: skip
NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})
MOST_OPTIONS = 50
MOST_PAGES = 10
MOST_OF_TREE = 500


def options(
    desk: Desk,
    form: str,
    field: str,
    text: str = "",
    values: Mapping[str, Any] | None = None,
    record_id: str | None = None,
) -> list[dict[str, Any]]:
    """Return `[{id, label, detail}]` for the link `field` (`rows.field` in a sub-table), filtered by what is filled in so far.

    A tree of which nothing is typed comes whole, each below what it belongs to, with `depth`; one that leads further and
    may not be chosen is `disabled`.
    """
    plan = desk.form(form)
    head, _, inner = field.partition(".")
    made = prepared(plan)
    if inner and head in made.rows:
        made, field = made.rows[head], inner
    target = made.targets.get(field)
    if target is None:
        raise NotFound(NO_LINK.at("/field", form=plan.name, field=field))
    one = made.fields.get(field)
    if target == "user":
        return people(desk, text, one.config if one is not None else {})
    desk.form(target)
    detail = _detail(desk, target, one)
    fields = (*detail, *filter(None, (trees.above(desk, target, one.config) if one is not None else None,)))
    parent = trees.above(desk, target, one.config) if one is not None else None
    wanted = text.strip()
    is_tree = parent is not None and not wanted
    is_by_title = bool(wanted) and not _is_searched(desk, target)
    most = MOST_OF_TREE if is_tree else MOST_OPTIONS
    query = RecordQuery(target, fields=fields, search=None if is_by_title else wanted or None, limit=most)
    if one is not None and one.filter is not None:
        records = _offered(desk, _filled(desk, form, values or {}, record_id), target, one.filter, query)
    elif is_by_title:
        records = _titled(desk, target, query, wanted)
    else:
        records = desk.gate.page(query).records
    titles = titles_of(desk, target, records)
    if is_by_title:
        records = [record for record in records if _fits(titles.get(record["id"], ""), wanted)]
    if parent is not None and one is not None:
        above: Collection[str] = ()
        if one.config.get("leaf_only"):
            above = trees.with_children(desk, target, parent, [record["id"] for record in records])
        if is_tree:
            return [*_as_tree(parent, records, titles, above)]
        records = [record for record in records if record["id"] not in above]
        return [*_with_parents(desk, target, parent, records, titles)]
    return [
        {
            "id": record["id"],
            "label": titles.get(record["id"], record["id"]),
            "detail": _told(desk, target, record, detail, titles.get(record["id"], "")),
        }
        for record in records
    ]


def _is_searched(desk: Desk, target: str) -> bool:
    """Tell whether a form has fields that a search looks at; one that has none is found by its titles."""
    return any(shape.search is not None for shape in desk.app.forms[target].shape.fields.values())


def _titled(desk: Desk, target: str, query: RecordQuery, wanted: str) -> list[Record]:
    """Return records whose titles hold the words."""
    found: list[Record] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = desk.gate.page(replace(query, limit=200, after=after))
        titles = titles_of(desk, target, page.records)
        found += [record for record in page.records if _fits(titles.get(record["id"], ""), wanted)]
        after = page.cursor
        if len(found) >= MOST_OPTIONS or after is None:
            break
    return found[:MOST_OPTIONS]


def _fits(title: str, wanted: str) -> bool:
    return fold(wanted) in fold(title) or _sounds(title, fold(wanted))


def _as_tree(
    parent: str, records: Sequence[Record], titles: Mapping[str, str], above: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the options of a tree, each followed by what stands below it, the oldest first."""
    known = {record["id"] for record in records}
    below: dict[str | None, list[Record]] = {}
    for record in reversed(records):
        over = record.get(parent)
        below.setdefault(over if over in known else None, []).append(record)
    done: set[str] = set()

    def branch(over: str | None, depth: int) -> Iterator[dict[str, Any]]:
        for record in below.get(over, ()):
            if record["id"] in done:
                continue
            done.add(record["id"])
            one = {
                "id": record["id"],
                "label": titles.get(record["id"], record["id"]),
                "detail": "",
                "depth": depth,
            }
            yield {**one, "disabled": True} if record["id"] in above else one
            yield from branch(record["id"], depth + 1)

    yield from branch(None, 0)
    # What stands below itself has no top.
    for record in reversed(records):
        if record["id"] not in done:
            done.add(record["id"])
            yield {
                "id": record["id"],
                "label": titles.get(record["id"], record["id"]),
                "detail": "",
                "depth": 0,
            }


def _with_parents(
    desk: Desk, target: str, parent: str, records: Sequence[Record], titles: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Yield the options of a tree, each with what it stands below."""
    over = titles_of(desk, target, [{"id": one} for one in {r.get(parent) for r in records} if one])
    for record in records:
        label = titles.get(record["id"], record["id"])
        yield {"id": record["id"], "label": label, "detail": over.get(record.get(parent) or "", "")}


def _detail(desk: Desk, target: str, one: FieldPlan | None) -> tuple[str, ...]:
    """Return what tells records of one title apart: what the link says, else what one searches by; and the number."""
    plan = desk.app.forms[target]
    shown = desk.readable_fields(plan, rows=False)
    said = one.config.get("detail") if one is not None else None
    named = said or [key for key, shape in plan.shape.fields.items() if shape.search is not None]
    return tuple(dict.fromkeys(key for key in (*named, "no") if key in shown))


def _told(desk: Desk, target: str, record: Record, keys: Sequence[str], title: str) -> str:
    plan, parts = desk.app.forms[target], []
    for key in keys:
        value, one = record.get(key), plan.field(key)
        if not isinstance(value, str) or value == title:
            continue
        is_option = one is not None and one.shape is not None and one.shape.value_type == "choice"
        parts.append(one.control.to_text(value, one.config) if is_option and one is not None else value)
    return " · ".join(parts)[:120]


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


def people(desk: Desk, text: str = "", config: Mapping[str, Any] = NO_SETTINGS) -> list[dict[str, Any]]:
    """Return active people whose name, pinyin or login fits `text`, and whom a person field of these settings takes."""
    query = (
        select(USERS.c.id, USERS.c.name, USERS.c.login, USERS.c.roles, USERS.c.branches)
        .where(USERS.c.is_active == 1)
        .order_by(USERS.c.name)
    )
    wanted = fold(text)
    if wanted and not wanted.isascii():
        query = query.where(or_(USERS.c.name.contains(text.strip(), autoescape=True)))
    found = []
    for user_id, name, login, roles, branches in desk.unit.connection.execute(query.limit(2000)):
        if wanted and wanted not in fold(name) and wanted not in login and not _sounds(name, wanted):
            continue
        if not relations.is_meant(desk, config, user_id, roles, branches):
            continue
        found.append({"id": user_id, "label": name, "detail": login})
        if len(found) == MOST_OPTIONS:
            break
    return found


def _sounds(name: str, wanted: str) -> bool:
    return wanted.isascii() and (pinyin(name).startswith(wanted) or initials(name).startswith(wanted))
