"""Columns: how each cell of a mapped column becomes a value of a field, decided once for a whole sheet.

A column keeps what each distinct cell came to, so a sheet of a hundred thousand rows cleans "抖音" once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from engine.definitions.shape import SYSTEM_FIELDS
from engine.problems import Code, Problem, Rejected
from engine.text import Words, fold
from engine.value_type import VALUE_TYPES
from form_engine.importing.cleaning import (
    CLEANERS,
    Cleaned,
    Cleaner,
    Context,
    clean_text,
    is_blank,
    plain,
    read_age,
    read_amount,
    read_budget,
    split_list,
)
from form_engine.importing.guessing import Target, bare
from form_engine.plan import FieldPlan, FormPlan

NO_OPTION = Code("import.no_option", zh="“{field}”没有选项“{value}”", en="“{field}” has no option “{value}”",
                 hint_zh="可选：{options}；或在表单的导入设置里为它加一个同义词", hint_en="Options: {options}. Or add a synonym in the form's import settings")  # fmt: skip
NO_RECORD = Code("import.no_record", zh="找不到“{field}”：{value}", en="No “{field}” called {value}",
                 hint_zh="先建好这条记录，或改成已有的名称、编号再导入", hint_en="Create it first, or use a name or number that exists")  # fmt: skip
SEVERAL_RECORDS = Code("import.several_records", zh="“{field}”有多条记录叫 {value}", en="Several records of “{field}” are called {value}",
                       hint_zh="请改用编号", hint_en="Use the number instead")  # fmt: skip

PENDING = Code("import.pending", zh="“{field}”里的“{value}”不认识，已用“{word}”代替", en="“{value}” in “{field}” is unknown; “{word}” stands in",
               hint_zh="导入后按“{word}”筛选，改成真实的值", hint_en="Filter by “{word}” after the import and put the true value")  # fmt: skip
LEFT_OPEN = Code("import.left_open", zh="“{field}”里的“{value}”不认识，先空着", en="“{value}” in “{field}” is unknown; it was left blank",
                 hint_zh="导入后在记录里补上", hint_en="Fill it in on the record after the import")  # fmt: skip

LEFT_BLANK = Code("import.left_blank", zh="“{field}”空着，已用“{word}”代替", en="“{field}” was left blank; “{word}” stands in",
                  hint_zh="导入后按“{word}”筛选，补上真实的值", hint_en="Filter by “{word}” after the import and fill in the true value")  # fmt: skip

OWNED_SYSTEM = ("branch_id", "owner_id")
"""System fields that a sheet may bring where the actor may write them."""
PAST_SYSTEM = ("created_at", "no")
"""System fields that nobody writes, but a sheet of older records keeps: when it was entered, and its number."""
_MEMO_MOST = 50_000
_BY_VALUE_TYPE: Mapping[str, str] = {
    "integer": "integer", "decimal": "amount", "money": "amount", "boolean": "yes_no", "date": "date",
    "datetime": "datetime", "choices": "list", "references": "list", "persons": "list",
}  # fmt: skip


@dataclass(slots=True)
class Reading:
    """What a cell came to: a Python value, values for other targets, or problems. `lookup`: still to be found."""

    value: Any = None
    aside: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    lookup: tuple[str, ...] = ()
    notes: tuple[Problem, ...] = ()
    """What the person should look at although the row comes in."""
    is_plain: bool = field(init=False)
    """Whether it is a value and nothing else."""

    def __post_init__(self) -> None:
        more = self.aside or self.problems or self.lookup or self.notes
        self.is_plain = self.value is not None and not more


BLANK = Reading()


@dataclass(slots=True)
class Column:
    """A target of the import: a field, a system value, or an extra that feeds something else."""

    key: str
    label: Words
    clean: Cleaner
    settings: Mapping[str, Any]
    plan: FieldPlan | None = None
    child: Mapping[str, Any] | None = None
    to: str = ""
    """The field fed; the key itself for fields, the key of an extra's target for extras."""
    target_form: str = ""
    """Set where the value is a record (or a person: "user") to be found by words."""
    many: bool = False
    synonyms: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    memo: dict[str, Reading] = field(default_factory=dict)
    """What each text came to; `numbers`: what cells of other classes did, by class."""
    numbers: dict[type, dict[Any, Reading]] = field(default_factory=dict)
    parse: Callable[[Any], Any] | None = None

    def read(self, cell: Any, context: Context) -> Reading:
        """Return what the cell comes to; the same cell is read once."""
        if cell is None or cell == "":
            return BLANK
        # 1, 1.0 and TRUE are one key of a dict, and three things in a sheet.
        memo = self.memo if cell.__class__ is str else self.numbers.setdefault(cell.__class__, {})
        try:
            known = memo.get(cell)
        except TypeError:
            return self._read(cell, context)
        if known is None:
            known = self._read(cell, context)
            if len(memo) < _MEMO_MOST:
                memo[cell] = known
        return known

    def _read(self, cell: Any, context: Context) -> Reading:
        if is_blank(cell):
            return BLANK
        text = plain(cell)
        synonym = self.synonyms.get(bare(text)) if self.synonyms and not self.many else None
        if synonym is not None and not self.target_form:
            return self._kept(synonym, {})
        if "ranges" in self.settings:
            return self._by_range(text, context)
        if self.target_form:
            words = split_list(text) if self.many else [text]
            if self.synonyms:
                words = [str(self.synonyms.get(bare(word), word)) for word in words]
            return Reading(lookup=tuple(words))
        if self.options:
            return self._by_option(text)
        try:
            cleaned = self.clean(cell, context)
        except Rejected as error:
            # A note beside the record keeps what was typed; the record does not fail for it.
            if self.child is not None:
                return Reading(text, notes=error.problems)
            return Reading(problems=error.problems)
        return self._kept(cleaned.value, cleaned.aside)

    def _kept(self, raw: Any, aside: Mapping[str, Any]) -> Reading:
        """Take a clean JSON value through the field itself: parsed, normalised, checked."""
        plan = self.plan
        if raw is None:
            return Reading(None, aside)
        if plan is None:
            return self._system(raw) if self.to in SYSTEM_FIELDS else Reading(raw, aside)
        parse = self.parse
        if parse is None:
            assert plan.shape is not None
            parse = self.parse = partial(plan.shape.type.parse, config=plan.shape.config, path="")
        try:
            value = parse(raw)
            if value is None:
                return Reading(None, aside)
            value = plan.control.normalise(value, plan.config)
            return Reading(value, aside, tuple(plan.control.check(value, plan.config, "")))
        except Rejected as error:
            return Reading(None, aside, error.problems)

    def _system(self, raw: Any) -> Reading:
        kind, config, _ = SYSTEM_FIELDS[self.to]
        try:
            return Reading(VALUE_TYPES.get(kind).parse(raw, config, ""))
        except Rejected as error:
            return Reading(problems=error.problems)

    def _by_option(self, text: str) -> Reading:
        words = split_list(text) if self.many else [text]
        keys: list[str] = []
        unknown: list[str] = []
        for word in words:
            key = self.synonyms.get(bare(word)) or self.options.get(bare(word))
            (keys if key is not None else unknown).append(word if key is None else str(key))
        spare = self.settings.get("fallback")
        if unknown and isinstance(spare, str) and spare in self.options.values():
            stand_in = self._label_of(spare)
            told = tuple(PENDING.at("", field=self.label, value=one, word=stand_in) for one in unknown)
            # What is known says more than the stand-in.
            keys = keys or [spare]
        elif unknown and self.settings.get("pending"):
            told = tuple(LEFT_OPEN.at("", field=self.label, value=one) for one in unknown)
        else:
            told = tuple(self._no_option(one) for one in unknown)
            if told and not isinstance(spare, str):
                return Reading(problems=told)
        keep = self.settings.get("keep")
        aside = {keep: "、".join(unknown)} if unknown and keep else {}
        if not keys:
            return Reading(None, aside, notes=told)
        kept = self._kept(list(dict.fromkeys(keys)) if self.many else keys[0], {})
        return Reading(kept.value, {**kept.aside, **aside}, kept.problems, notes=told)

    def _label_of(self, key: str) -> Words:
        assert self.plan is not None
        listed = self.plan.config.get("stages") or self.plan.config.get("options") or ()
        return next((one["label"] for one in listed if one["key"] == key), {"zh": key, "en": key})

    def _no_option(self, word: str) -> Problem:
        shown = "、".join(list(dict.fromkeys(self.options.values()))[:12])
        return NO_OPTION.at("", field=self.label, value=word, options=shown)

    def _by_range(self, text: str, context: Context) -> Reading:
        """Choose the option whose range holds the number, or overlaps the range, that the cell tells."""
        direct = self.options.get(bare(text))
        if direct is not None:
            return self._kept(direct, {})
        try:
            if self.clean is CLEANERS["age"]:
                low: Decimal | None = Decimal(read_age(text, context.today))
                high = low
            else:
                low, high = read_budget(text)
        except Rejected as error:
            return Reading(problems=error.problems)
        if low is None and high is None:
            return BLANK
        best = max(self.settings["ranges"].items(), key=lambda one: _overlap(one[1], low, high), default=None)
        if best is None or _overlap(best[1], low, high) < 0:
            return BLANK
        return self._kept(best[0], {})


