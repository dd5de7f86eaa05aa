"""Binding: a report's JSON becomes a question whose every name is resolved and whose every date is a day.

Nothing here asks for data, and nothing here knows who may see what: that is the gate's, when sources are made.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.sources import Wanted
from engine.access.type_scope import PLACES, shadow_of
from engine.definitions.shape import FieldShape
from engine.expressions import Checked, check, parse
from engine.expressions.nodes import Node
from engine.expressions.types import BOOL, NUMBER, ExprType
from engine.problems import Problem, Rejected, pointer
from engine.text import Words, nearest
from report_engine.bins import Bins
from report_engine.buckets import CALENDAR, GRAINS, fiscal
from report_engine.calculated import FORMULA_ALONE, NOT_BESIDE, by_day, worked
from report_engine.dataset import MOST_HOPS, NUMBERS, Datasets, Fact
from report_engine.measures import Measure, Measures
from report_engine.periods import BASELINE, COMPARISONS, Period, days_of, read_period, units_from
from report_engine.picks import Chosen, Pick, condition
from report_engine.problems import (
    BAD_BINS,
    BAD_GRAIN,
    BAD_SORT,
    BAD_TOP,
    BAD_TOTALS,
    NEEDS_PERIOD,
    NO_BASELINE,
    NO_MEASURES,
    NO_TOP,
    NO_WAY,
    REPEATED_KEY,
    SEVERAL_FACTS,
    TOO_MANY_PARTS,
    UNKNOWN_FACT,
    UNKNOWN_FIELD,
)
from report_engine.wording import field as field_node
from report_engine.wording import read_again, written

Json = Mapping[str, Any]
MOST_DIMENSIONS = 6
MOST_MEASURES = 12
MOST_TOTALS = 40
MOST_ROWS = 5_000
DATES = frozenset({"date", "datetime"})


@dataclass(frozen=True)
class Dimension:
    """What results are grouped by. `paths`: fact → path of the value in it; a fact without one repeats its number.

    Of a calculated one `formulas` has what it is worked out by, and `paths` the same as text.
    """

    key: str
    name: Words
    paths: Mapping[str, str]
    grain: str | None = None
    bins: Bins | None = None
    top: int | None = None
    top_by: str | None = None
    other: Words = field(default_factory=lambda: {"zh": "其他", "en": "Other"})
    role: str | None = None
    value_type: str = "text"
    fill: bool = True
    level: int | None = None
    """Of a way down a tree of options: the step that counts."""
    at: str = ""
    formulas: Mapping[str, Node] = field(default_factory=dict)
    options: tuple[Json, ...] = ()
    """Of a calculated one: options of the choices that its formula gives."""

    @property
    def is_time(self) -> bool:
        return self.grain in CALENDAR

    def node(self, fact: str) -> Node:
        """Return its value in the records of a fact, as a formula."""
        return self.formulas[fact] if fact in self.formulas else field_node(self.paths[fact])

    def wanted(self, fact: str, *, each: bool = False) -> Wanted:
        """Return the column that holds its value in a source of a fact."""
        if fact in self.formulas:
            return Wanted(formula=self.formulas[fact], at=f"{self.at}/formula")
        return Wanted(self.paths[fact], each=each, level=self.level, at=self.at)


@dataclass(frozen=True)
class Filter:
    """One condition over the records of one fact, its names resolved to paths."""

    node: Node
    at: str

    @cached_property
    def text(self) -> str:
        """Return the condition written out."""
        return written(self.node)


@dataclass(frozen=True)
class Bound:
    """A question ready to be asked: of nobody in particular, at one moment."""

    report: Json
    kind: str
    data: Datasets
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    filters: Mapping[str, tuple[Filter, ...]]
    period: Period | None
    now: datetime
    zone: str
    having: Checked | None = None
    sort: tuple[str, ...] = ()
    limit: int | None = None
    compare: tuple[str, ...] = ()
    totals: tuple[tuple[str, ...], ...] = ()
    fill: str | None = None
    maturity_days: int | None = None
    settings: Json = field(default_factory=dict)
    form: str | None = None
    ignored: tuple[Pick, ...] = ()
    """Picks that nothing of this question knows."""
    picks: tuple[Pick, ...] = ()
    has_goal: bool = False
    baseline: Period | None = None
    """The days that `compare: ["baseline"]` is about."""
    calculated_picks: tuple[Dimension, ...] = ()
    """Calculated dimensions that it is narrowed by."""
    pasts: Mapping[Any, "Bound"] = field(default_factory=dict)
    """Of measures known of the present alone, by identity: the same question by what says it of the past."""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def verb(self) -> str:
        """Return which records are counted: those that the asker may see, or also those whose totals he may."""
        return "totals" if self.report.get("sees") == "totals" else "view"

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that its measures are of, each once, in order."""
        return tuple(dict.fromkeys(base.fact for one in self.measures for base in one.base() if base.fact))

    def told(self) -> dict[str, Any]:
        """Return how the report was understood: facts, paths, days, filters; for whoever wants to check it."""
        return {
            "kind": self.kind,
            "facts": list(self.facts),
            "period": self.period.to_json() if self.period is not None else None,
            "dimensions": [
                {"key": one.key, "paths": dict(one.paths), "bucket": one.grain} for one in self.dimensions
            ],
            "measures": [
                {
                    "key": one.key,
                    "made_of": [
                        {
                            "fact": base.fact,
                            "aggregate": base.aggregate,
                            "of": base.of,
                            "filters": list(base.filters),
                        }
                        for base in one.base()
                    ],
                    "formula": one.formula.text if one.formula is not None else None,
                }
                for one in self.measures
            ],
            "filters": {fact: [one.node.source for one in filters] for fact, filters in self.filters.items()},
            "today": self.today.isoformat(),
            "zone": self.zone,
        }

    @property
    def calculated(self) -> tuple[Dimension, ...]:
        """Return the calculated dimensions that it goes by or is narrowed by."""
        return (*(one for one in self.dimensions if one.formulas), *self.calculated_picks)

    def dimension(self, key: str) -> Dimension:
        """Return a dimension by key."""
        return next(one for one in self.dimensions if one.key == key)


