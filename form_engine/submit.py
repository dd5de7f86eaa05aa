"""Submit: what becomes of a record when somebody writes it. Pure: no database, no clock, no surprises.

Order of one write: refuse what is read-only or locked (by the stored record), take the values given, fill
defaults, follow cascades, copies and `set` rules, clear what is hidden, compute, then require and check (by
the record as it will be). Every problem is reported; nothing is raised on a person's input.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from engine.expressions import ErrorValue, evaluate, exact
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import nearest
from form_engine.control import UNSURE
from form_engine.keeping import keep
from form_engine.plan import FieldPlan, FormPlan, RulePlan
from form_engine.prepared import prepared
from form_engine.sealing import out_of_turn, seal
from form_engine.state import RecordState, SubmitContext

NOT_AN_OBJECT = Code("record.not_an_object", zh="这里应是一组字段值", en="A set of field values is expected here",
                     hint_zh="提交形如 {\"values\": {\"name\": …}} 的内容", hint_en="Send {\"values\": {\"name\": …}}")  # fmt: skip
UNKNOWN_FIELD = Code("record.unknown_field", zh="“{form}”没有字段“{key}”", en="“{form}” has no field “{key}”",
                     hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
COMPUTED = Code("record.computed", zh="“{field}”由公式得出，不能填写", en="“{field}” is computed and cannot be written",
                hint_zh="修改它所依据的字段即可", hint_en="Change the fields it is computed from")  # fmt: skip
REQUIRED = Code("record.required", zh="请填写“{field}”", en="“{field}” is required",
                hint_zh="此项必填，填写后再保存", hint_en="Fill it in and save again")  # fmt: skip
READ_ONLY = Code("record.read_only", zh="“{field}”现在是只读的", en="“{field}” is read-only now",
                 hint_zh="此项由流程或规则维护，不能手工修改", hint_en="A flow or a rule keeps this field")  # fmt: skip
LOCKED = Code("record.locked", zh="这条记录已锁定，不能修改“{field}”", en="This record is locked; “{field}” cannot be changed",
              hint_zh="锁定它的规则：{rule}；先撤销锁定的条件", hint_en="Locked by the rule “{rule}”; undo what locks it first")  # fmt: skip
RULE = Code("record.rule", zh="{message}", en="{message}",
            hint_zh="按提示改好相关字段后再保存", hint_en="Change the fields that it speaks of, then save again")  # fmt: skip
NO_WAY = Code("stage.no_way", zh="“{field}”不能从“{from}”变为“{to}”", en="“{field}” cannot go from “{from}” to “{to}”",
              hint_zh="可以变为：{allowed}", hint_en="It may go to: {allowed}")  # fmt: skip
NOT_BY_HAND = Code("stage.not_by_hand", zh="“{field}”由流程推进，不能手工修改", en="“{field}” is moved by flows, not by hand",
                   hint_zh="请使用记录上的按钮", hint_en="Use the buttons of the record")  # fmt: skip
STAGE_REQUIRES = Code("stage.requires", zh="变为“{stage}”之前请填写“{field}”", en="“{field}” is needed before “{stage}”",
                      hint_zh="填写后再移动", hint_en="Fill it in, then move the record")  # fmt: skip
NOT_AMONG = Code("link.not_among", zh="“{field}”所选的记录不在可选范围内", en="The record chosen for “{field}” is not among those offered",
                 hint_zh="重新选择；可选范围取决于其他字段", hint_en="Choose again; what is offered depends on other fields")  # fmt: skip
NOT_ROWS = Code("rows.not_rows", zh="“{field}”应是若干行", en="“{field}” must be a list of rows",
                hint_zh="每行是一组字段值", hint_en="Each row is a set of field values")  # fmt: skip
UNKNOWN_ROW = Code("rows.unknown_row", zh="“{field}”里没有这一行", en="“{field}” has no such row",
                   hint_zh="这一行可能已被删除，请刷新后重试", hint_en="It may have been deleted; reload and try again")  # fmt: skip
TOO_MANY_ROWS = Code("rows.too_many", zh="“{field}”最多 {most} 行", en="“{field}” takes at most {most} rows",
                     hint_zh="请删去多余的行", hint_en="Remove rows")  # fmt: skip
NO_ADDING = Code("rows.no_adding", zh="“{field}”不能增加行", en="Rows cannot be added to “{field}”",
                 hint_zh="只能修改已有的行；新的行由流程或按钮产生", hint_en="Change the rows that are there; new ones come from flows or buttons")  # fmt: skip
NO_REMOVING = Code("rows.no_removing", zh="“{field}”的行不能删除", en="Rows of “{field}” cannot be removed",
                   hint_zh="请保留这一行，可以修改其中的内容", hint_en="Keep the row; what it says may be changed")  # fmt: skip
OTHER_PARENT = Code("choice.other_parent", zh="“{option}”不属于所选的“{field}”", en="“{option}” does not belong to the “{field}” chosen",
                    hint_zh="重新选择，或先改“{field}”", hint_en="Choose again, or change “{field}” first")  # fmt: skip
REPEATED_ROW = Code("rows.repeated", zh="“{field}”在本表中重复", en="“{field}” is repeated in this table",
                    hint_zh="每行的此项须不同", hint_en="It must differ in each row")  # fmt: skip

STAGE_REASON = Code("stage.reason", zh="请在“{field}”里说明为什么改为“{stage}”", en="Say in “{field}” why it moves to “{stage}”",
                    hint_zh="每次更改状态都要填写原因", hint_en="Each move of the stage needs a reason")  # fmt: skip
BY_THE_SERVER = Code("record.by_the_server", zh="“{field}”由系统留存，不能填写", en="“{field}” is kept by the system and cannot be written",
                     hint_zh="它在规定的时刻自动拍下", hint_en="It is taken by itself, when its settings say")  # fmt: skip

MOST_ROWS = 2_000
_WRITABLE_SYSTEM = frozenset({"branch_id", "owner_id"})
_ROW_MARKS = frozenset({"id", "_op", "position", "record_id"})


@dataclass(frozen=True, slots=True)
class Submission:
    """What a write comes to.

    `values`: Python values of every field that would be stored; `changed`: the keys that differ from the
    stored record. `state` answers further questions (titles, live formulas, visibility).
    """

    values: Mapping[str, Any]
    changed: frozenset[str]
    problems: tuple[Problem, ...]
    state: RecordState


def submit(
    plan: FormPlan, given: Any, stored: Mapping[str, Any] | None, context: SubmitContext
) -> Submission:
    """Return what writing `given` (JSON values by key) over `stored` (None: a new record) comes to."""
    form = prepared(plan)
    state = RecordState(form, stored, context)
    problems: list[Problem] = []
    if not isinstance(given, Mapping):
        return Submission({}, frozenset(), (NOT_AN_OBJECT.at("/values"),), state)
    with exact():
        _write(state, given, "/values", problems)
        _settle(state, frozenset(given), "/values", problems)
        values = _stored_values(state)
    return Submission(values, _changed(state, values), tuple(problems), state)


def submit_values(
    plan: FormPlan,
    values: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
    context: SubmitContext,
    settled: Mapping[str, Any] = MappingProxyType({}),
) -> Submission:
    """Return what writing Python values comes to that were read and checked field by field already (import).

    `settled`: values that the form's own definition brings, so they may go into fields that people only read.
    Everything else is the same: guards, defaults, rules, visibility, computed fields, what is required.
    """
    state = RecordState(prepared(plan), stored, context)
    state.is_checked = True
    problems: list[Problem] = []
    with exact():
        guard = _Guard(state) if state.form.read_only or stored is not None else None
        if guard is None:
            state.values.update(values)
            state.touched.update(values)
        else:
            _take(state, values, guard, problems)
        for key, value in settled.items():
            state.values.setdefault(key, value)
            state.touched.add(key)
        _settle(state, frozenset(values) | settled.keys(), "/values", problems)
        ready = _stored_values(state)
    return Submission(ready, _changed(state, ready), tuple(problems), state)


def _take(state: RecordState, values: Mapping[str, Any], guard: "_Guard", problems: list[Problem]) -> None:
    """Take checked values that the guard lets pass."""
    for key, value in values.items():
        one = state.form.writable.get(key)
        if one is not None and value != state.before.get(key):
            refused = guard.refuses(one, f"/values/{key}")
            if refused is not None:
                problems.append(refused)
                continue
        state.values[key] = value
        state.touched.add(key)


def _changed(state: RecordState, values: Mapping[str, Any]) -> frozenset[str]:
    before = state.before
    if not before:
        return frozenset(values)
    return frozenset(key for key, value in values.items() if value != before.get(key))


def _write(state: RecordState, given: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
    """Take the values given into `state`, refusing what may not be written."""
    form = state.form
    guard = _Guard(state) if state.context.cause != "system" else None
    swift = form.swift if guard is None or not guard.has_locks else {}
    for key, raw in given.items():
        read = swift.get(key)
        if read is not None:
            kept = None if raw is None else read(raw)
            if kept is not UNSURE:
                state.values[key] = kept
                state.touched.add(key)
                state.passed.add(key)
                continue
        plan = form.writable.get(key)
        if plan is None:
            problem = _stranger(state, key, raw, path)
            if problem is not None:
                problems.append(problem)
            continue
        at = f"{path}/{key}"
        if plan.rows is not None:
            if guard is not None and (refused := guard.refuses(plan, at)):
                problems.append(refused)
            else:
                _write_rows(state, plan, raw, at, problems)
            continue
        try:
            value = plan.parse(raw, at)
            if value is not None:
                value = plan.control.normalise(value, plan.config)
        except Rejected as error:
            problems.extend(error.problems)
            state.touched.add(key)
            continue
        if guard is not None and value != state.before.get(key) and (refused := guard.refuses(plan, at)):
            problems.append(refused)
            continue
        state.values[key] = value
        state.touched.add(key)


def _stranger(state: RecordState, key: Any, raw: Any, path: str) -> Problem | None:
    """Handle a key that is no writable field: system values, computed fields, typing errors."""
    form = state.form
    at = path + pointer(str(key)[:80])
    if state.parent is not None and key in _ROW_MARKS:
        return None
    if state.parent is None and key in _WRITABLE_SYSTEM:
        if raw is None or isinstance(raw, str):
            state.values[key] = raw or None
            state.touched.add(key)
            return None
        return NOT_AN_OBJECT.at(at)
    known = form.fields.get(key)
    if known is not None:
        return (BY_THE_SERVER if known.kept else COMPUTED).at(at, field=known.label)
    close = ", ".join(nearest(str(key), form.writable)) or "–"
    return UNKNOWN_FIELD.at(at, form=form.plan.name, key=str(key), nearest=close)


class _Guard:
    """Refuses writes to read-only and locked fields. Both look at the stored record, before this write."""

    __slots__ = ("_before", "_locks", "_person", "_state")

    def __init__(self, state: RecordState) -> None:
        self._state = state
        self._before: RecordState | None = None
        self._person = state.context.is_person
        top = state.parent or state
        self._locks: tuple[RulePlan, ...] = ()
        if not top.is_new and top.form.locks:
            before = _before(top)
            self._locks = tuple(
                rule for rule in top.form.locks if rule.when is None or before.holds(rule.when)
            )

    @property
    def has_locks(self) -> bool:
        """Whether any rule locks the record as it stands."""
        return bool(self._locks)

    def refuses(self, plan: FieldPlan, at: str) -> Problem | None:
        key = self._state.parent_field or plan.key
        for rule in self._locks:
            if key not in rule.unlock_fields and (not rule.lock_fields or key in rule.lock_fields):
                return LOCKED.at(at, field=plan.label, rule=rule.message or {"zh": rule.key, "en": rule.key})
        if self._person:
            ruled = self._state.form.read_only.get(plan.key)
            if ruled is not None and (ruled[0] or (ruled[1] is not None and self._stored().holds(ruled[1]))):
                return READ_ONLY.at(at, field=plan.label)
        return None

    def _stored(self) -> RecordState:
        if self._before is None:
            self._before = _before(self._state)
        return self._before


def _before(state: RecordState) -> RecordState:
    """Return the record as it was, as a state that formulas can ask. A new record was blank."""
    parent = _before(state.parent) if state.parent is not None else None
    before = RecordState(
        state.form, None if state.is_new else state.before, state.context, parent, state.parent_field
    )
    before.is_new = state.is_new
    return before


def _write_rows(state: RecordState, plan: FieldPlan, raw: Any, at: str, problems: list[Problem]) -> None:
    """Take rows: the whole list (rows not named are removed), or single changes marked with `_op`."""
    if raw is None:
        raw = []
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        problems.append(NOT_ROWS.at(at, field=plan.label))
        return
    if len(raw) > MOST_ROWS:
        problems.append(TOO_MANY_ROWS.at(at, field=plan.label, most=MOST_ROWS))
        return
    form = state.form.rows[plan.key]
    stored = {row["id"]: row for row in state.before.get(plan.key) or ()}
    is_change = any(isinstance(row, Mapping) and "_op" in row for row in raw)
    is_closed = not state.is_new and state.context.is_person and not plan.config.get("add", True)
    kept: dict[str, RecordState] = {}
    if is_change:
        kept = {
            row_id: RecordState(form, row, state.context, state, plan.key) for row_id, row in stored.items()
        }
    for index, row in enumerate(raw):
        place = f"{at}/{index}"
        if not isinstance(row, Mapping):
            problems.append(NOT_AN_OBJECT.at(place))
            continue
        row_id = row.get("id")
        if row.get("_op") == "delete":
            if kept.pop(str(row_id), None) is None:
                problems.append(UNKNOWN_ROW.at(place, field=plan.label))
            continue
        if row_id is not None and row_id not in stored:
            problems.append(UNKNOWN_ROW.at(place, field=plan.label))
            continue
        if not is_change and row_id in kept:
            problems.append(REPEATED_ROW.at(f"{place}/id", field=plan.label))
            continue
        if row_id is None and is_closed:
            problems.append(NO_ADDING.at(place, field=plan.label))
            continue
        child = RecordState(form, stored.get(row_id), state.context, state, plan.key)
        child.record_id = row_id or state.context.new_id()
        child.values["id"] = child.record_id
        kept[child.record_id] = child
        _write(child, row, place, problems)
        # Needed again when the row is checked as it will be.
        child.place, child.given = place, frozenset(row)
    if (
        stored
        and state.context.is_person
        and not plan.config.get("remove", True)
        and not stored.keys() <= kept.keys()
    ):
        problems.append(NO_REMOVING.at(at, field=plan.label))
    state.child_states[plan.key] = list(kept.values())
    state.touched.add(plan.key)
    state.forget(plan.key)


def _settle(state: RecordState, given: frozenset[str], path: str, problems: list[Problem]) -> None:
    """Let the rules of the form work on the values taken, then require and check."""
    form = state.form
    if state.is_new:
        for key, value in form.defaults:
            if key not in state.touched:
                state.values[key] = value
                state.touched.add(key)
        state.sticky.update(key for key in form.sticky if key not in state.touched)
    elif form.sticky and state.touched:
        _keep_following(state)
    state.memo.clear()
    state.shown.clear()
    if form.stamped:
        _stamp(state)
    if form.copies:
        _copy(state)
    if form.filling:
        _fill(state)
    if form.dependent:
        _fit_options(state, given, path, problems)
    if form.filtered_links:
        _cascade(state, given, path, problems)
    if form.sets:
        _apply_sets(state)
    if form.visible_order:
        _clear_hidden(state)
    for key in form.rows:
        if key in state.touched or form.rows[key].from_parent & state.touched:
            _settle_rows(state, key, path, problems)
    if form.keeping:
        keep(state)
    if form.sealing:
        seal(state)
        problems.extend(out_of_turn(state, path))
    _check(state, path, problems)


def _keep_following(state: RecordState) -> None:
    """Let a formula default follow its formula on an edit, if nobody ever wrote something else into the field.

    Nothing is stored about that: an untouched field still equals what its formula gave on the stored record.
    """
    form = state.form
    before: RecordState | None = None
    for key, formula in form.sticky.items():
        if key in state.touched or not form.read_by(formula) & state.touched:
            continue
        before = before or _before(state)
        was = evaluate(formula, before)
        if not isinstance(was, ErrorValue) and state.fit(key, was) == state.before.get(key):
            state.sticky.add(key)


def _copy(state: RecordState) -> None:
    """填充: choosing a record copies fields of it once, into fields that this write leaves alone."""
    for plan in state.form.copies:
        if plan.key not in state.touched or state.values.get(plan.key) == state.before.get(plan.key):
            continue
        chosen = state.values.get(plan.key)
        overwrite = plan.config.get("overwrite", "replace") == "replace"
        for pair in plan.config["copies"]:
            key = pair["to"]
            if (
                key not in state.form.writable
                or key in state.touched
                or (not overwrite and state.values.get(key) is not None)
            ):
                continue
            value = state.value((plan.key, *pair["from"].split("."))) if chosen is not None else None
            state.set(key, state.fit(key, value))


def _stamp(state: RecordState) -> None:
    """Add to values given what only the server may say; old records that are brought in keep what they say."""
    is_old = state.context.cause == "import" or state.context.is_past
    for plan in state.form.stamped:
        value, before = state.values.get(plan.key), state.before.get(plan.key)
        if plan.key in state.touched and value is not None and value != before:
            known = value if is_old else before
            state.set(plan.key, plan.control.stamped(value, known, plan.config, state.now))


def _fill(state: RecordState) -> None:
    """Let values given tell about other fields, where those are blank and this write leaves them alone."""
    for plan in state.form.filling:
        value = state.values.get(plan.key)
        if plan.key not in state.touched or value is None or value == state.before.get(plan.key):
            continue
        for key, told in plan.control.fills(value, plan.config).items():
            other = state.form.writable.get(key)
            if other is None or key in state.touched or state.values.get(key) is not None:
                continue
            fitting = state.fit(key, told)
            # What does not suit the other field is not put into it: nobody gave that, nobody could mend it.
            if fitting is not None and not any(other.control.check(fitting, other.config, "")):
                state.set(key, fitting)


def _fit_options(state: RecordState, given: frozenset[str], path: str, problems: list[Problem]) -> None:
    """Never leave an option of another parent: one that no longer fits is cleared, one given wrongly is refused."""
    for plan in state.form.dependent:
        above, chosen = plan.config["depends_on"], state.values.get(plan.key)
        if chosen is None or not {plan.key, above} & state.touched:
            continue
        options = plan.config.get("options")
        option = next((one for one in options or () if one["key"] == chosen), None)
        if option is None or option.get("parent") in (None, state.get(above)):
            continue
        if plan.key not in given:
            state.set(plan.key, None)
        elif chosen != state.before.get(plan.key) or state.get(above) != state.before.get(above):
            over = state.form.fields.get(above)
            label = over.label if over is not None else {"zh": above, "en": above}
            problems.append(OTHER_PARENT.at(f"{path}/{plan.key}", option=option["label"], field=label))


def _cascade(state: RecordState, given: frozenset[str], path: str, problems: list[Problem]) -> None:
    """Never leave an impossible pair: a child no longer offered is cleared, one given wrongly is refused."""
    for plan in state.form.filtered_links:
        formula = plan.filter
        if formula is None or state.values.get(plan.key) is None:
            continue
        parents = frozenset(p[1] for p in formula.fields if len(p) > 1 and p[0] == "form")
        if plan.key not in state.touched and not parents & state.touched:
            continue
        chosen, target = state.values[plan.key], state.form.targets[plan.key]
        many = isinstance(chosen, tuple)
        good = [one for one in (chosen if many else (chosen,)) if Offered(state, target, one).holds(formula)]
        if len(good) == (len(chosen) if many else 1):
            continue
        if plan.key in given:
            problems.append(NOT_AMONG.at(f"{path}/{plan.key}", field=plan.label))
        else:
            state.set(plan.key, (tuple(good) or None) if many else None)


class Offered:
    """A record that a link may offer, as the link's filter sees it: its own fields, and `{form.x}`."""

    __slots__ = ("_form", "_record_id", "_state", "actor", "data", "now", "record", "today", "zone")

    def __init__(self, state: RecordState, form: str, record_id: str) -> None:
        self._state, self._form, self._record_id = state, form, record_id
        self.now, self.today, self.zone, self.data = state.now, state.today, state.zone, state.data
        self.actor, self.record = state.actor, {"is_new": False, "changed": frozenset()}

    def value(self, path: tuple[str, ...]) -> Any:
        if path[0] == "form":
            return self._state.value(path[1:])
        if path == ("id",):
            return self._record_id
        return self._state.context.related.value(self._form, self._record_id, path)

    def holds(self, condition: Any) -> bool:
        return evaluate(condition, self) is True


