"""“Explain this number”: what it counts, over which records, as of when, how far to trust it, and why it changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import permutations
from math import factorial
from typing import Any

from sqlalchemy import func, select

from engine.access.sources import NO_ACCESS_VALUE, Wanted
from engine.access.type_scope import shadow_of
from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.problems import Rejected
from engine.text import Words
from report_engine.behind import (
    compared_with,
    counted_for,
    measure_of,
    narrowed,
    nodes_of,
    number_of,
    of_fact,
    then_of,
)
from report_engine.binding import Bound, Dimension, placed
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.drawing.numbers import full
from report_engine.grid import Grid
from report_engine.measures import WORDS, Measure
from report_engine.passes.labels import COMPARED, NO_ACCESS
from report_engine.people import Per
from report_engine.query import LISTS, rounded
from report_engine.results import FORMULA_PLACES, value_of
from report_engine.spanning import between_in_words
from report_engine.table import Cell, Column, Table
from report_engine.tabled import rows_of
from report_engine.telling import Called, in_words, sum_in_words
from report_engine.wording import BLANK as BLANK_NODE
from report_engine.wording import all_of, written

MOST_PARTS = 8
MOST_FACTORS = 5
SPLIT_BY = ("channel", "branch", "consultant", "doctor", "project", "category", "owner")
BLANK_SHARE = Fraction(5, 100)
REST: Words = {"zh": "其他", "en": "Other"}
BLANK: Words = {"zh": "未填写", "en": "(blank)"}
SCOPES: Mapping[str, Words] = {
    "all": {"zh": "统计全部记录", "en": "All records are counted"},
    "some": {"zh": "只统计您有权查看的记录", "en": "Only records that you may see are counted"},
}


def explained(
    desk: Desk, bound: Bound, dims: Mapping[str, Any], measure: str | None, *, is_short: bool = False
) -> dict[str, Any]:
    """Return what a number means. `is_short`: only the filters in words. Rejected where it stands for nothing."""
    inside = narrowed(bound, desk, dims) if bound.measures else bound
    one = measure_of(bound, measure) if bound.measures else None
    asked = then_of(bound, inside, measure)
    told: dict[str, Any] = {
        "filters": list(_filters(desk, asked, one)),
        "dimensions": list(_calculated(asked)),
    }
    if is_short:
        return told
    if one is None:
        name: Words = bound.report.get("name") or {"zh": "", "en": ""}
        return {**told, "name": name, "value": "", "formula": name, "parts": [], "rows": None,
                "as_of": bound.now.isoformat(), "hints": []}  # fmt: skip
    values = _values(asked, desk, one)
    lang = desk.actor.lang
    return {
        **told,
        "name": _name(one, measure),
        "value": full(values.get(one.key), one.format, lang),
        "formula": in_formula(bound, one),
        "parts": [
            {"name": part.name, "value": full(values.get(part.key), part.format, lang)}
            for part in _parts(one)
        ],
        "rows": _rows(asked, desk, one),
        "as_of": bound.now.isoformat(),
        "hints": [_scope(desk, asked, one), *_hints(asked, desk, one)],
        "split": _split(bound, inside, desk, one, measure),
    }


def _name(one: Measure, measure: str | None) -> Words:
    name = (measure or "").partition("@")[2].partition(".")[0]
    if name not in COMPARED:
        return one.name
    return {lang: f"{one.name.get(lang, one.key)} · {COMPARED[name][lang]}" for lang in ("zh", "en")}


def _parts(one: Measure) -> list[Measure]:
    """Return what a formula is made of, each by itself."""
    return [replace(part, key=f"{one.key}/{name}") for name, part in one.parts.items()]


def _values(bound: Bound, desk: Desk, one: Measure) -> Mapping[str, Cell]:
    measures = (replace(one, show=None, parts={}) if one.show else one, *_parts(one))
    if one.show:
        measures = tuple(_parts(one))
    plain = replace(bound, measures=measures, dimensions=(), compare=(), totals=(), having=None)
    found = Grid(plain, desk).groups(())
    return found[0].values if found else {}


# Words


def in_formula(bound: Bound, one: Measure) -> Words:
    """Return how a measure is worked out."""
    if one.formula is not None:
        return sum_in_words(parse(one.formula.text, ""), _Parts(one))
    if one.show is not None:
        part = one.parts["of"]
        return {
            lang: f"{part.name.get(lang, part.key)} → {SHOWS.get(one.show, {}).get(lang, one.show)}"
            for lang in ("zh", "en")
        }
    fact = bound.data.facts[str(one.fact)]
    field = bound.data.field(fact, one.of) if one.of else None
    label: Words = (field.label if field is not None else None) or {"zh": str(one.of), "en": str(one.of)}
    label = {lang: f"“{text}”" for lang, text in label.items()}
    if one.per is not None:
        return _of_people(bound, fact, one, one.per)
    if one.between is not None:
        label = between_in_words(bound.data, fact, one.between)
    if one.expression:
        told = sum_in_words(of_fact(bound, fact, one.expression, ""), _Names(bound, fact, None))
        label = {"zh": f"（{told['zh']}）", "en": f"({told['en']})"}
    made = {}
    for lang in ("zh", "en"):
        how = (WITHIN if one.within_s is not None else HOW[one.aggregate])[lang].format(
            minutes=(one.within_s or 0) // 60, fact=fact.name.get(lang, fact.key), of=label.get(lang, one.of)
        )
        tests = [
            _node_words(bound, fact, of_fact(bound, fact, text, ""), None).get(lang, "")
            for text in one.filters
        ]
        if one.among is not None:
            tests.append(
                AMONG[lang].format(
                    of=_node_words(bound, fact, of_fact(bound, fact, one.among, ""), None).get(lang, "")
                )
            )
        how = f"{how}{WHERE[lang]}{AND[lang].join(tests)}" if tests else how
        dealt = one.credit.model if one.credit is not None else "spread" if one.spread else ""
        made[lang] = f"{how}{DEALT[dealt][lang]}" if dealt else how
    return made


def _of_people(bound: Bound, fact: Fact, one: Measure, per: Per) -> Words:
    """Return how a measure of people is worked out."""
    made = {}
    for lang, told in per.told().items():
        tests = [
            _node_words(bound, fact, of_fact(bound, fact, text, ""), None).get(lang, "")
            for text in one.filters
        ]
        how = f"{fact.name.get(lang, fact.key)}{COLON[lang]}{told}"
        made[lang] = f"{how}{WHERE[lang]}{AND[lang].join(tests)}" if tests else how
    return made


@dataclass(frozen=True)
class _Parts:
    """What the parts of a measure's formula are called."""

    one: Measure

    def label(self, path: str) -> Words:
        part = self.one.parts.get(path)
        return part.name if part is not None else {"zh": path, "en": path}

    def value(self, path: str, given: object) -> Words:
        return {"zh": str(given), "en": str(given)}

    def is_time(self, path: str) -> bool:
        return False

    def called(self, node: Node) -> Called | None:
        return None


