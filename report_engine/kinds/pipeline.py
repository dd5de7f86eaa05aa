"""Pipeline forecast (在手业务预测): what a period will bring, from what it has brought and from what is open, each by its own odds.

`steps`, each a part of the sum, with `key` and `name`:
- `measure`: what the period has brought so far;
- `form` with `stages` (the open ones of `history`, default stage or status), or with `ahead` (a date field that lies between now
  and the end of the period), and a `filter`. Each record is worth its `amount`, else `value` (a formula over measures).
`odds`: a number; a formula over measures of the last `days` (180); or `{"won": [stages], "by": [roles], "stale", "least"}`:
of the records that were in the stage in the last `days`, the share that were won since. Those that are settled or have
been there longer than `stale` days (60) count; roles are tried one after the other, and then all together, till one has
`least` (10) of them; a stage nobody has been in has the odds of the next one. Open records older than `stale` are past hope and not counted. `per_days`: the odds are of so many
days, and only those left of the period count. Days are counted back from the beginning of today.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select

from engine.access.sources import Source, Sources, Wanted
from engine.definitions.schemas._parts import either
from engine.definitions.validate import Checker
from engine.problems import Code, Problem, Rejected
from engine.schema import array, closed
from report_engine.behind import NOTHING_BEHIND, Behind, counted, with_ids
from report_engine.binding import Bound, Filter, bind
from report_engine.dataset import Datasets, Fact
from report_engine.desk import Desk
from report_engine.drawing.numbers import full
from report_engine.grid import Grid
from report_engine.kind import Kind
from report_engine.kinds.funnel import history_of
from report_engine.problems import UNKNOWN_STAGE
from report_engine.query import exact, rounded
from report_engine.table import Cell, Column, Table
from report_engine.tabled import condition, fact_of, kept_rows, rows_of

Json = Mapping[str, Any]
DAY_S = 86_400
DAYS, STALE, LEAST = 180, 60, 10
NAME = {"type": "string", "minLength": 1, "maxLength": 200}
FORMULA = {"type": "string", "minLength": 1, "maxLength": 2000}
COUNT = {"type": "integer", "minimum": 1, "maximum": 3650}
WORDS = {"type": "object"}
STEP = closed(
    ("key", "name"),
    key=NAME,
    name=WORDS,
    measure=NAME,
    form=NAME,
    history=NAME,
    stages=array(NAME, minItems=1, maxItems=12),
    ahead=NAME,
    filter=FORMULA,
    amount=FORMULA,
    value=FORMULA,
    odds=either(
        {"type": "number", "minimum": 0, "maximum": 1},
        FORMULA,
        closed(("won",), won=array(NAME, minItems=1, maxItems=12), by=array(NAME, maxItems=3), stale=COUNT, least=COUNT),
    ),
    days=COUNT,
    per_days=COUNT,
)  # fmt: skip
NO_PARTS = Code(
    "report.no_parts",
    zh="在手业务预测要有时间范围（period）和至少一个步骤（steps）",
    en="A pipeline forecast needs a period and at least one of its steps",
    hint_zh='例如 "period": "this month", "steps": [{"key": "paid", "name": {…}, "measure": "paid"}]',
    hint_en='For example "period": "this month", "steps": [{"key": "paid", "name": {…}, "measure": "paid"}]',
)
PART_TOLD = Code(
    "report.part_told",
    zh="{part}：{count} 条 × {odds} → {expected}（近 {days} 天 {tried} 条中 {won} 条成交）",
    en="{part}: {count} × {odds} → {expected} ({won} of {tried} won in {days} days)",
    hint_zh="点击金额可查看这些记录",
    hint_en="Click the amount to see the records",
)
COLUMNS = (
    Column("expected", {"zh": "预计", "en": "Expected"}, "measure", "money", "up"),
    Column("count", {"zh": "记录数", "en": "Records"}, "measure", "integer"),
    Column("amount", {"zh": "金额", "en": "Amount"}, "measure", "money"),
    Column("odds", {"zh": "概率", "en": "Odds"}, "measure", "percent", adds_up=False),
    Column("tried", {"zh": "依据条数", "en": "Odds from"}, "measure", "integer", adds_up=False),
    Column("won", {"zh": "其中成交", "en": "Of which won"}, "measure", "integer", adds_up=False),
)


@dataclass(frozen=True)
class Part:
    """One line: `key` is the step's, with its stage behind a colon. `tried`, `won`: what its odds rest on."""

    key: str
    name: Mapping[str, str]
    expected: Fraction
    count: int | None = None
    amount: Fraction | None = None
    tried: int | None = None
    won: int | None = None
    days: int = DAYS

    @property
    def odds(self) -> Fraction | None:
        return self.expected / self.amount if self.amount else None