def _apply_sets(state: RecordState) -> None:
    """Run the `set` rules once each, in their order; each sees what the ones before it set."""
    for rule in state.form.sets:
        if rule.when is not None and not state.holds(rule.when):
            continue
        for key, formula in rule.set.items():
            value = evaluate(formula, state)
            if not isinstance(value, ErrorValue):
                state.set(key, state.fit(key, value))


def _clear_hidden(state: RecordState) -> None:
    """Clear what a rule hides: on new records, and on edits where the field says so."""
    form = state.form
    waiting = [
        key
        for key in form.visible_order
        if key in form.writable and _clears(form.fields[key], state.is_new) and _may_hide(state, key)
    ]
    # Clearing a field may hide another one, never bring back a cleared one: at most one round per field.
    for _ in range(len(waiting)):
        cleared = [key for key in waiting if not state.is_visible(key) and not _is_blank(state, key)]
        if not cleared:
            return
        for key in cleared:
            if not state.is_visible(key):
                if key in form.rows:
                    state.child_states[key] = []
                state.set(key, None)
        waiting = [key for key in waiting if key not in cleared]


def _clears(plan: FieldPlan, is_new: bool) -> bool:
    """Tell whether the field loses its value when a rule hides it: new records do, old ones keep, unless it says."""
    return plan.on_hidden == "clear" or (plan.on_hidden is None and is_new)