SHOWS: Mapping[str, Words] = {
    "share": {"zh": "占总计的比例", "en": "share of the total"},
    "share_of_parent": {"zh": "占上级的比例", "en": "share of its parent"},
    "running": {"zh": "累计", "en": "running total"},
    "rank": {"zh": "名次", "en": "rank"},
}
HOW: Mapping[str, Words] = {
    "count": {"zh": "“{fact}”的条数", "en": "Number of “{fact}”"},
    "rate": {"zh": "“{fact}”中符合条件的比例", "en": "Share of “{fact}” that meet the condition"},
    **{
        how: {
            "zh": f"“{{fact}}”的{{of}}{words['zh']}",
            "en": f"{words['en'].capitalize()} of {{of}} of “{{fact}}”",
        }
        for how, words in WORDS.items()
        if how != "count"
    },
}
WITHIN: Words = {
    "zh": "“{fact}”{of}不超过 {minutes} 分钟的比例",
    "en": "Share of “{fact}” whose {of} is at most {minutes} minutes",
}
DEALT: Mapping[str, Words] = {
    "first": {"zh": "；归首次触达", "en": "; for the first touch"},
    "last": {"zh": "；归末次触达", "en": "; for the last touch"},
    "linear": {"zh": "；各次触达平分", "en": "; in equal parts for all touches"},
    "spread": {"zh": "；按期间的天数分摊", "en": "; spread over the days of its period"},
}
WHERE: Words = {"zh": "，条件：", "en": ", where "}
AMONG: Words = {"zh": "分母：{of}", "en": "out of those where {of}"}
AND: Words = {"zh": "；", "en": "; "}
COLON: Words = {"zh": "：", "en": ": "}


