"""Many records at once: one change for all, as one batch that can be taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import Code, Forbidden, Problem, Rejected, TooMany
from form_engine.desk import Desk
from form_engine.service import clashes, records
from form_engine.views.listing import read
from form_engine.views.requests import check_request

NO_BULK = Code("bulk.no_right", zh="您没有批量修改的权限", en="You may not change many records at once",
               hint_zh="请让主管开通“批量编辑”", hint_en="Ask for the right “bulk edit”")  # fmt: skip
TOO_MANY = Code("bulk.too_many", zh="一次最多处理 {most} 条，筛选出了 {count} 条", en="At most {most} records at once; {count} were chosen",
                hint_zh="缩小筛选范围，分几次处理", hint_en="Narrow the filter and do it in parts")  # fmt: skip
NOTHING = Code("bulk.nothing", zh="没有选中任何记录", en="No record is chosen",
               hint_zh="先勾选记录", hint_en="Tick the records first")  # fmt: skip
NOT_A_LIST = Code("bulk.not_a_list", zh="“{key}”不是多选字段，不能逐项添加或移除", en="“{key}” does not hold several values to add to or take from",
                  hint_zh="请改用 values 直接改值", hint_en="Change it by `values`")  # fmt: skip

MOST = 5_000
LISTS = ("choices", "references", "persons")
CHOOSING = ("view", "filter", "formula", "search")


def chosen(desk: Desk, form: str, request: Mapping[str, Any]) -> list[str]:
    """Return whose change is asked for, of those who may change many; each is asked for its rights again when written."""
    if not desk.rights.right("bulk_edit"):
        raise Forbidden(NO_BULK.at(""))
    check_request(request, most_listed=100_000)
    return named(desk, form, request)


def named(desk: Desk, form: str, request: Mapping[str, Any]) -> list[str]:
    """Return the ids named, or those of the filter as the asker sees it."""
    asked_for = {key: request[key] for key in ("ids", *CHOOSING) if key in request}
    check_request(asked_for, most_listed=100_000)
    if request.get("ids") is not None:
        ids = list(request["ids"])
    elif not any(request.get(key) is not None for key in CHOOSING):
        # Nothing said is nothing chosen, never everything.
        raise Rejected(NOTHING.at("/ids"))
    else:
        asked = read(desk, form, asked_for)
        query = RecordQuery(
            form, ("id",), asked.query.where, asked.query.formulas, asked.query.search, limit=MOST
        )
        page = desk.gate.page(query)
        if page.cursor is not None:
            raise TooMany(TOO_MANY.at("/filter", most=MOST, count=desk.gate.count(query)[0]))
        ids = [record["id"] for record in page.records]
    if not ids:
        raise Rejected(NOTHING.at("/ids"))
    if len(ids) > MOST:
        raise TooMany(TOO_MANY.at("/ids", most=MOST, count=len(ids)))
    return list(dict.fromkeys(ids))


def update(
    desk: Desk,
    form: str,
    ids: Sequence[str],
    values: Mapping[str, Any],
    add: Mapping[str, Any] | None = None,
    remove: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Change each record by the same rules as a single save; those refused are told, the others are written.

    `add`, `remove`: what fields of several values (tags, people) get or lose, whatever else they hold.
    """
    more, less = lists_of(desk, form, "add", add or {}), lists_of(desk, form, "remove", remove or {})

    def made_of(stored: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: [
                one
                for one in dict.fromkeys((*(stored.get(key) or ()), *more.get(key, ())))
                if one not in less.get(key, ())
            ]
            for key in (*more, *less)
        }

    updated = 0
    failed: list[dict[str, Any]] = []
    for record_id in ids:
        try:
            with desk.unit.savepoint():
                updated += records.update(desk, form, record_id, values, None, made_of)
        except Rejected as error:
            told = clashes.explain(desk, desk.form(form), error, values, record_id)
            failed.append({"id": record_id, "problems": [one.to_json() for one in told.problems]})
    return {"updated": updated, "failed": failed}


def lists_of(desk: Desk, form: str, at: str, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is added or taken away, by field. Rejected for fields that hold one value."""
    plan = desk.form(form)
    shown = desk.readable_fields(plan)
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for key, values in given.items():
        field = plan.shape.field(key) if key in shown else None
        if field is None or field.value_type not in LISTS or not isinstance(values, list):
            problems.append(NOT_A_LIST.at(f"/{at}/{key}", key=key))
        else:
            found[key] = [str(one) for one in values]
    if problems:
        raise Rejected(problems)
    return found