def _may_hide(state: RecordState, key: str) -> bool:
    """Tell whether this write can have changed the visibility of `key`, or wrote it."""
    if state.is_new or key in state.touched:
        return True
    return any(_concerns(state, condition) for condition in state.form.visible[key])


def _concerns(state: RecordState, condition: Any) -> bool:
    if state.form.read_by(condition) & state.touched:
        return True
    parent = state.parent
    return parent is not None and any(
        p[0] == "form" and p[1] in parent.touched for p in condition.fields if len(p) > 1
    )


def _is_blank(state: RecordState, key: str) -> bool:
    if key in state.form.rows:
        return not state.children(key)
    return state.values.get(key) is None and state.get(key) is None


def _settle_rows(state: RecordState, key: str, path: str, problems: list[Problem]) -> None:
    plan = state.form.fields[key]
    children = state.children(key)
    state.touched.add(key)
    for index, child in enumerate(children):
        place = child.place or f"{path}/{key}/{index}"
        _settle(child, child.given, place, problems)
    state.forget(key)
    problems.extend(plan.control.check([_row(child) for child in children], plan.config, f"{path}/{key}"))
    for column in state.form.rows[key].fields.values():
        if column.unique is not None:
            problems.extend(_repeats(children, column, f"{path}/{key}"))


