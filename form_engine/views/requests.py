"""What the browser asks of many records, read and checked: a list, groups, totals, with a view as the start."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access.actor import Actor
from engine.access.query import RecordQuery
from engine.problems import Code, Problem, Rejected
from engine.text import nearest
from form_engine.plan import FormPlan, ViewPlan

WRONG_REQUEST = Code("query.wrong_request", zh="查询参数“{key}”不对：应为{expected}", en="“{key}” is not right: {expected} is expected",
                     hint_zh="请对照接口文档修改", hint_en="See the API reference")  # fmt: skip
NO_SETTING = Code("query.no_setting", zh="查询没有参数“{key}”", en="A query has no key “{key}”",
                  hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
NO_VIEW = Code("query.no_view", zh="“{form}”没有视图“{view}”", en="“{form}” has no view “{view}”",
               hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip

MOST_RECORDS = 500
MOST_FIELDS = 200
MOST_LISTED = 1_000
_EXPECTED: Mapping[str, tuple[type | tuple[type, ...], Mapping[str, str]]] = {
    "view": (str, {"zh": "视图的标识", "en": "the key of a view"}),
    "related": (str, {"zh": "表单.页签或关联列表", "en": "form.tab or form.related_list"}),
    "filter": (Mapping, {"zh": "条件组", "en": "a filter group"}),
    "formula": (str, {"zh": "公式", "en": "a formula"}),
    "search": (str, {"zh": "文字", "en": "text"}),
    "sort": (list, {"zh": "字段列表", "en": "a list of fields"}),
    "limit": (int, {"zh": "1 到 500 的整数", "en": "a whole number from 1 to 500"}),
    "cursor": (str, {"zh": "上一页给出的标记", "en": "the cursor of the page before"}),
    "fields": (list, {"zh": "字段列表", "en": "a list of fields"}),
    "deleted": (bool, {"zh": "true 或 false", "en": "true or false"}),
    "count": (bool, {"zh": "true 或 false", "en": "true or false"}),
    "by": (str, {"zh": "字段", "en": "a field"}),
    "totals": (Mapping, {"zh": "字段到汇总方式的对应", "en": "fields with their aggregates"}),
    "ids": (list, {"zh": "记录 id 的列表", "en": "a list of record ids"}),
    "columns": (list, {"zh": "字段列表", "en": "a list of fields"}),
    "format": (str, {"zh": "xlsx 或 csv", "en": "xlsx or csv"}),
    "labels": (bool, {"zh": "true 或 false", "en": "true or false"}),
    "ids_beside": (bool, {"zh": "true 或 false", "en": "true or false"}),
    "values": (Mapping, {"zh": "字段到值的对应", "en": "fields with their values"}),
    "add": (Mapping, {"zh": "多选字段到要添加的值", "en": "fields of several values with those to add"}),
    "remove": (Mapping, {"zh": "多选字段到要移除的值", "en": "fields of several values with those to take away"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A request for many records, with its view's filter, sort and columns filled in."""

    query: RecordQuery
    view: ViewPlan | None
    wants_count: bool
    by: str | None
    totals: Mapping[str, str]


def read_request(
    plan: FormPlan, request: Any, fields: tuple[str, ...], actor: Actor, narrowed: str | None = None
) -> ListRequest:
    """Return the request checked; `fields` are those shown when neither it nor its view names any.

    `narrowed`: a condition of the list that the records are shown in.
    """
    if not isinstance(request, Mapping):
        raise Rejected(WRONG_REQUEST.at("", key="body", expected={"zh": "一个对象", "en": "an object"}))
    check_request(request)
    view = _view(plan, request.get("view"), actor)
    formulas = [
        text
        for text in (view.definition.get("filter") if view else None, narrowed, request.get("formula"))
        if text
    ]
    named = tuple(dict.fromkeys(request.get("fields") or (view.fields if view else ()) or fields))
    asked = tuple(name for name in named if "." in name or name in fields or request.get("fields"))
    query = RecordQuery(
        form=plan.key,
        fields=asked,
        where=request.get("filter"),
        formulas=tuple(formulas),
        search=(request.get("search") or "").strip() or None,
        sort=tuple(request.get("sort") or (view.sort if view else ()) or ("-created_at",)),
        limit=request.get("limit") or 50,
        after=request.get("cursor"),
        deleted=bool(request.get("deleted")),
        ids=tuple(request["ids"]) if request.get("ids") is not None else None,
    )
    by = request.get("by") or (view.group or view.definition.get("by") if view else None)
    return ListRequest(
        query, view, bool(request.get("count")), by, request.get("totals") or (view.totals if view else {})
    )


def check_request(request: Mapping[str, Any], most_listed: int = MOST_LISTED) -> None:
    """Refuse unknown keys and values of the wrong shape. Rejected with every problem."""
    problems = list(_wrong(request, most_listed))
    if problems:
        raise Rejected(problems)


def _wrong(request: Mapping[str, Any], most_listed: int) -> Iterable[Problem]:
    for key, value in request.items():
        known = _EXPECTED.get(key)
        if known is None:
            close = ", ".join(nearest(str(key), _EXPECTED)) or "–"
            yield NO_SETTING.at(f"/{key}", key=str(key)[:80], nearest=close)
        elif value is not None and (
            not isinstance(value, known[0]) or (known[0] is int and isinstance(value, bool))
        ):
            yield WRONG_REQUEST.at(f"/{key}", key=key, expected=known[1])
    limit = request.get("limit")
    if isinstance(limit, int) and not isinstance(limit, bool) and not 1 <= limit <= MOST_RECORDS:
        yield WRONG_REQUEST.at("/limit", key="limit", expected=_EXPECTED["limit"][1])
    for key in ("sort", "fields", "ids", "columns"):
        value = request.get(key)
        if isinstance(value, list) and (
            len(value) > most_listed or not all(isinstance(one, str) for one in value)
        ):
            yield WRONG_REQUEST.at(f"/{key}", key=key, expected=_EXPECTED[key][1])
    totals = request.get("totals")
    if isinstance(totals, Mapping) and not all(
        isinstance(one, str) for pair in totals.items() for one in pair
    ):
        yield WRONG_REQUEST.at("/totals", key="totals", expected=_EXPECTED["totals"][1])


def _view(plan: FormPlan, key: str | None, actor: Actor) -> ViewPlan | None:
    if not key:
        return None
    view = plan.views.get(key)
    if view is None or (view.roles and not view.roles & actor.roles and not actor.is_system):
        close = ", ".join(nearest(key, plan.views)) or "–"
        raise Rejected(NO_VIEW.at("/view", form=plan.name, view=key, nearest=close))
    return view


def aggregates(totals: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return totals as the gate takes them: `{"amount": "sum"}` is `{"amount": ("sum", "amount")}`."""
    return {field: (function, field) for field, function in totals.items()}