def bind(report: Json, data: Datasets, now: datetime, zone: str, given: Json | None = None) -> Bound:
    """Return the question that a report asks. Rejected with all problems.

    `given`: what a dashboard adds: `{"period": phrase, "filters": [formula, …], "picks": [Pick, …]}`.
    """
    return _Binding(report, data, now, zone, given or {}).bound()


class _Names:
    """Types of names in `having`: the columns of the report, all numbers."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(keys)

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        return NUMBER if ".".join(path) in self._keys else None

    def names(self) -> tuple[str, ...]:
        return self._keys


def beside_names(one: Measure, compare: Iterable[str]) -> Iterator[str]:
    """Yield what a measure and its comparisons are called in `having`: `paid`, `paid.previous_year.change`, `paid.goal`."""
    yield one.key
    if one.show is not None:
        return
    for name in compare:
        yield f"{one.key}.{name}"
        yield from (f"{one.key}.{name}.{what}" for what in (GOAL_WHATS if name == "goal" else ("change",)))


def column_named(name: str, measures: Iterable[Measure]) -> str:
    """Return the column that a name in `having` means."""
    for one in measures:
        if name == one.key:
            return name
    found = (one.key for one in measures if name.startswith(f"{one.key}."))
    key = max(found, key=len, default=None)
    return name if key is None else f"{key}@{name[len(key) + 1 :]}"


GOAL_WHATS = ("attainment", "pace", "forecast")


class _Binding:
    def __init__(self, report: Json, data: Datasets, now: datetime, zone: str, given: Json) -> None:
        self.report, self.data, self.now, self.zone, self.given = report, data, now, zone, given
        self.form: str | None = report.get("form")
        self.problems: list[Problem] = []
        self.period: Period | None = None
        self.facts: list[Fact] = []
        self.ignored: list[Pick] = []
        self.calculated: list[Dimension] = []

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def bound(self) -> Bound:
        """Bind everything; raise once with what was found."""
        report = self.report
        if self.form is not None and self.form not in self.data.facts:
            close = ", ".join(nearest(self.form, self.data.facts)) or "–"
            raise Rejected(UNKNOWN_FACT.at("/form", name=self.form, nearest=close))
        measures = self._measures()
        self.facts = [
            self.data.facts[key]
            for key in dict.fromkeys(base.fact for one in measures for base in one.base())
            if key is not None
        ]
        if not self.facts and self.form is not None:
            self.facts = [self.data.facts[self.form]]
        dimensions = self._dimensions()
        self._period()
        filters = self._picked(self._filters())
        keys = [*(one.key for one in dimensions), *(one.key for one in measures)]
        self._unique(keys)
        sort = self._sort(keys)
        self._top_by(dimensions, measures)
        totals = self._totals(dimensions)
        compare = tuple(dict.fromkeys(one for one in report.get("compare", ()) if one in COMPARISONS))
        # Whoever may not know of targets has his numbers without them.
        has_goal = "goal" in report.get("compare", ()) and any(f.goals for f in self.data.facts.values())
        having = self._having(measures, (*compare, *(("goal",) if has_goal else ())))
        if compare and (self.period is None or self.period.is_open):
            self.problems.append(NEEDS_PERIOD.at("/compare"))
        baseline = self._baseline(compare)
        if self.problems:
            raise Rejected(self.problems)
        return Bound(
            report, str(report.get("kind", "aggregate")), self.data, tuple(measures), tuple(dimensions),
            filters, self.period, self.now, self.zone, having, sort, report.get("limit"), compare, totals,
            report.get("fill"), days_of(report.get("maturity")), report.get("settings", {}), self.form,
            tuple(self.ignored), tuple(self.given.get("picks", ())), has_goal, baseline,
            tuple(self.calculated), self._pasts(measures),
        )  # fmt: skip

    def _pasts(self, measures: Iterable[Measure]) -> dict[Any, Bound]:
        """Return the question about the past of each measure that is known of the present alone, where it can be asked."""
        found: dict[Any, Bound] = {}
        for base in (base for one in measures for base in one.base()):
            if base.past is None or base.identity in found:
                continue
            measure = {"key": "past", "name": base.name, "formula": base.past, "format": base.format}
            report = {
                key: one for key, one in self.report.items() if key in ("key", "name", "form", "by", "filter")
            }
            given = {key: one for key, one in self.given.items() if key in ("filters", "picks")}
            try:
                found[base.identity] = bind(
                    {**report, "measures": [measure]}, self.data, self.now, self.zone, given
                )
            except Rejected:
                # Grouped or filtered by what its past knows nothing of: the past is left blank.
                continue
        return found

    def _measures(self) -> list[Measure]:
        given = self.report.get("measures", ())
        local = {
            str(one["key"]): (one, f"/measures/{at}")
            for at, one in enumerate(given)
            if isinstance(one, Mapping)
        }
        if not given and self.report.get("kind", "aggregate") == "aggregate":
            self.problems.append(NO_MEASURES.at("/measures"))
        if len(given) > MOST_MEASURES:
            self._too_many("/measures", {"zh": "度量", "en": "measures"}, MOST_MEASURES)
        made, problems = Measures(self.data, self.form, local).all(given, "/measures")
        self.problems += problems
        if problems or (not made and self.problems):
            # Nothing else can be said of a report whose measures are unknown.
            raise Rejected(self.problems)
        return made

    def _too_many(self, path: str, what: Words, most: int) -> None:
        self.problems.append(TOO_MANY_PARTS.at(path, what=what, most=most))

    def _unique(self, keys: list[str]) -> None:
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                self.problems.append(REPEATED_KEY.at("/measures", name=key))

    # dimensions

    def _dimensions(self) -> list[Dimension]:
        given = self.report.get("by", ())
        if len(given) > MOST_DIMENSIONS:
            self._too_many("/by", {"zh": "维度", "en": "dimensions"}, MOST_DIMENSIONS)
        found: list[Dimension] = []
        for at, one in enumerate(given):
            try:
                found.append(self._dimension({"field": one} if isinstance(one, str) else one, f"/by/{at}"))
            except Rejected as refused:
                self.problems += refused.problems
        return found

    def _dimension(self, given: Json, at: str) -> Dimension:
        if given.get("formula"):
            return self._calculated(given, at)
        name = str(given.get("role") or given.get("field") or "")
        paths: dict[str, str] = {}
        problems: list[Problem] = []
        maps = given.get("maps", {})
        for fact in self.facts:
            path = maps.get(fact.key) or self.path(fact, name)
            if path is None and given.get("repeat"):
                continue
            if path is None:
                problems.append(self._no_path(fact, name, at))
            else:
                paths[fact.key] = path
        if problems or not paths:
            raise Rejected(problems or [UNKNOWN_FIELD.at(at, fact=self.form or "–", name=name, nearest="–")])
        fact = next(one for one in self.facts if one.key in paths)
        shape = self.data.field(fact, paths[fact.key])
        label: Words = (shape.label if shape is not None else {}) or {"zh": name, "en": name}
        kind = shape.value_type if shape is not None else "text"
        kind = shadow_kind(paths[fact.key]) or kind
        bins = self._bins(given, kind, label, at)
        self._can_have_top(given, kind, bins, label, at)
        made = Dimension(
            str(given.get("key", name.removesuffix("__d"))), given.get("name") or placed(label, name), paths,
            self._grain(given, kind, label, at), bins, given.get("top"),
            given.get("top_by"), given.get("other") or {"zh": "其他", "en": "Other"},
            given.get("role") or (name if self._is_role(name) else None), kind, given.get("fill", True),
            self._level(given, shape), at,
        )  # fmt: skip
        if made.grain is None:
            return made
        wants_day = made.grain not in ("hour", "hour_of_day")
        days = {
            key: self.data.day(self.data.facts[key], path) if wants_day else path
            for key, path in paths.items()
        }
        return replace(made, paths=days)

    def _calculated(self, given: Json, at: str, facts: Iterable[Fact] | None = None) -> Dimension:
        """Return a dimension that a formula works out of each record, in the terms of every fact."""
        key, at_formula = str(given.get("key", "")), f"{at}/formula"
        label: Words = given.get("name") or {"zh": key, "en": key}
        problems = [
            FORMULA_ALONE.at(f"{at}/{name}", label=label, name=name) for name in NOT_BESIDE if given.get(name)
        ]
        formulas: dict[str, Node] = {}
        kind, grain, bins = "text", None, None
        options: tuple[Json, ...] = ()
        for fact in self.facts if facts is None else facts:
            try:
                found = worked(self.data, fact, self._in_terms(fact, given, at_formula), label, at_formula)
                kind, options = found.value_type, found.options
                grain, bins = self._grain(given, kind, label, at), self._bins(given, kind, label, at)
                self._can_have_top(given, kind, bins, label, at)
                formulas[fact.key] = self._bucketed(found.node, kind, grain, at_formula)
            except Rejected as refused:
                problems += refused.problems
        if problems or not formulas:
            raise Rejected(problems or [UNKNOWN_FACT.at(at, name=self.form or "–", nearest="–")])
        paths = {fact: written(node) for fact, node in formulas.items()}
        return Dimension(
            key, label, paths, grain, bins, given.get("top"), given.get("top_by"),
            given.get("other") or {"zh": "其他", "en": "Other"}, None, kind, given.get("fill", True), None, at,
            formulas, options,
        )  # fmt: skip

    def _in_terms(self, fact: Fact, given: Json, at: str) -> Node:
        """Return a dimension's formula with every name a path of a fact. Rejected with those that it knows nothing of."""
        text = str(given["formula"])
        node = parse(text, at)
        names = sorted({".".join(one.value) for one in node.walk() if one.kind == "field"})
        paths = {name: self._in_filter(fact, name) for name in names}
        unknown = [name for name, path in paths.items() if path is None]
        if unknown:
            raise Rejected([self._no_path(fact, name, at) for name in unknown])
        made = renamed(node, {name: path for name, path in paths.items() if path})
        return replace(made, source=text)

    @staticmethod
    def _bucketed(node: Node, kind: str, grain: str | None, at: str) -> Node:
        is_day = grain is not None and grain not in ("hour", "hour_of_day")
        return read_again(by_day(node, kind), at) if is_day else node

    def _level(self, given: Json, shape: FieldShape | None) -> int | None:
        """Return which step of a tree's path results go by: as asked, else the first."""
        is_tree = shape is not None and shape.value_type == "choices" and is_a_tree(shape.config)
        return int(given.get("level", 1)) if is_tree else None

    def _grain(self, given: Json, kind: str, label: Words, at: str) -> str | None:
        grain = given.get("bucket")
        if kind not in DATES and kind != "date_range":
            if grain is not None:
                raise Rejected(BAD_GRAIN.at(f"{at}/bucket", label=label, grain=grain, choices="–"))
            return None
        if grain is None:
            return "day"
        choices = [one for one in GRAINS if kind == "datetime" or one not in ("hour", "hour_of_day")]
        if grain not in choices:
            shown = ", ".join(choices)
            raise Rejected(BAD_GRAIN.at(f"{at}/bucket", label=label, grain=grain, choices=shown))
        return fiscal(str(grain), self.data.year_starts)

    def _bins(self, given: Json, kind: str, label: Words, at: str) -> Bins | None:
        bins = given.get("bins")
        if bins is None:
            return None
        edges = tuple(Decimal(str(one)) for one in bins.get("edges", ()))
        width = Decimal(str(bins["width"])) if bins.get("width") is not None else None
        rising = all(a < b for a, b in itertools.pairwise(edges))
        ways = sum((width is not None, bool(edges), bins.get("quantiles") is not None))
        if kind not in NUMBERS or ways != 1 or not rising or (width is not None and width <= 0):
            raise Rejected(BAD_BINS.at(f"{at}/bins", label=label))
        start = Decimal(str(bins.get("from", 0)))
        return Bins(width, start, edges, tuple(bins.get("labels", ())), bins.get("quantiles"))

    @staticmethod
    def _can_have_top(given: Json, kind: str, bins: Bins | None, label: Words, at: str) -> None:
        # The rest would stand among numbers as a word.
        if given.get("top") and bins is None and (kind in NUMBERS or kind == "boolean"):
            raise Rejected(NO_TOP.at(f"{at}/top", label=label))

    def _is_role(self, name: str) -> bool:
        return name == "date" or any(name in fact.roles for fact in self.facts)

    def path(self, fact: Fact, name: str) -> str | None:
        """Return where a fact keeps what `name` means: its own field, a role, a field of a fact that it links to."""
        head, _, rest = name.partition(".")
        other, inner = self.data.split(name)
        if other is not None and other.key == fact.key:
            return self._known(fact, inner)
        own = self._known(fact, name) if len(self.facts) == 1 or fact.key == self.form else None
        if own is not None:
            return own
        if head == "date":
            return f"{fact.date}.{rest}" if rest else fact.date
        if head in fact.roles:
            return self._known(fact, f"{fact.roles[head]}.{rest}" if rest else fact.roles[head])
        if other is None:
            return None
        way = self.data.way(fact, other.form.key)
        if way is None:
            return None
        return self._known(fact, f"{way}.{inner}".removeprefix("."))

    def _known(self, fact: Fact, path: str) -> str | None:
        return path if self.data.walk(fact, path) is not None else None

    def _no_path(self, fact: Fact, name: str, at: str) -> Problem:
        other, inner = self.data.split(name)
        is_shared = self._is_role(name.partition(".")[0]) or (
            other is not None and other.key != fact.key and self.data.walk(other, inner) is not None
        )
        if is_shared:
            return NO_WAY.at(at, fact=fact.name, name=name)
        known = (*fact.roles, "date", *fact.shape.fields)
        if other is not None and other.key == fact.key:
            name = inner
        if len(name.split(".")) > MOST_HOPS + 1:
            return TOO_MANY_PARTS.at(at, what={"zh": "关联层级", "en": "links in a row"}, most=MOST_HOPS)
        close = ", ".join(nearest(name.rpartition(".")[2], known)) or "–"
        return UNKNOWN_FIELD.at(at, fact=fact.name, name=name, nearest=close)

    # filters

    def _period(self) -> None:
        given = self.given.get("period") or self.report.get("period")
        if given is None:
            return
        try:
            self.period = read_period(given, self.today, year_starts=self.data.year_starts)
        except Rejected as refused:
            self.problems += refused.problems

    def _baseline(self, compare: tuple[str, ...]) -> Period | None:
        """Return the days that somebody chose to compare with."""
        given = self.given.get("baseline") or self.report.get("baseline")
        if BASELINE not in compare:
            return None
        found = Period(None, None)
        if given is not None:
            try:
                found = read_period(given, self.today, "/baseline", self.data.year_starts)
            except Rejected as refused:
                self.problems += refused.problems
                return None
        if found.is_open:
            self.problems.append(NO_BASELINE.at("/baseline"))
        return found

    def _filters(self) -> dict[str, tuple[Filter, ...]]:
        found: dict[str, list[Filter]] = {fact.key: [] for fact in self.facts}
        texts = [(self.report.get("filter"), "/filter")]
        texts += [(one, f"/filters/{at}") for at, one in enumerate(self.given.get("filters", ()))]
        for text, at in texts:
            if not text:
                continue
            try:
                for node in conjuncts(parse(str(text), at)):
                    self._filter(replace(node, source=str(text)), at, found)
            except Rejected as refused:
                self.problems += refused.problems
        return {key: tuple(filters) for key, filters in found.items()}

    def _picked(self, filters: dict[str, tuple[Filter, ...]]) -> dict[str, tuple[Filter, ...]]:
        """Return the filters with those that picks make."""
        found = {key: list(some) for key, some in filters.items()}
        for at, pick in enumerate(self.given.get("picks", ())):
            try:
                self._pick(pick, f"/picks/{at}", found)
            except Rejected as refused:
                self.problems += refused.problems
        return {key: tuple(some) for key, some in found.items()}

    def _pick(self, pick: Pick, at: str, found: dict[str, list[Filter]]) -> None:
        if pick.by.get("formula"):
            self._pick_calculated(pick, at, found)
            return
        name = str(pick.by.get("role") or pick.by.get("field") or "")
        maps = pick.by.get("maps", {})
        paths = {
            fact.key: path for fact in self.facts if (path := maps.get(fact.key) or self.path(fact, name))
        }
        missing = [fact for fact in self.facts if fact.key not in paths]
        if missing and not pick.is_soft:
            raise Rejected([self._no_path(fact, name, at) for fact in missing])
        if missing:
            self.ignored.append(pick)
        for fact in self.facts:
            if fact.key in paths:
                node = condition(pick, self._chosen(fact, paths[fact.key], pick.by, at))
                found[fact.key].append(Filter(read_again(node, at), at))

    def _pick_calculated(self, pick: Pick, at: str, found: dict[str, list[Filter]]) -> None:
        for fact in self.facts:
            try:
                one = self._calculated(pick.by, at, (fact,))
            except Rejected:
                if not pick.is_soft:
                    raise
                self.ignored += [pick] if pick not in self.ignored else []
                continue
            self.calculated.append(one)
            node = condition(pick, chosen_of(one, fact.key, at))
            found[fact.key].append(Filter(read_again(node, at), at))

    def _chosen(self, fact: Fact, path: str, given: Json, at: str) -> Chosen:
        shape = self.data.field(fact, path)
        label: Words = (shape.label if shape is not None else {}) or {"zh": path, "en": path}
        kind = shape.value_type if shape is not None else "text"
        kind = shadow_kind(path) or kind
        grain, bins = self._grain(given, kind, label, at), self._bins(given, kind, label, at)
        is_day = grain is not None and grain not in ("hour", "hour_of_day")
        return Chosen(self.data.day(fact, path) if is_day else path, kind, grain, bins, label, at, is_day)

    def _filter(self, node: Node, at: str, found: dict[str, list[Filter]]) -> None:
        period = self._period_in(node)
        # A report with a period of its own is narrowed by it; one without lets a board's period take its place.
        if period is not None and not self.report.get("period"):
            self.period = period if self.period is None else self.period
            return
        names = sorted({".".join(one.value) for one in node.walk() if one.kind == "field"})
        about = {other.key for name in names if (other := self._named(name)) is not None}
        if len(about) > 1:
            raise Rejected(SEVERAL_FACTS.at(at, facts=", ".join(sorted(about))))
        for fact in self.facts:
            if about and fact.key not in about:
                continue
            paths = {name: self._in_filter(fact, name) for name in names}
            unknown = [name for name, path in paths.items() if path is None]
            if unknown:
                raise Rejected([self._no_path(fact, name, at) for name in unknown])
            found[fact.key].append(Filter(renamed(node, {n: p for n, p in paths.items() if p}), at))

    def _in_filter(self, fact: Fact, name: str) -> str | None:
        path = self.path(fact, name)
        # The shared date is the business day, the same one that results are grouped by.
        return self.data.day(fact, path) if path is not None and name == "date" else path

    def _named(self, name: str) -> Fact | None:
        """Return the fact of this report that a name begins with, unless the asked form has such a field itself."""
        other, _ = self.data.split(name)
        return other if other is not None and other in self.facts else None

    def _period_in(self, node: Node) -> Period | None:
        """Return the period of `{date} IN LAST(6, "month")`, where the date is what the report goes by."""
        if node.kind != "op" or node.value != "in" or len(node.args) != 2:
            return None
        item, among = node.args
        if item.kind != "field" or among.kind != "call" or len(among.args) != 2:
            return None
        name = ".".join(item.value)
        is_date = name == "date" or (
            len(self.facts) == 1 and self.path(self.facts[0], name) == self.facts[0].date
        )
        word = str(among.value).upper()
        count, unit = among.args
        if not is_date or word not in AHEAD or count.kind != "lit" or unit.kind != "lit":
            return None
        kind = UNITS.get(str(unit.value).lower())
        if kind is None or not isinstance(count.value, Decimal) or not 1 <= count.value <= 10_000:
            return None
        size = int(count.value)
        return units_from(self.today, kind, 0 if AHEAD[word] else 1 - size, size)

    # the rest

    def _sort(self, keys: list[str]) -> tuple[str, ...]:
        found = tuple(str(one) for one in self.report.get("sort", ()))
        for at, one in enumerate(found):
            name = one.removeprefix("-").partition("@")[0]
            if name not in keys:
                choices = ", ".join(keys)
                self.problems.append(BAD_SORT.at(f"/sort/{at}", name=name, choices=choices))
        return found

    def _top_by(self, dimensions: Iterable[Dimension], measures: Iterable[Measure]) -> None:
        shown = [one.key for one in measures if one.show is None]
        for one in dimensions:
            if one.top_by is not None and one.top_by not in shown:
                choices = ", ".join(shown) or "–"
                self.problems.append(BAD_TOP.at(f"{one.at}/top_by", name=one.top_by, choices=choices))

    def _totals(self, dimensions: list[Dimension]) -> tuple[tuple[str, ...], ...]:
        given, keys = self.report.get("totals"), [one.key for one in dimensions]
        pivot = self.report.get("pivot")
        found: list[tuple[str, ...]] = []
        if given is True or given == "all":
            found.append(())
        if given == "all":
            found += [tuple(keys[:size]) for size in range(1, len(keys))]
        for at, one in enumerate(given if isinstance(given, list) else ()):
            wanted = [] if one == "grand" else [one] if isinstance(one, str) else list(one)
            self._check_keys(wanted, keys, pointer("totals", at))
            found.append(tuple(key for key in keys if key in wanted))
        if pivot is not None:
            rows, columns = list(pivot.get("rows", ())), list(pivot.get("columns", ()))
            self._check_keys([*rows, *columns], keys, "/pivot")
            for across in range(len(rows) + 1):
                for down in range(len(columns) + 1):
                    wanted = [*rows[:across], *columns[:down]]
                    if set(wanted) != set(keys):
                        found.append(tuple(key for key in keys if key in wanted))
        unique = tuple(dict.fromkeys(found))
        if len(unique) > MOST_TOTALS:
            self._too_many("/totals", {"zh": "合计", "en": "totals"}, MOST_TOTALS)
        return unique

    def _check_keys(self, wanted: list[str], keys: list[str], at: str) -> None:
        for one in wanted:
            if one not in keys:
                self.problems.append(BAD_TOTALS.at(at, name=one, choices=", ".join(keys) or "–"))

    def _having(self, measures: list[Measure], compare: tuple[str, ...]) -> Checked | None:
        text = self.report.get("having")
        if not text:
            return None
        try:
            names = _Names(name for one in measures for name in beside_names(one, compare))
            return check(parse(str(text), "/having"), names, BOOL, "/having")
        except Rejected as refused:
            self.problems += refused.problems
            return None