def _repeats(children: Sequence[RecordState], column: FieldPlan, path: str) -> Iterator[Problem]:
    seen: set[Any] = set()
    for index, child in enumerate(children):
        value = tuple(child.get(key) for key in (column.key, *(column.unique or ())))
        if value[0] is None:
            continue
        if value in seen:
            yield REPEATED_ROW.at(f"{child.place or f'{path}/{index}'}/{column.key}", field=column.label)
        seen.add(value)


def _check(state: RecordState, path: str, problems: list[Problem]) -> None:
    """Require and check the record as it will be; on an edit only what this write can have changed."""
    form = state.form
    broken = {p.path for p in problems}
    for plan in form.required:
        if _is_blank(state, plan.key) and _is_due(state, plan) and f"{path}/{plan.key}" not in broken:
            problems.append(REQUIRED.at(f"{path}/{plan.key}", field=plan.label))
    for key in () if state.is_checked else state.touched - state.passed:
        plan_ = form.writable.get(key)
        if plan_ is None or plan_.rows is not None:
            continue
        value = state.values.get(key)
        if value is not None and value != state.before.get(key) and f"{path}/{key}" not in broken:
            problems.extend(plan_.control.check(value, plan_.config, f"{path}/{key}"))
    for plan in form.dated:
        value = state.values.get(plan.key)
        if plan.key in state.touched and value is not None and value != state.before.get(plan.key):
            problems.extend(plan.control.check_by(value, plan.config, f"{path}/{plan.key}", state.today))
    for rule in form.checks:
        if _rule_fails(state, rule):
            problems.append(_broken_rule(rule, path))
    for plan in form.stages:
        if plan.key in state.touched:
            problems.extend(_check_stage(state, plan, path))