_END = Decimal(10) ** 12


def _overlap(option: Iterable[Any], low: Decimal | None, high: Decimal | None) -> Decimal:
    """Return how much two ranges share, as a part of the smaller one; -1 when nothing."""
    first, last = option
    a_low, a_high = Decimal(str(first or 0)), _END if last is None else Decimal(str(last))
    b_low, b_high = low or Decimal(0), _END if high is None else high
    shared = min(a_high, b_high) - max(a_low, b_low)
    if shared < 0:
        return Decimal(-1)
    # A single number lies in one range; on the border of two the lower one counts.
    narrow = min(a_high - a_low, b_high - b_low)
    return (
        shared / narrow
        if narrow
        else (Decimal(2) if a_low < b_low <= a_high or a_low == b_low == 0 else Decimal(0))
    )


def columns_of(plan: FormPlan, may_write: Callable[[str], bool]) -> dict[str, Column]:
    """Return every target that a sheet may feed for this actor: fields, system values and extras."""
    section = plan.definition.get("import", {})
    said = section.get("fields", {})
    found: dict[str, Column] = {}
    for one in plan.fields:
        if (
            one.is_written
            and one.rows is None
            and one.shape is not None
            and not one.read_only
            and may_write(one.key)
        ):
            found[one.key] = field_column(one, said.get(one.key, {}))
    for key in (*(one for one in OWNED_SYSTEM if may_write(one)), *PAST_SYSTEM):
        found[key] = _system_column(plan, key, said.get(key, {}))
    for extra in section.get("extras", ()):
        made = _extra_column(plan, extra, may_write)
        if made is not None:
            found[extra["key"]] = made
    return found