def chosen_of(one: Dimension, fact: str, at: str) -> Chosen:
    """Return what a condition on a dimension needs to know of it in a fact."""
    is_day = one.grain not in (None, "hour", "hour_of_day")
    return Chosen(
        one.paths[fact], one.value_type, one.grain, one.bins, one.name, at, is_day, one.formulas.get(fact)
    )


def shadow_kind(path: str) -> str | None:
    """Return the kind of value of a business day, an end of a range, a step of an address; None for plain fields."""
    shadow = shadow_of(path)[1]
    return None if not shadow else "text" if shadow in PLACES else "date"


def placed(label: Words, name: str) -> Words:
    """Return a field's words with the step of the address that is meant."""
    step = STEPS.get(shadow_of(name)[1])
    return (
        label if step is None else {lang: f"{label.get(lang, name)} · {step[lang]}" for lang in ("zh", "en")}
    )


STEPS: Mapping[str, Words] = {
    "__province": {"zh": "省", "en": "Province"},
    "__city": {"zh": "市", "en": "City"},
    "__district": {"zh": "区县", "en": "District"},
}
AHEAD = {"LAST": False, "LASTPERIOD": False, "最近": False, "NEXTPERIOD": True, "未来": True}
UNITS = {one: one for one in ("day", "week", "month", "quarter", "year")} | {
    "天": "day", "日": "day", "周": "week", "月": "month", "季": "quarter", "季度": "quarter", "年": "year",
    "days": "day", "weeks": "week", "months": "month", "quarters": "quarter", "years": "year",
}  # fmt: skip


def is_a_tree(config: Json) -> bool:
    """Tell whether a field's options stand below one another, so that its value is a way down."""
    return any("parent" in one for one in config.get("options") or () if isinstance(one, Mapping))


def conjuncts(node: Node) -> list[Node]:
    """Return the conditions all of which must hold."""
    is_and = (node.kind == "op" and str(node.value).lower() in ("and", "&&")) or (
        node.kind == "call" and str(node.value).upper() in ("AND", "且")
    )
    if not is_and:
        return [node]
    return [inner for one in node.args for inner in conjuncts(one)]


def renamed(node: Node, paths: Mapping[str, str]) -> Node:
    """Return a formula with its fields called by other paths."""
    if node.kind == "field":
        name = ".".join(node.value)
        return replace(node, value=tuple(paths[name].split("."))) if name in paths else node
    return replace(node, args=tuple(renamed(one, paths) for one in node.args))