def _is_due(state: RecordState, plan: FieldPlan) -> bool:
    """Tell whether the field must be filled: required, visible, and writable for this actor now."""
    key = plan.key
    condition = plan.required_if
    if not state.is_new and key not in state.touched:
        visible = state.form.visible.get(key, ())
        conditions = (*visible, condition) if condition is not None else visible
        if not any(_concerns(state, one) for one in conditions):
            return False
    if not plan.required and (condition is None or not state.holds(condition)):
        return False
    context = state.context
    if context.is_person:
        if not context.may_write(key if state.parent is None else f"{state.parent_field}.{key}"):
            return False
        ruled = state.form.read_only.get(key)
        if ruled is not None and (ruled[0] or (ruled[1] is not None and _before(state).holds(ruled[1]))):
            return False
    return state.is_visible(key)


def _rule_fails(state: RecordState, rule: RulePlan) -> bool:
    """A rule fails when it applies and its check is not true; blanks and errors are not true."""
    if rule.check is None:
        return False
    if not state.is_new and not any(_concerns(state, condition) for condition in rule.conditions()):
        return False
    if rule.when is not None and not state.holds(rule.when):
        return False
    return not state.holds(rule.check)


def _broken_rule(rule: RulePlan, path: str) -> Problem:
    at = f"{path}/{rule.at}" if rule.at else path
    return RULE.at(at, message=rule.message, rule=rule.key)