def _filters(desk: Desk, bound: Bound, one: Measure | None) -> Iterator[Words]:
    period = bound.period
    if period is not None and (period.start is not None or period.end is not None):
        told = period.to_json()
        start, end = told["from"] or "…", told["to"] or "…"
        yield {"zh": f"时间：{start} 至 {end}", "en": f"From {start} to {end}"}
    own = [bound.form] if bound.form else [*bound.filters]
    facts = [base.fact for base in one.base()] if one is not None else own
    said: list[Words] = []
    for key in dict.fromkeys(facts):
        for each in bound.filters.get(str(key), ()):
            said.append(_node_words(bound, bound.data.facts[str(key)], each.node, desk))
    # What several facts are narrowed by alike is said once.
    yield from (words for at, words in enumerate(said) if words not in said[:at])


def _calculated(bound: Bound) -> Iterator[dict[str, Words]]:
    """Yield what the calculated dimensions of a question are worked out by."""
    told: set[str] = set()
    for one in bound.calculated:
        fact = bound.data.facts[next(iter(one.formulas))]
        if one.paths[fact.key] not in told:
            told.add(one.paths[fact.key])
            names = _Names(replace(bound, dimensions=(), calculated_picks=()), fact, None)
            yield {"name": one.name, "formula": sum_in_words(one.node(fact.key), names)}


def _node_words(bound: Bound, fact: Fact, node: Node, desk: Desk | None) -> Words:
    return in_words(node, _Names(bound, fact, desk))


@dataclass(frozen=True)
class _Names:
    """What the paths of a fact and their values are called."""

    bound: Bound
    fact: Fact
    desk: Desk | None

    def label(self, path: str) -> Words:
        found = self.bound.data.field(self.fact, shadow_of(path)[0])
        return placed((found.label if found is not None else None) or {"zh": path, "en": path}, path)

    def value(self, path: str, given: object) -> Words:
        found = self.bound.data.field(self.fact, path)
        for option in (found.config.get("options") or ()) if found is not None else ():
            if str(option["key"]) == given:
                return option.get("label") or {"zh": str(given), "en": str(given)}
        target = _target(found)
        if target is not None and self.desk is not None and given not in (None, NO_ACCESS_VALUE):
            title = self.desk.gate.labels(target, [str(given)]).get(str(given), str(given))
            return {"zh": title, "en": title}
        if isinstance(given, Decimal):
            said = full(given, found.value_type if found is not None else "number", "zh")
            return {"zh": said, "en": said}
        return {"zh": str(given), "en": str(given)}

    def is_time(self, path: str) -> bool:
        found = self.bound.data.field(self.fact, shadow_of(path)[0])
        return bool(shadow_of(path)[1]) or (found is not None and found.value_type in ("date", "datetime"))

    def called(self, node: Node) -> Called | None:
        if node.kind in ("field", "lit") or not self._calculated:
            return None
        one = self._calculated.get(written(node))
        if one is None:
            return None
        values = {str(option["key"]): option.get("label") or {} for option in one.options}
        return Called(one.name, values, one.value_type in ("date", "datetime"))

    @cached_property
    def _calculated(self) -> Mapping[str, Dimension]:
        """Return the calculated dimensions of a question and of what it is narrowed to, by their formula."""
        return {one.paths[self.fact.key]: one for one in self.bound.calculated if self.fact.key in one.paths}


def _target(found: Any) -> str | None:
    if found is None:
        return None
    if found.value_type in ("person", "persons"):
        return "user"
    return str(found.config.get("to")) if found.value_type in ("reference", "references") else None


# How many, how far to trust it


def _base(one: Measure) -> Measure | None:
    return next((base for base in one.base() if base.fact is not None), None)


def _rows(bound: Bound, desk: Desk, one: Measure) -> int | None:
    """Return how many records and lines a measure counts, those of all its parts; the same ones once."""
    told: dict[Any, int] = {}
    for base in one.base():
        if base.fact is None:
            continue
        fact = bound.data.facts[base.fact]
        nodes = nodes_of(bound, fact, base)
        if base.credit is not None or base.spread:
            told[fact.key, base.identity] = counted_for(bound, desk, fact, base).count
        else:
            told[fact.key, written(all_of(nodes) or BLANK_NODE)] = number_of(desk, fact, nodes)
    return sum(told.values()) if told else None


