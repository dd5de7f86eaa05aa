"""People and system (人员与系统): who is asking, and what is known of the record itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import false, or_, type_coerce

from engine.expressions.function import Closure, Function
from engine.expressions.problems import BAD_VALUE
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import BOOL, DATETIME, TEXT, ExprType, list_of, record_of

_USER = record_of("user")


def fact(actor: Any, *names: str) -> Any:
    """Return what is known of the actor under the first name that is; a mapping or an object."""
    for name in names:
        found = actor.get(name) if isinstance(actor, Mapping) else getattr(actor, name, None)
        if found is not None:
            return found
    return None


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)


def my_roles(actor: Any) -> list[str]:
    """Return the keys of the actor's roles, in order of name."""
    return sorted(fact(actor, "roles") or ())


def owner_paths(c: Any) -> Iterable[str]:
    """Return the fields that make a record someone's own."""
    named = c.record.get("own_by") if isinstance(c.record, Mapping) else None
    return named or ("owner_id", "created_by")


def _own(c: Any) -> bool:
    mine = {fact(c.actor, "id", "user_id"), fact(c.actor, "staff_id")} - {None}
    for key in owner_paths(c):
        value = c.value((key,))
        if any(one in mine for one in (value if isinstance(value, list | tuple) else (value,))):
            return True
    return False


def _among(field: str, *names: str) -> Callable[[Any], bool]:
    return lambda c: c.value((field,)) in (fact(c.actor, *names) or ())


def _record_fact(name: str, absent: Any) -> Callable[[Any], Any]:
    def read(c: Any) -> Any:
        found = c.record.get(name) if isinstance(c.record, Mapping) else None
        return absent if found is None else found

    return read


def _status(c: Any) -> Any:
    return c.value((_record_fact("status_field", "stage")(c),))


def _field_key(node: Any) -> tuple[str, ...]:
    part = node.args[0]
    while part.kind == "to":
        part = part.args[0]
    return tuple(part.value)


def _check_field(call: Any) -> Any:
    part = call.args[0]
    while part.kind == "to":
        part = part.args[0]
    if part.kind != "field":
        yield BAD_VALUE, part.position, {}


def _changed(node: Any, args: Sequence[Closure]) -> Closure:
    keys = [_field_key_of(one) for one in node.args]

    def changed(c: Any) -> bool:
        known = _record_fact("changed", frozenset())(c)
        return any(key[0] in known or ".".join(key) in known for key in keys)

    return changed


def _field_key_of(part: Any) -> tuple[str, ...]:
    while part.kind == "to":
        part = part.args[0]
    return tuple(part.value)


def _old(node: Any, args: Sequence[Closure]) -> Closure:
    key = _field_key(node)

    def old(c: Any) -> Any:
        known = _record_fact("old", {})(c)
        return known.get(".".join(key), known.get(key[0]) if len(key) == 1 else None)

    return old


# SQL


def _literal(kind: ExprType, *names: str) -> Callable[[Builder, Sequence[Sql]], Sql]:
    return lambda b, args: b.literal(_text_or_none(fact(b.scope.actor, *names)), kind)


def _sql_inrole(b: Builder, args: Sequence[Sql]) -> Sql:
    if any(one.value is None for one in args):
        raise Refused("INROLE")
    roles = frozenset(my_roles(b.scope.actor))
    return b.literal(any(one.value in roles for one in args), BOOL)


def _sql_field(key: str, kind: ExprType) -> Callable[[Builder, Sequence[Sql]], Sql]:
    return lambda b, args: b.column(b.scope.column((key,)), kind)


def _sql_own(b: Builder, args: Sequence[Sql]) -> Sql:
    mine = [
        str(one) for one in (fact(b.scope.actor, "id", "user_id"), fact(b.scope.actor, "staff_id")) if one
    ]
    columns = [b.scope.column((key,)) for key in getattr(b.scope, "own_by", ("owner_id", "created_by"))]
    tests = [type_coerce(column, b.native(TEXT)).in_(mine) for column in columns]
    return Sql(or_(*tests) if tests and mine else false(), BOOL, size=2 * len(tests) + 1)


def _sql_among(field: str, *names: str) -> Callable[[Builder, Sequence[Sql]], Sql]:
    def build(b: Builder, args: Sequence[Sql]) -> Sql:
        known = sorted(str(one) for one in fact(b.scope.actor, *names) or ())
        column = type_coerce(b.scope.column((field,)), b.native(TEXT))
        return Sql(column.in_(known) if known else false(), BOOL, size=2)

    return build


