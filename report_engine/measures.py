"""Measures: what is counted, summed, or worked out of other measures; names resolved to the facts behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from engine.access.spans import Between
from engine.access.type_scope import SourceTypes
from engine.expressions import Checked, check, parse
from engine.expressions.types import NUMBER, ExprType
from engine.problems import Problem, Rejected, pointer
from engine.text import Words, nearest
from report_engine.credit import Credit
from report_engine.dataset import NUMBERS, Datasets, Fact
from report_engine.people import Per, read_per
from report_engine.periods import days_of
from report_engine.problems import (
    BAD_AGGREGATE,
    BAD_BETWEEN,
    BAD_SPREAD,
    MEASURE_CYCLE,
    UNKNOWN_FACT,
    UNKNOWN_FIELD,
    UNKNOWN_MEASURE,
)
from report_engine.spanning import read_between

Json = Mapping[str, Any]
SIMPLE = ("sum", "avg", "min", "max", "median", "p90", "first", "last", "count_distinct")
ENDS = ("first", "last")
AGGREGATES = ("count", "count_distinct", "sum", "avg", "min", "max", "median", "p90", "first", "last", "rate")
SHOWN = ("share", "share_of_parent", "running", "rank", "change")
DEEPEST = 12
WORDS: Mapping[str, Words] = {
    "count": {"zh": "数量", "en": "count"},
    "count_distinct": {"zh": "去重数", "en": "distinct"},
    "sum": {"zh": "合计", "en": "sum"},
    "avg": {"zh": "平均", "en": "average"},
    "min": {"zh": "最小", "en": "lowest"},
    "max": {"zh": "最大", "en": "highest"},
    "median": {"zh": "中位数", "en": "median"},
    "p90": {"zh": "90 分位", "en": "90th percentile"},
    "first": {"zh": "最早值", "en": "first"},
    "last": {"zh": "最近值", "en": "latest"},
}
ADDS_UP = frozenset({"count", "sum"})
PLAIN_SUMS = frozenset({("op", "+"), ("op", "-"), ("call", "COALESCE")})


@dataclass(frozen=True)
class Measure:
    """One measure. A `formula` works on other measures (`parts`, by the names in it); the rest are of one fact.

    `of`: path or formula over the fact's record. `filter`: which records count; `among` (of a rate): of which.
    `show`: a way of looking at the measure `parts["of"]`: share, share_of_parent, running, rank.
    """

    key: str
    name: Words
    fact: str | None = None
    aggregate: str = "count"
    of: str = ""
    expression: str | None = None
    filters: tuple[str, ...] = ()
    among: str | None = None
    date: str | None = None
    formula: Checked | None = None
    parts: Mapping[str, "Measure"] = field(default_factory=dict)
    show: str | None = None
    format: str = "number"
    good: str | None = None
    unit: Words | None = None
    """What it is counted in, where its format does not say so: minutes, days, points."""
    min_n: int | None = None
    goal: str | None = None
    """What targets call it; its key without its fact where nothing is said."""
    as_of: bool = False
    """A state: everything up to the end of the period counts, not only what falls into it."""
    only_now: bool = False
    """A state that is known of the present alone: its records have changed since."""
    past: str | None = None
    """The formula that says the same of moments that are over, for one that is known of the present alone."""
    trailing: int | None = None
    """How many days before the end of the period count, whenever it began."""
    credit: Credit | None = None
    """Which touch it counts for, where not the record's own."""
    spread: bool = False
    """Whether an amount of a stretch of days counts a part a day."""
    between: Between | None = None
    """How long something took, in seconds, instead of a field or formula."""
    per: Per | None = None
    """Of whom it counts, where not records but whose they are."""
    within_s: int | None = None
    """Of a rate of spans: how long one may take to count."""
    maturity_days: int | None = None
    """How long its records take until it no longer grows."""
    path: str = ""
    """Where the author wrote it."""

    @property
    def adds_up(self) -> bool:
        return self.aggregate in ADDS_UP and self.formula is None and self.show is None and self.per is None

    @property
    def is_sum(self) -> bool:
        """Tell whether it is nought over nothing: counts, sums, and what is added up and taken off of such."""
        if self.formula is None:
            return self.show is None and self.aggregate in ("count", "count_distinct", "sum")
        kinds = ((node.kind, str(node.value).upper()) for node in self.formula.node.walk())
        is_plain = all(
            kind in ("field", "neg") or (kind, value) in PLAIN_SUMS or kind == "lit" for kind, value in kinds
        )
        return is_plain and all(one.is_sum for one in self.parts.values())

    def base(self) -> Iterator["Measure"]:
        """Yield the measures of one fact that this one is made of."""
        if self.formula is None and self.show is None:
            yield self
        for part in self.parts.values():
            yield from part.base()

    @property
    def matures(self) -> int | None:
        """Return how many days its own records, or those of what it is made of, take until it no longer grows."""
        own = (self.maturity_days, *(part.matures for part in self.parts.values()))
        return max((days for days in own if days is not None), default=None)

    @property
    def identity(self) -> tuple[Any, ...]:
        """Return what two base measures that count the same have in common."""
        return (
            self.fact,
            self.aggregate,
            self.of,
            self.expression,
            self.filters,
            self.among,
            self.date,
            self.as_of,
            self.only_now,
            self.trailing,
            self.credit.identity if self.credit is not None else None,
            self.spread,
            self.between,
            self.within_s,
            self.per,
        )