def _check_stage(state: RecordState, plan: FieldPlan, path: str) -> Iterator[Problem]:
    """A stage moves along its arrows, by hand only where it says so, and with what the new stage requires."""
    was, now = state.before.get(plan.key), state.values.get(plan.key)
    context = state.context
    if was == now or now is None or context.cause == "system":
        return
    stages = {stage["key"]: stage for stage in plan.config["stages"]}
    target = stages.get(now)
    if target is None:
        return
    at = f"{path}/{plan.key}"
    if not state.is_new:
        if context.is_person and not plan.config.get("by_hand", True):
            yield NOT_BY_HAND.at(at, field=plan.label)
            return
        came = stages.get(was or "")
        ways = came.get("next") if came is not None else None
        if came is not None and ways is not None and now not in ways:
            yield NO_WAY.at(
                at,
                **{"from": came["label"]},
                field=plan.label,
                to=target["label"],
                allowed=_words([stages[way]["label"] for way in ways if way in stages]),
            )
            return
        reason = str(plan.config.get("reason_field") or "")
        if (
            context.is_person
            and context.cause != "import"
            and reason in state.form.writable
            and (reason not in state.touched or _is_blank(state, reason))
        ):
            yield STAGE_REASON.at(
                f"{path}/{reason}", field=state.form.fields[reason].label, stage=target["label"]
            )
    # A sheet of old records may hold any stage; what a stage requires is asked of moves, and of people.
    if context.cause != "import":
        for key in target.get("requires", ()):
            if key in state.form.fields and _is_blank(state, key):
                label = state.form.fields[key].label
                yield STAGE_REQUIRES.at(f"{path}/{key}", field=label, stage=target["label"])