def _user(kinds: Sequence[ExprType]) -> ExprType:
    return _USER


def _branch(kinds: Sequence[ExprType]) -> ExprType:
    return record_of("branch")


def _fn(
    name: str,
    alias: str,
    zh: str,
    en: str,
    signature: str,
    example: str,
    result: Any,
    body: Any = None,
    **more: Any,
) -> Function:
    return Function(
        name,
        alias,
        zh,
        en,
        signature,
        example,
        result,
        body,
        needs_context=True,
        blank="pass",
        is_volatile=True,
        **more,
    )


FUNCTIONS = (
    _fn("ME", "我", "当前用户。", "The person asking.", "-> any", "ME()", "u1", lambda c: _text_or_none(fact(c.actor, "id", "user_id")), type_of=_user, sql=_literal(_USER, "id", "user_id")),
    _fn("MYBRANCH", "我的分院", "当前用户所在分院。", "The branch of the person asking.", "-> any", "MYBRANCH()", "b1", lambda c: _text_or_none(fact(c.actor, "branch_id")), type_of=_branch, sql=_literal(record_of("branch"), "branch_id")),
    _fn("MYDEPT", "我的部门", "当前用户所在部门。", "The department of the person asking.", "-> text", "MYDEPT()", "front", lambda c: _text_or_none(fact(c.actor, "dept")), sql=_literal(TEXT, "dept")),
    _fn("MYROLE", "我的角色", "当前用户的角色列表。", "The roles of the person asking.", "-> list of text", "MYROLE()", ["consultant"], lambda c: my_roles(c.actor), sql=lambda b, args: b.listed([b.literal(one, TEXT) for one in my_roles(b.scope.actor)], list_of(TEXT))),
    _fn("INROLE", "是否角色", "当前用户是否有某个角色。", "Whether the person asking has a role.", "role: text, roles?: text -> bool", 'INROLE("consultant", "director")', True, lambda c, *roles: any(one in my_roles(c.actor) for one in roles), repeat=1, sql=_sql_inrole),
    _fn("OWN", "我的记录", "记录是否属于当前用户。", "Whether the record belongs to the person asking.", "-> bool", "OWN()", False, _own, sql=_sql_own),
    _fn("INTEAM", "团队记录", "记录的负责人是否在我的团队里。", "Whether the record's owner is in my team.", "-> bool", "INTEAM()", False, _among("owner_id", "team"), sql=_sql_among("owner_id", "team")),
    _fn("INBRANCH", "本院记录", "记录是否属于我的分院。", "Whether the record belongs to one of my branches.", "-> bool", "INBRANCH()", False, _among("branch_id", "branches"), sql=_sql_among("branch_id", "branches")),
    _fn("INREGION", "本区记录", "记录是否属于我的大区。", "Whether the record belongs to a branch of my region.", "-> bool", "INREGION()", False, _among("branch_id", "region_branches"), sql=_sql_among("branch_id", "region_branches")),
    _fn("RECORDID", "记录编号", "本记录的内部编号。", "The id of this record.", "-> text", "ISBLANK(RECORDID())", True, lambda c: c.value(("id",)), sql=_sql_field("id", TEXT)),
    _fn("CREATEDAT", "创建时间", "本记录的创建时间。", "When this record was created.", "-> datetime", "ISBLANK(CREATEDAT())", True, lambda c: c.value(("created_at",)), sql=_sql_field("created_at", DATETIME)),
    _fn("CREATEDBY", "创建人", "本记录的创建人。", "Who created this record.", "-> any", "ISBLANK(CREATEDBY())", True, lambda c: c.value(("created_by",)), type_of=_user, sql=_sql_field("created_by", _USER)),
    _fn("STATUS", "状态", "本记录的状态。", "The stage of this record.", "-> text", "ISBLANK(STATUS())", True, _status),
    _fn("ISNEW", "是否新建", "本记录是否正在新建。", "Whether this record is being created.", "-> bool", "ISNEW()", False, lambda c: bool(_record_fact("is_new", False)(c))),
    _fn("CHANGED", "是否改动", "这次保存是否改了某个字段。", "Whether this save changes a field.", "field: any, fields?: any -> bool", "CHANGED({a})", False, repeat=1, compile=_changed, check=_check_field),
    _fn("OLDVALUE", "旧值", "字段在保存之前的值。", "The value of a field before this save.", "field: T -> T", "ISBLANK(OLDVALUE({a}))", True, compile=_old, check=_check_field),
)  # fmt: skip