class _Numbers:
    """Every name of a formula over measures is a number."""

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        return NUMBER

    def names(self) -> tuple[str, ...]:
        return ()


@dataclass
class Measures:
    """Resolves measures of one report. `local`: those written in it, by key; `form`: the fact that bare names mean."""

    data: Datasets
    form: str | None = None
    local: Mapping[str, tuple[Json, str]] = field(default_factory=dict)

    def find(self, name: str, path: str, way: tuple[str, ...] = ()) -> Measure:
        """Return the measure called `name`. Rejected with the nearest names."""
        if name in way:
            raise Rejected(MEASURE_CYCLE.at(path, way=" → ".join((*way, name))))
        if len(way) > DEEPEST:
            raise Rejected(MEASURE_CYCLE.at(path, way=" → ".join(way[-4:])))
        if name in self.local:
            given, at = self.local[name]
            return self.read(given, at, (*way, name))
        if name in self.data.metrics:
            return self.read(self.data.metrics[name], path, (*way, name))
        fact, rest = self.data.split(name)
        if fact is None and self.form is not None:
            fact, rest = self.data.facts.get(self.form), name
        if fact is None:
            raise Rejected(self._unknown(name, path))
        return self._of_fact(fact, rest, name, path, way)

    def _unknown(self, name: str, path: str) -> Problem:
        close = ", ".join(nearest(name, (*self.local, *self.data.names()))) or "–"
        return UNKNOWN_MEASURE.at(path, name=name, nearest=close)

    def _of_fact(self, fact: Fact, rest: str, name: str, path: str, way: tuple[str, ...]) -> Measure:
        if rest in fact.measures:
            made = self.read({"form": fact.key, **fact.measures[rest]}, path, (*way, name))
            return replace(made, key=name)
        if rest == "count":
            words = {lang: f"{fact.name.get(lang, '')}{gap}{WORDS['count'][lang]}" for lang, gap in GAPS}
            return Measure(name, words, fact.key, "count", format="integer", path=path)
        of, _, how = rest.rpartition(".")
        if how not in SIMPLE:
            of, how = rest, "sum"
        found = self.data.field(fact, of)
        if found is None or (how == "sum" and rest == of and found.value_type not in NUMBERS):
            raise Rejected(self._unknown(name, path))
        label = found.label or {"zh": of, "en": of}
        words = {lang: f"{label.get(lang, of)}{gap}{WORDS[how][lang]}" for lang, gap in GAPS}
        made = Measure(name, words, fact.key, how, of, path=path)
        return replace(made, format=self._format(fact, made))

    def read(self, given: Json, path: str, way: tuple[str, ...] = ()) -> Measure:
        """Return a measure that is written out. Rejected with what is wrong in it."""
        made = self._read(given, path, way)
        words = given.get("name") or made.name
        more: dict[str, Any] = {"key": str(given.get("key", made.key)), "name": words, "path": path}
        for name in ("format", "good"):
            if given.get(name) is not None:
                more[name] = str(given[name])
        if given.get("unit"):
            more["unit"] = given["unit"]
        if given.get("goal"):
            more["goal"] = str(given["goal"])
        if given.get("min_n") is not None:
            more["min_n"] = int(given["min_n"])
        if given.get("as_of") is not None:
            more["as_of"], more["only_now"] = bool(given["as_of"]), given["as_of"] == "now"
        if given.get("past"):
            self._formula(str(given["past"]), made.key, words, f"{path}/past", way)
            more["past"] = str(given["past"])
        if given.get("trailing"):
            more["trailing"] = days_of(given["trailing"])
        if given.get("maturity"):
            more["maturity_days"] = days_of(given["maturity"])
        if given.get("attribute") or given.get("spread"):
            made = self._dealt(made, given, path)
        return replace(made, **more)

    def _dealt(self, made: Measure, given: Json, path: str) -> Measure:
        """Return a measure whose records count for others or for several days. Rejected where that has no meaning."""
        fact = self.data.facts.get(str(made.fact))
        credit = Credit.read(given["attribute"], f"{path}/attribute") if given.get("attribute") else None
        if fact is None or bool(given.get("spread")) == (credit is not None):
            raise Rejected(BAD_SPREAD.at(path))
        if credit is not None:
            if problems := list(credit.problems(fact, made.aggregate, self.data)):
                raise Rejected(problems)
            return replace(made, credit=credit)
        day = self.data.field(fact, made.date or fact.date)
        amount = self.data.field(fact, made.of)
        fits = day is not None and day.value_type == "date_range" and made.aggregate == "sum"
        if (
            not fits
            or amount is None
            or amount.value_type not in ("money", "integer")
            or fact.rows is not None
        ):
            raise Rejected(BAD_SPREAD.at(path))
        return replace(made, spread=True)

    def _read(self, given: Json, path: str, way: tuple[str, ...]) -> Measure:
        key = str(given.get("key", ""))
        words: Words = given.get("name") or {"zh": key, "en": key}
        if given.get("formula"):
            return self._formula(str(given["formula"]), key, words, path, way)
        of = str(given.get("of", ""))
        if given.get("show"):
            part = self.find(of, f"{path}/of", way)
            shown = (
                "integer"
                if given["show"] == "rank"
                else part.format
                if given["show"] == "running"
                else "percent"
            )
            return Measure(key, words, show=str(given["show"]), parts={"of": part}, format=shown)
        filters = tuple(str(given[one]) for one in ("filter",) if given.get(one))
        date = str(given["date"]) if given.get("date") else None
        if not given.get("aggregate") and not given.get("between"):
            ref = self.find(of, f"{path}/of" if of else path, way)
            return replace(ref, filters=(*ref.filters, *filters), date=date or ref.date)
        fact = self.data.facts.get(str(given.get("form", self.form or "")))
        if fact is None:
            fact, of = self.data.split(of)
        if fact is None:
            name = str(given.get("form", self.form or of))
            close = ", ".join(nearest(name, self.data.facts)) or "–"
            raise Rejected(UNKNOWN_FACT.at(f"{path}/form", name=name, nearest=close))
        how = str(given.get("aggregate", "median"))
        if given.get("between"):
            return self._span(fact, given, key, words, path, filters, date)
        if given.get("per"):
            per = read_per(self.data, fact, given, path)
            made = Measure(key, words, fact.key, how, filters=filters, date=date, path=path, per=per)
            return replace(made, format=self._format(fact, made))
        expression = str(given["value"]) if given.get("value") else None
        among = str(given["among"]) if given.get("among") else None
        of = of.removeprefix(f"{fact.key}.")
        made = Measure(key, words, fact.key, how, of, expression, filters, among, date, path=path)
        if how not in ("count", "rate") and expression is None:
            self._must_fit(fact, made, path)
        return replace(made, format=self._format(fact, made))

    def _span(
        self,
        fact: Fact,
        given: Json,
        key: str,
        words: Words,
        path: str,
        filters: tuple[str, ...],
        date: str | None,
    ) -> Measure:
        how, minutes = str(given.get("aggregate", "median")), given.get("within_minutes")
        span = read_between(self.data, fact, given["between"], how, path)
        if (how == "rate") != (minutes is not None) or given.get("among") or given.get("value"):
            raise Rejected(BAD_BETWEEN.at(path))
        return Measure(
            key, words, fact.key, how, filters=filters, date=date, path=path, between=span,
            within_s=None if minutes is None else int(minutes) * 60, format="percent" if how == "rate" else "duration",
        )  # fmt: skip

    def _must_fit(self, fact: Fact, made: Measure, path: str) -> None:
        found = self.data.field(fact, made.of)
        if found is None:
            close = ", ".join(nearest(made.of, fact.shape.fields)) or "–"
            raise Rejected(UNKNOWN_FIELD.at(f"{path}/of", fact=fact.name, name=made.of or "–", nearest=close))
        choices = choices_of(found.value_type)
        if made.aggregate not in choices:
            label = found.label or {"zh": made.of, "en": made.of}
            shown = ", ".join(choices)
            raise Rejected(BAD_AGGREGATE.at(path, label=label, aggregate=made.aggregate, choices=shown))

    def _format(self, fact: Fact, made: Measure) -> str:
        if made.aggregate in ("count", "count_distinct"):
            return "integer"
        if made.aggregate == "rate":
            return "percent"
        found = self.data.field(fact, made.of) if made.of else None
        kind = found.value_type if found is not None else self._gives(fact, made.expression)
        if found is not None and found.config.get("format") == "duration":
            return "duration"
        if kind == "integer" and made.aggregate in ("avg", "median", "p90"):
            return "number"
        return FORMATS.get(kind, "number")

    def _gives(self, fact: Fact, expression: str | None) -> str:
        """Return what kind of value a formula over a record gives; what is wrong with it is told where it is used."""
        if expression is None:
            return "decimal"
        try:
            node = parse(expression, "")
            types = SourceTypes(
                self.data.shapes, fact.shape, fact.form.key if fact.rows is not None else None
            )
            return {"date": "date", "datetime": "datetime"}.get(check(node, types).type.name, "decimal")
        except Rejected:
            return "decimal"

    def _formula(self, text: str, key: str, words: Words, path: str, way: tuple[str, ...]) -> Measure:
        at = f"{path}/formula"
        checked = check(parse(text, at), _Numbers(), NUMBER, at)
        problems: list[Problem] = []
        parts: dict[str, Measure] = {}
        for field_path in sorted(checked.fields):
            name = ".".join(field_path)
            try:
                parts[name] = self.find(name, at, way)
            except Rejected as refused:
                problems += refused.problems
        if problems:
            raise Rejected(problems)
        return Measure(key, words, formula=checked, parts=parts, format="number")

    def all(self, given: Any, path: str) -> tuple[list[Measure], list[Problem]]:
        """Return the measures of a list of names and objects, and every problem."""
        found: list[Measure] = []
        problems: list[Problem] = []
        for at, one in enumerate(given):
            where = f"{path}{pointer(at)}"
            resolve = (
                partial(self.find, one, where)
                if isinstance(one, str)
                else partial(self.find, one["key"], where)
            )
            try:
                made = resolve()
                key = one if isinstance(one, str) else str(one["key"])
                found.append(replace(made, key=key, path=where))
            except Rejected as refused:
                problems += refused.problems
        return found, problems


def choices_of(value_type: str) -> tuple[str, ...]:
    """Return the aggregates that make sense for a kind of value."""
    if value_type in NUMBERS:
        return SIMPLE
    if value_type in ("date", "datetime"):
        return ("min", "max", *ENDS, "count_distinct")
    return ("count_distinct",)


GAPS = (("zh", ""), ("en", " "))
FORMATS: Mapping[str, str] = {
    "money": "money",
    "integer": "integer",
    "decimal": "number",
    "date": "date",
    "datetime": "datetime",
}