def _words(labels: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    if not labels:
        return {"zh": "（无）", "en": "(nothing)"}
    return {
        lang: ("、" if lang == "zh" else ", ").join(
            label.get(lang) or label.get("zh", "") for label in labels
        )
        for lang in ("zh", "en")
    }


def _stored_values(state: RecordState) -> dict[str, Any]:
    """Return the Python value of everything stored: given, followed, computed, and rows."""
    form = state.form
    held, rows = state.values, form.rows
    values = {key: held[key] for key in state.touched if key in held and key not in rows}
    for key in state.sticky:
        values[key] = _plain(state.get(key))
    if state.is_new:
        due: Sequence[str] = form.stored_formulas
    else:
        moved = state.touched | state.sticky
        due = [
            key
            for key in form.stored_formulas
            if form.read_by(form.formulas[key]) & moved or _reads_parent(state, key)
        ]
    for key in due:
        values[key] = _plain(state.get(key))
    for key in form.rows:
        if key in state.touched:
            values[key] = tuple(_row(child) for child in state.child_states.get(key, ()))
    return values


def _reads_parent(state: RecordState, key: str) -> bool:
    return state.parent is not None and any(path[0] == "form" for path in state.form.formulas[key].fields)


def _row(child: RecordState) -> dict[str, Any]:
    values = {key: child.values.get(key) for key in child.form.writable if key not in child.sticky}
    values.update(_stored_values(child))
    values["id"] = child.record_id
    return values


def _plain(value: Any) -> Any:
    return None if isinstance(value, ErrorValue) else value