class Pipeline(Kind):
    """A row a part, and one a stage where a step has several."""

    def problems(self, report: Json, data: Datasets) -> Iterable[Problem]:
        steps = report.get("steps", ())
        if not steps or not report.get("period"):
            yield NO_PARTS.at("/steps")
        for at, step in enumerate(steps):
            wrong = list(Checker(STEP).problems(step, f"/steps/{at}"))
            yield from wrong
            fact = data.facts.get(str(step.get("form")))
            if wrong or fact is None:
                continue
            field = data.field(fact, _history(step, fact))
            known = (
                [str(one["key"]) for one in (field.config.get("options") or ())] if field is not None else []
            )
            odds = step.get("odds")
            named = [*step.get("stages", ()), *(odds["won"] if isinstance(odds, Mapping) else ())]
            for stage in named:
                if known and stage not in known:
                    yield UNKNOWN_STAGE.at(f"/steps/{at}/stages", stage=stage, choices=", ".join(known))

    def table(self, bound: Bound, desk: Desk) -> Table:
        parts = [part for step in _steps(bound, desk) for part in step.parts()]
        rows: list[tuple[Cell, ...]] = [
            (
                part.key, rounded(part.expected, 2), part.count, None if part.amount is None else rounded(part.amount, 2),
                None if part.odds is None else rounded(part.odds, 6), part.tried, part.won,
            )
            for part in parts
        ]  # fmt: skip
        column = Column(
            "part",
            {"zh": "来源", "en": "From"},
            "dimension",
            "text",
            labels={one.key: one.name for one in parts},
        )
        whole = rounded(sum((one.expected for one in parts), Fraction(0)), 2)
        learnt = sorted((one for one in parts if one.tried and one.count), key=lambda one: -one.expected)
        # The table says it of every part; below a chart there is room for those that matter most.
        told = tuple(_told(one) for one in learnt[:2])
        return Table(
            (column, *COLUMNS), tuple(rows), as_of=bound.now, warnings=told, notes={"expected": str(whole)}
        )

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return the records of a part: those that count, not those it learnt its odds from."""
        key, _, stage = str(dims.get("part", "")).partition(":")
        for step in _steps(bound, desk):
            if step.key == key and measure not in ("tried", "won"):
                return step.behind(stage or None)
        raise Rejected(NOTHING_BEHIND.at("/dims"))


def _told(part: Part) -> Problem:
    return PART_TOLD.at(
        "", part=part.name, count=part.count, tried=part.tried, won=part.won, days=part.days,
        odds=full(rounded(part.odds, 6) if part.odds is not None else None, "percent", "zh"),
        expected=full(rounded(part.expected, 2), "money", "zh"),
    )  # fmt: skip


def _steps(bound: Bound, desk: Desk) -> Iterator["_Step"]:
    for at, step in enumerate(bound.report["steps"]):
        yield _Step(bound, desk, step, f"/steps/{at}")


def _history(step: Json, fact: Fact) -> str:
    return str(step.get("history") or history_of({}, fact))


class _Step:
    """One step of the report, asked with the filters of the whole."""

    def __init__(self, bound: Bound, desk: Desk, step: Json, at: str) -> None:
        self.bound, self.desk, self.step, self.at = bound, desk, step, at
        self.key = str(step["key"])
        self.days = int(step.get("days", DAYS))
        odds = step.get("odds", 1)
        self.learnt: Json | None = odds if isinstance(odds, Mapping) else None
        self.stale = int((self.learnt or {}).get("stale", STALE)) * DAY_S
        began = datetime.combine(bound.today, time(), ZoneInfo(bound.zone))
        self.since_s = int(began.timestamp())
        """When the day began: ages are counted in whole days, so that an answer holds for the day."""

    def parts(self) -> Iterator[Part]:
        step = self.step
        if step.get("measure"):
            found = self._number(str(step["measure"]), None)
            yield Part(self.key, step["name"], found or Fraction(0), days=self.days)
            return
        value = None if step.get("amount") else self._formula(step.get("value"))
        share = self._share()
        if not step.get("stages"):
            count, amount = self._booked()
            worth = amount if step.get("amount") else (value or Fraction(0)) * count
            odds = self._formula(step.get("odds", 1)) or Fraction(0)
            yield Part(self.key, step["name"], worth * odds * share, count, worth, days=self.days)
            return
        waiting = self._open()
        for stage in step["stages"]:
            here = {key[1:]: found for key, found in waiting.items() if key[0] == stage}
            yield self._stage(str(stage), here, value, share)

    def _stage(
        self,
        stage: str,
        here: Mapping[tuple[Any, ...], tuple[int, Fraction]],
        value: Fraction | None,
        share: Fraction,
    ) -> Part:
        count = sum(one for one, _ in here.values())
        worth = {
            who: amount if self.step.get("amount") else (value or Fraction(0)) * number
            for who, (number, amount) in here.items()
        }
        whole = sum(worth.values(), Fraction(0))
        name = self._named(stage)
        if self.learnt is None:
            odds = self._formula(self.step.get("odds", 1)) or Fraction(0)
            return Part(f"{self.key}:{stage}", name, whole * odds * share, count, whole, days=self.days)
        learnt = self._learnt(stage)
        expected = sum((worth[who] * learnt.of(who) for who in here), Fraction(0)) * share
        tried, won = learnt.whole
        return Part(f"{self.key}:{stage}", name, expected, count, whole, tried, won, self.days)

    def _learnt(self, stage: str) -> "_Odds":
        """Return the odds of a stage; where nobody has been in it, those of the next one on the way."""
        assert self.learnt is not None
        stages = [str(one) for one in self.step["stages"]]
        least = int(self.learnt.get("least", LEAST))
        found = _Odds({}, least)
        for one in stages[stages.index(stage) :]:
            found = _Odds(self._past(one), least)
            if found.whole[0]:
                break
        return found

    def _named(self, stage: str) -> Mapping[str, str]:
        name, field = self.step["name"], self.bound.data.field(self.fact, _history(self.step, self.fact))
        options = (field.config.get("options") or ()) if field is not None else ()
        label = next((one.get("label") for one in options if one["key"] == stage), None) or {}
        if len(self.step["stages"]) == 1:
            return dict(name)
        return {lang: f"{name.get(lang, self.key)} · {label.get(lang, stage)}" for lang in ("zh", "en")}

    # numbers of measures

    def _formula(self, given: Any) -> Fraction | None:
        """Return what a formula over measures gives for the last days that are over; a plain number is itself."""
        if given is None:
            return None
        if isinstance(given, int | float):
            return Fraction(str(given))
        last = self.bound.today - timedelta(days=1)
        period = f"{last - timedelta(days=self.days - 1)}..{last}"
        return self._number({"key": "value", "name": self.step["name"], "formula": str(given)}, period)

    def _number(self, measure: Any, period: str | None) -> Fraction | None:
        inside = self._asked([measure], period)
        groups = Grid(inside, self.desk).groups(())
        value = groups[0].values.get(inside.measures[0].key) if groups else None
        return Fraction(value) if isinstance(value, int | Decimal) else None

    def _asked(self, measures: Sequence[Any], period: str | None) -> Bound:
        """Return a question of this step's own with the picks of the whole; without a period that of the whole."""
        report = {
            "key": "step", "name": self.step["name"], "kind": "aggregate", "measures": list(measures),
            **({"period": period} if period is not None else {}),
        }  # fmt: skip
        try:
            made = bind(report, self.bound.data, self.bound.now, self.bound.zone, {"picks": self.bound.picks})
        except Rejected as refused:
            raise Rejected(replace(one, path=self.at) for one in refused.problems) from None
        return made if period is not None else replace(made, period=self.bound.period)

    # records

    @property
    def fact(self) -> Fact:
        return fact_of(self.bound, self.step.get("form"), f"{self.at}/form")

    def _without_days(self, measures: Sequence[Any]) -> Bound:
        return replace(self._asked(measures, None), period=None)

    def _picked(self) -> Sequence[Filter]:
        """Return the filters of the whole, as far as they are about this form."""
        counted = {"key": "count", "name": self.step["name"], "form": self.fact.key, "aggregate": "count"}
        return self._without_days([counted]).filters.get(self.fact.key, ())

    def _where(self, own: bool = True) -> list[Wanted]:
        kept = [Wanted(formula=one.node, condition=True, at=one.at) for one in self._picked()]
        text = self.step.get("filter") if own else None
        return [*kept, *condition(self.bound, self.fact, text, f"{self.at}/filter")]

    def _roles(self) -> list[str]:
        """Return where the roles that odds may differ by are kept, as far as this form knows them."""
        roles = (self.learnt or {}).get("by", ())
        return [path for one in roles if (path := self.fact.roles.get(str(one))) is not None]

    def _plan(self, what: str, *more: Any) -> tuple[Any, ...]:
        """Return everything that a statement of this step goes by."""
        where = tuple((one.text, one.at) for one in self._picked())
        return ("pipeline", what, *more, json.dumps(self.step, sort_keys=True), self.at, where, self.since_s)

    def _source(self, gate: Sources, own: bool, amount: bool = False) -> Source:
        """Return the stages that records were in."""
        fields = {
            "rid": Wanted("id"), "now": Wanted(_history(self.step, self.fact)), "stage": Wanted("@value"), "entered": Wanted("@entered"),
            **{f"w{at}": Wanted(path) for at, path in enumerate(self._roles())},
        }  # fmt: skip
        if amount:
            fields["amount"] = self._amount()
        history = _history(self.step, self.fact)
        return gate.source(self.fact.key, fields, self._where(own), name="h", history=history)

    def _amount(self) -> Wanted:
        [found] = condition(self.bound, self.fact, self.step["amount"], f"{self.at}/amount")
        return replace(found, condition=False)

    def _still(self, gate: Sources, amount: bool) -> tuple[Source, Any]:
        """Return the open records with the moment they came where they are."""
        source = self._source(gate, True, amount)
        c = source.c
        width = len(self._roles())
        here = case((c.stage == c.now, c.entered))
        keys = [c.rid, c.now, *(c[f"w{at}"] for at in range(width))]
        columns = [
            *keys,
            func.max(here).label("came"),
            *([func.max(c.amount).label("amount")] if amount else []),
        ]
        each = select(*columns).where(c.now.in_(self.step["stages"])).group_by(*keys).subquery("each")
        return source, each

    def _hopeful(self, each: Any) -> ColumnElement[bool]:
        return or_(each.c.came.is_(None), each.c.came > self.since_s - self.stale)

    def _open(self) -> dict[tuple[Any, ...], tuple[int, Fraction]]:
        """Return how many records are open and what they come to, by stage and by whose they are."""
        width = 1 + len(self._roles())
        found: dict[tuple[Any, ...], tuple[int, Fraction]] = {}
        for row in kept_rows(self.desk, self._plan("open"), self._opening, self.fact.key):
            found[tuple(row[:width])] = (int(row[width]), self._worth(row[width + 1 :]))
        return found

    def _opening(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        has_amount = bool(self.step.get("amount"))
        source, each = self._still(gate, has_amount)
        keys = [each.c.now, *(each.c[f"w{at}"] for at in range(len(self._roles())))]
        chosen = select(*keys, func.count(), *(_summed(source, each.c.amount) if has_amount else ()))
        if self.learnt is not None:
            chosen = chosen.where(self._hopeful(each))
        return chosen.group_by(*keys), [source]

    @staticmethod
    def _worth(told: Sequence[Any]) -> Fraction:
        """Return what records come to, of the columns of `_summed`; nothing where none were asked for."""
        if not told or told[0] is None:
            return Fraction(0)
        return Fraction(exact(told[0], int(told[1])))

    def _past(self, stage: str) -> dict[tuple[Any, ...], tuple[int, int]]:
        """Return by whose they are how many records of a stage are settled, and how many of them were won."""
        width = len(self._roles())
        rows = kept_rows(
            self.desk, self._plan("past", stage), lambda gate: self._passing(gate, stage), self.fact.key
        )
        return {tuple(row[:width]): (int(row[-2]), int(row[-1] or 0)) for row in rows}

    def _passing(self, gate: Sources, stage: str) -> tuple[Select[Any], list[Source]]:
        assert self.learnt is not None
        source = self._source(gate, False)
        c = source.c
        whose = [c[f"w{at}"] for at in range(len(self._roles()))]
        came = func.min(case((c.stage == stage, c.entered))).label("came")
        win = func.max(case((c.stage.in_(self.learnt["won"]), c.entered))).label("win")
        each = select(c.rid, c.now, *whose, came, win).group_by(c.rid, c.now, *whose).subquery("each")
        is_won = and_(each.c.win.is_not(None), each.c.win >= each.c.came)
        is_over = or_(
            is_won, each.c.now.not_in(self.step["stages"]), each.c.came <= self.since_s - self.stale
        )
        keys = [each.c[f"w{at}"] for at in range(len(whose))]
        won = func.sum(case((is_won, 1), else_=0))
        chosen: Select[Any] = select(*keys, func.count(), won).where(
            each.c.came >= self.since_s - self.days * DAY_S, is_over
        )
        return (chosen.group_by(*keys) if keys else chosen), [source]

    # records that lie ahead

    def _ahead(self, gate: Sources) -> tuple[Source, list[ColumnElement[bool]]]:
        fields = {"rid": Wanted("id")}
        if self.step.get("amount"):
            fields["amount"] = self._amount()
        if self.step.get("ahead"):
            fields["day"] = Wanted(self.bound.data.day(self.fact, str(self.step["ahead"])))
        source = gate.source(self.fact.key, fields, self._where())
        tests = []
        if self.step.get("ahead"):
            tests = [source.c.day >= self.bound.today, source.c.day < self._end()]
        return source, tests

    def _booked(self) -> tuple[int, Fraction]:
        rows = kept_rows(self.desk, self._plan("ahead", self._end()), self._booking, self.fact.key)
        # A statement that is made but not run, as apps are checked with, gives no row.
        count, *told = rows[0] if rows else (0,)
        return int(count), self._worth(told)

    def _booking(self, gate: Sources) -> tuple[Select[Any], list[Source]]:
        source, tests = self._ahead(gate)
        whole = _summed(source, source.c.amount) if self.step.get("amount") else ()
        return select(func.count(source.c.rid), *whole).where(*tests), [source]

    def _end(self) -> date:
        period = self.bound.period
        assert period is not None
        return period.end if period.end is not None else self.bound.today + timedelta(days=31)

    def _share(self) -> Fraction:
        """Return which part of the days that the odds are of is left of the period."""
        per = self.step.get("per_days")
        left = max(0, (self._end() - self.bound.today).days)
        return Fraction(1) if per is None else Fraction(left, int(per))

    def behind(self, stage: str | None) -> Behind:
        if self.step.get("measure"):
            return counted(self._asked([self.step["measure"]], None), self.desk, {}, None)
        if not self.step.get("stages"):
            source, tests = self._ahead(self.desk.gate)
            chosen = select(source.c.rid).where(*tests).order_by(source.c.rid.desc())
        else:
            source, each = self._still(self.desk.gate, False)
            chosen = select(each.c.rid).order_by(each.c.rid.desc())
            if self.learnt is not None:
                chosen = chosen.where(self._hopeful(each))
            if stage is not None:
                chosen = chosen.where(each.c.now == stage)
        rows = rows_of(self.desk, chosen, [source], self.fact.key)
        return with_ids(self.fact.key, [str(row[0]) for row in rows])


def _summed(source: Source, amount: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Return a sum of amounts, and how many decimals its raw number has."""
    return func.sum(amount), literal(source.kinds["amount"].units, Integer())


class _Odds:
    """The share that was won, of one's own where there are enough, else of the next wider circle."""

    def __init__(self, past: Mapping[tuple[Any, ...], tuple[int, int]], least: int) -> None:
        self.least = least
        self._known: dict[tuple[int, Any], tuple[int, int]] = {}
        tried = won = 0
        for who, (some, good) in past.items():
            tried, won = tried + some, won + good
            for at, one in enumerate(who):
                before = self._known.get((at, one), (0, 0))
                self._known[at, one] = (before[0] + some, before[1] + good)
        self.whole = (tried, won)

    def of(self, who: Sequence[Any]) -> Fraction:
        for at, one in enumerate(who):
            tried, won = self._known.get((at, one), (0, 0))
            if tried >= self.least:
                return Fraction(won, tried)
        tried, won = self.whole
        return Fraction(won, tried) if tried else Fraction(0)


KIND = Pipeline(kind="pipeline", zh="在手业务预测", en="Pipeline forecast", needs=("period", "steps"))
