"""Row rules as SQL predicates over a form's table, and as Python tests of one record."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, false, literal_column, or_, select

from engine.access.actor import Actor
from engine.access.binds import bound, is_one_of
from engine.access.levels import Condition
from engine.access.rules import RowRule
from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import FormTables

ConditionSql = Callable[[Condition], ColumnElement[bool]]


class RowSql:
    """Builds the predicate of a row rule over one alias of a form's table.

    `values` are those of `actor_values`. Who works in exactly one branch gets a plain equality, which every index likes.
    """

    def __init__(
        self, tables: FormTables, table: FromClause, dialect: str, values: Mapping[str, Any]
    ) -> None:
        self._tables, self._table, self._dialect, self._values = tables, table, dialect, values

    def predicate(self, rule: RowRule, condition: ConditionSql) -> ColumnElement[bool] | None:
        """Return the predicate; None: every row."""
        if rule.is_all:
            return None
        if rule.is_none:
            return false()
        parts = [p for p in (self.predicate(within, condition) for within in rule.within) if p is not None]
        if "all" not in rule.words:
            parts.append(or_(*self._alternatives(rule, condition)))
        return and_(*parts)

    def _alternatives(self, rule: RowRule, condition: ConditionSql) -> Iterator[ColumnElement[bool]]:
        yield false()
        if "own" in rule.words or "team" in rule.words:
            yield from self.owned("team" in rule.words)
        if "region" in rule.words:
            yield self._one_of(self._table.c.branch_id, "region")
        if "branch" in rule.words or "region" in rule.words:
            yield self._in_branch()
        for one in rule.conditions:
            yield condition(one)

    def _in_branch(self) -> ColumnElement[bool]:
        column = self._table.c.branch_id
        if self._values["branch"] is not None:
            return column == bound("branch", Text(), self._values["branch"])
        return self._one_of(column, "branches")

    def _one_of(self, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return is_one_of(column, name, self._dialect, self._values[name])

    def owned(self, by_team: bool) -> Iterator[ColumnElement[bool]]:
        """Yield a test for each field that makes a record someone's own: mine, or (`by_team`) my team's."""
        for key in self._tables.shape.own_by:
            field = self._tables.shape.field(key)
            if field is None or not field.stored or field.sensitive:
                continue
            who = _who(field)
            if who is None:
                continue
            if field.value_type in ("person", "reference"):
                yield self._is(self._table.c[key], who, by_team)
            elif key in self._tables.items:
                items = self._tables.items[key].alias()
                of = items.c.record_id == self._table.c.id
                yield select(literal_column("1")).where(of, self._is(items.c.value, who, by_team)).exists()

    def _is(self, column: ColumnElement[Any], who: str, by_team: bool) -> ColumnElement[bool]:
        if by_team:
            return self._one_of(column, {"me": "team", "staff": "team_staff"}[who])
        return column == bound(who, Text(), self._values[who])


def _who(field: FieldShape) -> str | None:
    if field.value_type in ("person", "persons"):
        return "me"
    return "staff" if field.value_type in ("reference", "references") else None


def row_holds(
    rule: RowRule,
    shape: FormShape,
    record: Mapping[str, Any],
    actor: Actor,
    condition: Callable[[Condition], bool],
) -> bool:
    """Tell whether a rule reaches a record given as Python values."""
    if rule.is_all:
        return True
    if rule.is_none or not all(row_holds(w, shape, record, actor, condition) for w in rule.within):
        return False
    if any(word_holds(word, shape, record, actor) for word in rule.words):
        return True
    return any(condition(one) for one in rule.conditions)


def word_holds(word: str, shape: FormShape, record: Mapping[str, Any], actor: Actor) -> bool:
    """Tell whether a scope word reaches a record."""
    branch = record.get("branch_id")
    if word == "all":
        return True
    if word == "branch":
        return branch is not None and branch in actor.branches
    if word == "region":
        return branch is not None and (branch in actor.region_branches or branch in actor.branches)
    if word not in ("own", "team"):
        return False
    people, staff = {actor.user_id}, {actor.staff_id} - {None}
    if word == "team":
        people, staff = people | actor.team, staff | actor.team_staff
    return any(
        _held(shape, key, record) & (people if _is_person(shape, key) else staff) for key in shape.own_by
    )


def _is_person(shape: FormShape, key: str) -> bool:
    field = shape.field(key)
    return field is not None and _who(field) == "me"


def _held(shape: FormShape, key: str, record: Mapping[str, Any]) -> set[Any]:
    field, value = shape.field(key), record.get(key)
    if field is None or value is None or field.sensitive or _who(field) is None:
        return set()
    return set(value) if isinstance(value, tuple | list) else {value}