def field_column(one: FieldPlan, settings: Mapping[str, Any]) -> Column:
    assert one.shape is not None
    kind = one.shape.value_type
    options = _option_words(one)
    target = one.shape.config.get("to", "") if kind in ("reference", "references") else ""
    if kind in ("person", "persons"):
        target = "user"
    return Column(
        key=one.key,
        label=one.label,
        clean=_cleaner(one, settings),
        settings=settings,
        plan=one,
        to=one.key,
        target_form=str(target),
        many=kind in ("choices", "references", "persons"),
        synonyms=_synonyms(settings),
        options=options,
    )


def _cleaner(one: FieldPlan, settings: Mapping[str, Any]) -> Cleaner:
    named = str(settings.get("clean"))
    if named in CLEANERS:
        return CLEANERS[named]
    assert one.shape is not None
    if one.shape.search == "phone" or one.control.kind in ("mobile", "phone"):
        return CLEANERS["phone"]
    if one.shape.search == "name":
        return CLEANERS["name"]
    usual = _BY_VALUE_TYPE.get(one.shape.value_type)
    return CLEANERS[usual] if usual else _by_control(one)


def _by_control(one: FieldPlan) -> Cleaner:
    """Return a cleaner that reads the control's own text form, as export wrote it."""
    control, config = one.control, one.config
    assert one.shape is not None
    kind, value_config = one.shape.type, one.shape.config
    if one.shape.value_type == "text":
        return clean_text

    def clean(cell: Any, _context: Context) -> Cleaned:
        return Cleaned(kind.to_json(control.from_text(plain(cell), config, ""), value_config))

    return clean


def _option_words(one: FieldPlan) -> dict[str, str]:
    """Return option keys by bare label and key."""
    words: dict[str, str] = {}
    listed = one.config.get("stages") or one.config.get("options") or ()
    for option in listed if isinstance(listed, list | tuple) else ():
        if not isinstance(option, Mapping):
            continue
        words.setdefault(bare(str(option["key"])), option["key"])
        for label in option.get("label", {}).values():
            words.setdefault(bare(label), option["key"])
    return words


def _synonyms(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {bare(word): value for word, value in settings.get("values", {}).items()}


def _system_column(plan: FormPlan, key: str, settings: Mapping[str, Any]) -> Column:
    kind, config, _ = SYSTEM_FIELDS[key]
    target = "user" if kind == "person" else str(config.get("to", ""))
    return Column(
        key=key,
        label=plan.label(key),
        clean=CLEANERS["datetime"] if kind == "datetime" else clean_text,
        settings=settings,
        to=key,
        target_form=target,
        synonyms=_synonyms(settings),
    )


def _extra_column(
    plan: FormPlan, extra: Mapping[str, Any], may_write: Callable[[str], bool]
) -> Column | None:
    label = extra.get("label") or {"zh": (extra.get("aliases") or [extra["key"]])[0]}
    to = extra.get("to", "")
    fed = plan.field(to) if to else None
    if to and (fed is None or not may_write(to)):
        return None
    if fed is not None:
        made = field_column(fed, {**extra, "values": extra.get("values", {})})
        made.key, made.label = extra["key"], label
        return made
    clean = CLEANERS.get(extra.get("clean", ""), clean_text)
    return Column(extra["key"], label, clean, extra, child=extra.get("child"), synonyms=_synonyms(extra))


def targets_of(columns: Mapping[str, Column]) -> Iterator[Target]:
    """Yield what guessing needs to know of each column."""
    for column in columns.values():
        aliases = tuple(column.settings.get("aliases", ()))
        looks = "text"
        if column.clean is CLEANERS["phone"]:
            looks = "phone"
        elif column.plan is not None and column.plan.control.kind in ("id_card", "email"):
            looks = column.plan.control.kind
        elif column.options and not column.many:
            looks = "option"
        words = frozenset(fold(word) for word in column.options) if looks == "option" else frozenset()
        yield Target(column.key, column.label, aliases, looks, words)


__all__ = [
    "BLANK",
    "NO_RECORD",
    "SEVERAL_RECORDS",
    "Column",
    "Reading",
    "columns_of",
    "read_amount",
    "targets_of",
]
