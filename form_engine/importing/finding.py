"""Finding: which records the words of a sheet mean, and which records its rows are already. Whole chunks at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.access.account_tables import USERS
from engine.access.query import RecordQuery
from engine.problems import Problem, Rejected
from form_engine.desk import Desk
from form_engine.importing.cleaning import Context, clean_phone, split_list
from form_engine.importing.columns import NO_RECORD, SEVERAL_RECORDS, Column
from form_engine.importing.guessing import bare
from form_engine.plan import FormPlan

MOST_AT_ONCE = 1_000
"""Values asked for in one statement: as many as a filter takes."""
SMALL = 5_000
"""Forms with at most this many records are read whole, once; then any spelling that looks alike is found."""
_USUAL = ("no", "name", "short_name", "code", "title", "phone", "file_no", "synonyms", "aliases", "login")
_SEVERAL = ""


@dataclass(slots=True)
class Words:
    """What is known of one target form: ids by bare word; an empty id marks a word that means several."""

    ids: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False
    asked: set[str] = field(default_factory=set)
    exact: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Finder:
    """Resolves words to records, each word once in an import."""

    known: dict[str, Words] = field(default_factory=dict)
    """By column; each column has its own idea of what names a record."""

    def prepare(self, desk: Desk, column: Column, words: Iterable[str], context: Context) -> None:
        """Read what is needed to resolve these words of a column."""
        keys = find_keys(desk, column)
        known = self.known.setdefault(column.key, Words())
        wanted = {word for word in words if word not in known.asked}
        fallback = column.settings.get("fallback")
        if isinstance(fallback, str) and not fallback.startswith("$"):
            wanted.add(fallback)
        if not wanted:
            return
        known.asked |= wanted
        if column.target_form == "user":
            _read_people(desk, known)
        elif not known.is_whole and not _read_whole(desk, column.target_form, keys, known):
            _read_some(desk, column.target_form, keys, known, wanted, context)

    def find(self, desk: Desk, column: Column, word: str) -> tuple[str | None, Problem | None]:
        """Return (id, None), or (fallback or None, problem)."""
        known = self.known[column.key]
        found = known.exact.get(word)
        if found:
            return found, None
        found = known.ids.get(bare(word))
        if found:
            known.exact[word] = found
            return found, None
        code = SEVERAL_RECORDS if found == _SEVERAL else NO_RECORD
        return None, code.at("", field=column.label, value=word)

    def fallback(self, desk: Desk, column: Column) -> str | None:
        """Return what stands in for a word that means nothing known: `$me`, `$branch`, or another word."""
        said = column.settings.get("fallback")
        if said == "$me" or (said is None and column.key == "owner_id"):
            return desk.actor.user_id
        if said == "$branch" or (said is None and column.key == "branch_id"):
            return desk.actor.branch_id
        if not isinstance(said, str):
            return None
        return self.find(desk, column, said)[0]


def find_keys(desk: Desk, column: Column) -> tuple[str, ...]:
    """Return the fields of the target that a word may name: those the definition says, or the usual ones."""
    if column.target_form == "user":
        return ("name", "login")
    plan = desk.app.forms.get(column.target_form)
    if plan is None:
        return ()
    said = column.settings.get("find") or _USUAL
    unique = [key for key, shape in plan.shape.fields.items() if shape.unique == ()]
    return tuple(key for key in dict.fromkeys((*said, *unique)) if key == "no" or _is_named(plan, key))


def _is_named(plan: FormPlan, key: str) -> bool:
    shape = plan.shape.fields.get(key)
    return shape is not None and shape.stored and shape.value_type in ("text", "choices")


def _read_people(desk: Desk, known: Words) -> None:
    if known.is_whole:
        return
    known.is_whole = True
    query = select(USERS.c.id, USERS.c.name, USERS.c.login, USERS.c.roles).where(USERS.c.is_active == 1)
    people = desk.unit.connection.execute(query).all()
    for user_id, name, login, _ in people:
        _learn(known, name, user_id)
        _learn(known, login, user_id)
    names = {bare(word) for _, name, login, _ in people for word in (name, login)}
    for user_id, name, _, roles in people:
        for nickname in _nicknames(desk, name, json.loads(roles)):
            if bare(nickname) not in names:
                _learn(known, nickname, user_id)


def _nicknames(desk: Desk, name: str, roles: Iterable[str]) -> Iterator[str]:
    """Yield what sheets call a colleague: the surname and the post, 李咨询 or 李咨询师 for 李思雨."""
    for role in roles:
        post = desk.app.app.of("roles").get(role, {}).get("name", {}).get("zh", "")
        if name and len(post) > 1:
            yield name[0] + post
            if post.endswith("师"):
                yield name[0] + post[:-1]


def _read_whole(desk: Desk, form: str, keys: tuple[str, ...], known: Words) -> bool:
    """Read every record of a small form; False when it is not small."""
    gate = desk.gate if desk.rights.verb(form, "view") else desk.system_gate
    page = gate.page(RecordQuery(form, _readable(desk, form, keys), limit=SMALL, python=True))
    if page.cursor is not None:
        return False
    known.is_whole = True
    _take(known, keys, page.records)
    return True


def _read_some(
    desk: Desk, form: str, keys: tuple[str, ...], known: Words, words: set[str], context: Context
) -> None:
    gate = desk.gate if desk.rights.verb(form, "view") else desk.system_gate
    shown = _readable(desk, form, keys)
    for key in shown:
        plan = desk.app.forms[form].field(key)
        if plan is not None and plan.shape is not None and plan.shape.value_type != "text":
            continue
        values = _spellings(
            words,
            context,
            is_phone=plan is not None and plan.shape is not None and plan.shape.search == "phone",
        )
        for start in range(0, len(values), MOST_AT_ONCE):
            some = values[start : start + MOST_AT_ONCE]
            where = {"op": "and", "items": [{"field": key, "op": "in", "value": some}]}
            try:
                page = gate.page(RecordQuery(form, (key,), where, limit=SMALL, python=True))
            except Rejected:
                # A field that this actor sees masked cannot be matched by.
                break
            _take(known, (key,), page.records)


def _spellings(words: set[str], context: Context, *, is_phone: bool) -> list[str]:
    if not is_phone:
        return sorted(words)
    found = []
    for word in words:
        try:
            found.append(str(clean_phone(word, context).value or word))
        except Rejected:
            continue
    return sorted(found)


@contextmanager
def planned_by_values(desk: Desk) -> Iterator[None]:
    """Have PostgreSQL plan each look-up in the block for the very values it is given.

    A plan kept for all values takes a list of hundreds for a short one, and reads the whole table. Rows are written
    outside: the check of each of their links is a statement too, and is not to be planned for every row.
    """
    if not desk.unit.is_postgres:
        yield
        return
    desk.unit.connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    yield
    # After an error the transaction takes nothing more, and ends.
    desk.unit.connection.exec_driver_sql("SET LOCAL plan_cache_mode = auto")


def _readable(desk: Desk, form: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    if not desk.rights.verb(form, "view"):
        return keys
    shown = set(desk.readable_fields(desk.app.forms[form], rows=False))
    return tuple(key for key in keys if key in shown)


def _take(known: Words, keys: Sequence[str], records: Iterable[Mapping[str, Any]]) -> None:
    for record in records:
        for key in keys:
            value = record.get(key)
            if value is None:
                continue
            words = value if isinstance(value, tuple | list) else [value]
            for word in words:
                _learn(known, str(word), record["id"])
                for part in split_list(str(word)) if key in ("synonyms", "aliases") else ():
                    _learn(known, part, record["id"])


def _learn(known: Words, word: str, record_id: str) -> None:
    key = bare(word)
    if key and known.ids.setdefault(key, record_id) != record_id:
        known.ids[key] = _SEVERAL


class Matcher:
    """Finds the records that rows of the sheet are already, by groups of fields in order."""

    def __init__(self, plan: FormPlan, groups: Sequence[tuple[str, ...]]) -> None:
        self.plan = plan
        self.groups = tuple(groups)
        self.found: dict[tuple[Any, ...], str] = {}
        """Record ids by (group, values), from the database and from rows of this sheet."""

    def prepare(self, desk: Desk, rows: Sequence[Mapping[str, Any]]) -> None:
        """Look up all rows of a chunk, one statement a group and thousand values."""
        for index, group in enumerate(self.groups):
            wanted = {values[0] for row in rows if (values := _named(row, group)) is not None}
            fresh = [value for value in wanted if (index, "asked", value) not in self.found]
            self._look_up(desk, index, group, fresh)

    def _look_up(self, desk: Desk, index: int, group: tuple[str, ...], values: Sequence[Any]) -> None:
        first = group[0]
        shape = self.plan.shape.field(first)
        for start in range(0, len(values), MOST_AT_ONCE):
            some = values[start : start + MOST_AT_ONCE]
            plain = [value if shape is None else shape.type.to_json(value, shape.config) for value in some]
            where = {"op": "and", "items": [{"field": first, "op": "in", "value": plain}]}
            page = desk.system_gate.page(RecordQuery(self.plan.key, group, where, limit=SMALL, python=True))
            # The oldest record counts when several are alike, and records come newest first.
            for record in page.records:
                self.found[(index, *(record.get(key) for key in group))] = record["id"]

    def match(self, row: Mapping[str, Any]) -> str | None:
        """Return the record that the row is already, if any."""
        for index, group in enumerate(self.groups):
            values = _named(row, group)
            if values is not None and (found := self.found.get((index, *values))) is not None:
                return found
        return None

    def learn(self, row: Mapping[str, Any], record_id: str) -> None:
        """Note a row of this sheet, so that a later one like it is the same record."""
        for index, group in enumerate(self.groups):
            values = _named(row, group)
            if values is not None:
                self.found.setdefault((index, *values), record_id)


def _named(row: Mapping[str, Any], group: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return what the row says in the fields of the group; None where it leaves one blank."""
    if len(group) == 1:
        only = row.get(group[0])
        return None if only is None else (only,)
    values = tuple(row.get(key) for key in group)
    return None if None in values else values