def _scope(desk: Desk, _bound: Bound, one: Measure) -> Words:
    base = _base(one)
    form = str(base.fact).partition(".")[0] if base is not None else ""
    return SCOPES["all" if desk.gate.rights.row(form, "view").is_all else "some"]


def _hints(bound: Bound, desk: Desk, one: Measure) -> Iterator[Words]:
    """Yield which of the shared dimensions often have nothing in them: it decides how far splits by them can be believed."""
    base = _base(one)
    if base is None:
        return
    fact = bound.data.facts[str(base.fact)]
    where = [Wanted(formula=node, condition=True) for node in nodes_of(bound, fact, base)]
    wanted: dict[str, Wanted] = {}
    for role, path in fact.roles.items():
        if role not in ("creator", "branch", "owner") and bound.data.walk(fact, path) is not None:
            try:
                desk.gate.source(fact.key, {"v": Wanted(path)})
            except Rejected:
                continue
            wanted[role] = Wanted(path)
    if not wanted:
        return
    source = desk.gate.source(fact.key, wanted, where)
    counts: list[Any] = [func.count(), *(func.count(source.c[role]) for role in wanted)]
    told = rows_of(desk, select(*counts).select_from(source.table), [source], fact.key)[0]
    whole = int(told[0])
    for role, number in zip(wanted, told[1:], strict=True):
        blank = whole - int(number)
        if whole and Fraction(blank, whole) >= BLANK_SHARE:
            label = _label(bound, fact, role)
            percent = f"{float(Fraction(blank, whole)):.0%}"
            yield {
                "zh": f"{blank} 条“{fact.name.get('zh', '')}”（{percent}）没有填写“{label.get('zh', role)}”",
                "en": f"{blank} of “{fact.name.get('en', '')}” ({percent}) have no “{label.get('en', role)}”",
            }


def _label(bound: Bound, fact: Fact, role: str) -> Words:
    found = bound.data.field(fact, fact.roles[role])
    return (found.label if found is not None else None) or {"zh": role, "en": role}


# Why it changed


def _split(bound: Bound, inside: Bound, desk: Desk, one: Measure, measure: str | None) -> Table | None:
    """Return an exact split of the change since the period it is compared with; None without one."""
    if not bound.compare or inside.period is None or one.show is not None:
        return None
    asked = (measure or "").partition("@")[2].partition(".")[0]
    name = asked if asked in bound.compare else bound.compare[0]
    before = compared_with(bound, inside, name)
    if one.formula is not None:
        return _by_factors(inside, before, desk, one, name)
    if one.aggregate not in ("count", "sum") or one.per is not None:
        return None
    return _by_groups(inside, before, desk, one, name)


def _by_groups(inside: Bound, before: Bound, desk: Desk, one: Measure, name: str) -> Table | None:
    """Return how much each group of the most telling shared dimension added to the change."""
    dimension = _telling(inside, desk, one)
    if dimension is None:
        return None
    sides = []
    for side in (inside, before):
        plain = replace(side, measures=(one,), dimensions=(dimension,), compare=(), totals=(), having=None)
        sides.append(
            {group.key[0]: group.values.get(one.key) for group in Grid(plain, desk).groups((dimension.key,))}
        )
    now, then = sides
    parts = {key: _number(now.get(key)) - _number(then.get(key)) for key in {**now, **then}}
    order = sorted(parts, key=lambda key: (-abs(parts[key]), str(key)))
    rows: list[tuple[Cell, ...]] = [("start", sum((_number(one_) for one_ in then.values()), Decimal(0)))]
    rows += [
        (str(key) if key is not None else "(blank)", parts[key]) for key in order[:MOST_PARTS] if parts[key]
    ]
    rest = sum((parts[key] for key in order[MOST_PARTS:]), Decimal(0))
    if rest:
        rows.append(("(rest)", rest))
    rows.append(("end", sum((_number(one_) for one_ in now.values()), Decimal(0))))
    words = _group_words(inside, desk, dimension, [key for key in order[:MOST_PARTS] if key is not None])
    return _waterfall(one, dimension.name, rows, words, name)


def _number(value: Cell) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def _telling(bound: Bound, desk: Desk, one: Measure) -> Dimension | None:
    base = _base(one)
    assert base is not None
    fact = bound.data.facts[str(base.fact)]
    for role in SPLIT_BY:
        path = fact.roles.get(role)
        found = bound.data.field(fact, path) if path is not None else None
        if path is None or found is None or found.value_type in LISTS:
            continue
        try:
            desk.gate.source(fact.key, {"v": Wanted(path)})
        except Rejected:
            continue
        label = found.label or {"zh": role, "en": role}
        return Dimension(role, label, {fact.key: path}, role=role, value_type=found.value_type)
    return None


def _group_words(bound: Bound, desk: Desk, one: Dimension, keys: Sequence[Any]) -> dict[str, Words]:
    fact = bound.data.facts[next(iter(one.paths))]
    found = bound.data.field(fact, one.paths[fact.key])
    words: dict[str, Words] = {
        str(option["key"]): option.get("label") or {}
        for option in (found.config.get("options") if found else None) or ()
    }
    target = _target(found)
    if target is not None:
        known = [str(key) for key in keys if key != NO_ACCESS_VALUE]
        words |= {key: {"zh": title, "en": title} for key, title in desk.gate.labels(target, known).items()}
    return words | {NO_ACCESS_VALUE: NO_ACCESS}


def _by_factors(inside: Bound, before: Bound, desk: Desk, one: Measure, name: str) -> Table | None:
    """Return how much each part of a formula added to the change: its mean effect over all orders of change (Shapley)."""
    bases = {base.identity: base for base in one.base()}
    if not 2 <= len(one.parts) <= MOST_FACTORS or one.formula is None:
        return None
    parts = tuple(_parts(one))
    sides = []
    for side in (inside, before):
        plain = replace(side, measures=(one, *parts), dimensions=(), compare=(), totals=(), having=None)
        found = Grid(plain, desk).groups(())
        sides.append(found[0].values if found else {})
    now, then = sides
    names = list(one.parts)

    def worked_out(state: Sequence[Mapping[str, Cell]]) -> Cell:
        made = {n: values.get(f"{one.key}/{n}") for n, values in zip(names, state, strict=True)}
        flat = {part.identity: made[n] for n, part in leaves.items()}
        return value_of(replace(one, parts=leaves), flat)

    leaves = {n: Measure(n, part.name, aggregate="sum", of=n) for n, part in one.parts.items()}
    first, last = worked_out([then] * len(names)), worked_out([now] * len(names))
    if not bases or not isinstance(first, int | Decimal) or not isinstance(last, int | Decimal):
        return None
    sums = [Fraction(0)] * len(names)
    for order in permutations(range(len(names))):
        state: list[Mapping[str, Cell]] = [then] * len(names)
        old: Cell = first
        for at in order:
            state[at] = now
            new = worked_out(state)
            if not isinstance(new, int | Decimal) or not isinstance(old, int | Decimal):
                return None
            sums[at] += Fraction(new) - Fraction(old)
            old = new
    places = FORMULA_PLACES.get(one.format, 6)
    made = [rounded(each / factorial(len(names)), places) for each in sums]
    left = Decimal(last) - Decimal(first) - sum(made, Decimal(0))
    largest = max(range(len(made)), key=lambda at: abs(made[at]))
    made[largest] += left
    rows: list[tuple[Cell, ...]] = [
        ("start", Decimal(first)),
        *zip(names, made, strict=True),
        ("end", Decimal(last)),
    ]
    words = {n: part.name for n, part in one.parts.items()}
    return _waterfall(one, {"zh": "因素", "en": "Factor"}, rows, words, name)


def _waterfall(
    one: Measure, name: Words, rows: Sequence[tuple[Cell, ...]], words: Mapping[str, Words], compare: str
) -> Table:
    labels = {
        **words, "(rest)": REST, "(blank)": BLANK, "start": COMPARED[compare], "end": {"zh": "本期", "en": "Now"},
    }  # fmt: skip
    columns = (
        Column("part", name, "dimension", "text", labels=labels),
        Column(one.key, one.name, "measure", one.format, one.good),
    )
    return Table(columns, tuple(rows))


__all__ = ["explained"]
