"""A target dealt out: the group's to its branches, a branch's or a team's to its people, one over several months.

A form of targets says under `goals.below` who stands below: `{level: {"filter", "branch", "user", "lead"}}`, over the form
that its targets name. Shares go by what each brought in the twelve months before, or evenly; to the last place.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from engine.access.sources import Wanted
from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.problems import Code, NotFound, Rejected
from engine.text import Words
from report_engine import wording as w
from report_engine.buckets import plus_months
from report_engine.dataset import Fact
from report_engine.goals_met import Aim, aims_of, measure_of, met
from report_engine.office import Office
from report_engine.tabled import rows_of

MONTHS = "months"
HISTORY, EVENLY = "history", "even"
YEAR = 12
MOST_MONTHS = 24
MOST_PARTS = 500
LEAST = Decimal("0.01")
MOST = Decimal(10) ** 15
WAYS: Mapping[str, tuple[str, ...]] = {
    "group": ("branch", MONTHS),
    "branch": ("personal", MONTHS),
    "team": ("personal", MONTHS),
    "personal": (MONTHS,),
}
"""Level → what its targets may be dealt to."""

NO_TARGET = Code(
    "goals.no_target",
    zh="找不到这个目标，或您无权查看",
    en="There is no such target, or none that you may see",
    hint_zh="请从业绩目标列表里打开它",
    hint_en="Open it from the list of targets",
)
NOT_THIS_WAY = Code(
    "goals.not_this_way",
    zh="这一级目标不能拆分到“{over}”",
    en="A target of this level cannot be dealt to “{over}”",
    hint_zh="可选：{ways}",
    hint_en="To choose from: {ways}",
)
NOBODY = Code(
    "goals.nobody",
    zh="没有可以分到的对象",
    en="There is nobody to deal it to",
    hint_zh="请检查分院是否营业、员工是否在职且岗位参与分摊，或至少保留一个对象",
    hint_en="See whether branches are open and staff are active in a position that takes part, or keep at least one",
)
BAD_WHOLE = Code(
    "goals.bad_whole",
    zh="总目标须大于 0",
    en="What is dealt out must be more than nought",
    hint_zh="请填写正数，例如 1200000",
    hint_en="Give a positive number, such as 1200000",
)
BAD_MONTHS = Code(
    "goals.bad_months",
    zh="月数须在 2 到 {most} 之间",
    en="Between 2 and {most} months",
)
BAD_BY = Code(
    "goals.bad_by",
    zh="拆分方式只能是 history（按历史占比）或 even（平均）",
    en="It is dealt out by “history” (shares of the past) or “even”",
)
TOO_MANY_PARTS = Code(
    "goals.too_many_parts",
    zh="一次最多拆分给 {most} 个对象，现在有 {count} 个",
    en="At most {most} parts at once; these are {count}",
    hint_zh="先拆到分院，再由各分院拆到个人",
    hint_en="Deal it to branches first, then to the people of each",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a target is to be dealt out. `whole`: how much; the target's own amount where nothing is said.

    `months`: over how many, from the target's own on. `without`: parts left out.
    """

    over: str
    by: str = HISTORY
    whole: Decimal | None = None
    months: int = YEAR
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """One share. `came`: what it was weighed by; `record_id`, `stands`: the target that is there already and what it says."""

    key: str
    name: str
    month: date
    amount: Decimal
    came: Decimal | None = None
    record_id: str | None = None
    stands: Decimal | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    """What a new target of it says, its amount aside."""
    branch_id: str | None = None
    whose: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """A target and its parts. `is_same`: of rates, which are handed on as they are. `is_even`: no history to go by."""

    aim: Aim
    fact: Fact
    over: str
    by: str
    whole: Decimal
    places: int
    is_same: bool
    is_even: bool
    parts: tuple[Part, ...]
    left_out: tuple[Part, ...] = ()


def dealt(whole: Decimal, weights: Sequence[Fraction | Decimal | int], places: int) -> list[Decimal]:
    """Return parts of `whole` as large as their weights, to the last place, that add up to it exactly.

    What rounding down leaves goes to the largest remainders, of equal ones to the first. Weights of nothing deal evenly.
    """
    exact = [max(Fraction(one), Fraction(0)) for one in weights]
    total = sum(exact, Fraction(0))
    if not total:
        exact, total = [Fraction(1)] * len(exact), Fraction(len(exact))
    step = Decimal(1).scaleb(-places)
    units = Fraction(whole) / Fraction(step)
    shares = [units * one / total for one in exact]
    floors = [int(one) for one in shares]
    left = units - sum(floors)
    order = sorted(range(len(shares)), key=lambda at: (floors[at] - shares[at], at))
    for at in order[: int(left)]:
        floors[at] += 1
    made = [step * one for one in floors]
    # A whole with more places than its parts may have keeps them on the last part that has any.
    rest = whole - sum(made, Decimal(0))
    if rest and made:
        made[order[0]] += rest
    return made


def ways_of(fact: Fact, level: str) -> tuple[str, ...]:
    """Return what targets of a level may be dealt to."""
    below = fact.goals.get("below", {})
    return tuple(one for one in WAYS.get(level, ()) if one == MONTHS or one in below)


def split(
    office: Office, form: str, record_id: str, asked: Asked, team_of: Callable[[str], Collection[str]]
) -> Split:
    """Return how a target is dealt out, nothing written. Rejected with what is wrong."""
    fact = office.data.facts.get(form)
    if fact is None or "below" not in fact.goals:
        raise NotFound(NO_TARGET.at(""))
    known = list(aims_of(office, fact))
    aim = next((one for one in known if one.record_id == record_id), None)
    if aim is None:
        raise NotFound(NO_TARGET.at(""))
    ways = ways_of(fact, aim.level)
    if asked.over not in ways:
        raise Rejected(NOT_THIS_WAY.at("/over", over=asked.over, ways=", ".join(ways) or "–"))
    if asked.by not in (HISTORY, EVENLY):
        raise Rejected(BAD_BY.at("/by"))
    return _Splitting(office, fact, aim, known, asked, team_of).put()


class _Splitting:
    def __init__(
        self,
        office: Office,
        fact: Fact,
        aim: Aim,
        known: Sequence[Aim],
        asked: Asked,
        team_of: Callable[[str], Collection[str]],
    ) -> None:
        self.office, self.fact, self.aim, self.known, self.asked = office, fact, aim, known, asked
        self.team_of = team_of
        self.level = aim.level if asked.over == MONTHS else asked.over
        self.name = measure_of(fact, aim.metric, self.level)
        self.places, self.is_same = self._places(self.name)

    def put(self) -> Split:
        aim, asked = self.aim, self.asked
        if asked.over == MONTHS and not 2 <= asked.months <= MOST_MONTHS:
            raise Rejected(BAD_MONTHS.at("/months", most=MOST_MONTHS))
        blank = list(self._months() if asked.over == MONTHS else self._below())
        if len(blank) > MOST_PARTS:
            raise Rejected(TOO_MANY_PARTS.at("", most=MOST_PARTS, count=len(blank)))
        kept = [one for one in blank if one.key not in asked.without]
        if not kept:
            raise Rejected(NOBODY.at("/over"))
        whole = self._whole()
        came = self._came(kept)
        is_even = asked.by == HISTORY and not any(came)
        weights = [Fraction(1)] * len(kept) if asked.by == EVENLY or is_even else self._weights(came)
        amounts = [whole] * len(kept) if self.is_same else dealt(whole, weights, self.places)
        parts = [
            replace(one, amount=amount, came=before)
            for one, amount, before in zip(kept, amounts, came, strict=True)
        ]
        left_out = tuple(one for one in blank if one.key in asked.without)
        return Split(
            aim, self.fact, asked.over, asked.by, whole, self.places, self.is_same, is_even, tuple(parts), left_out
        )  # fmt: skip

    def _whole(self) -> Decimal:
        given = self.asked.whole
        if given is None:
            target = self.aim.target or Decimal(0)
            given = target * self.asked.months if self.asked.over == MONTHS and not self.is_same else target
        if not given.is_finite() or not LEAST <= given <= MOST:
            raise Rejected(BAD_WHOLE.at("/whole"))
        return given

    def _places(self, name: str | None) -> tuple[int, bool]:
        """Return how many decimals the parts have, and whether every one gets the whole: rates are not shared out."""
        amount = self.office.data.field(self.fact, str(self.fact.goals["amount"]))
        scale = int(amount.config.get("scale", 2)) if amount is not None else 2
        if name is None:
            return scale, False
        try:
            [measure] = self.office.bound({"measures": [name]}).measures
        except Rejected:
            return scale, False
        if measure.format == "integer":
            return 0, False
        return scale, not (measure.adds_up or measure.format == "money")

    # who

    def _months(self) -> Iterator[Part]:
        aim, own, home = self.aim, {}, self._home()
        if self._paths(self.level):
            subject, _ = self._subject(self.level)
            own = {
                subject: next(
                    aim.whose.get(role) for role, path in self._roles(self.level) if path == subject
                )
            }
        for at in range(self.asked.months):
            month = plus_months(aim.month.replace(day=1), at)
            yield self._part(f"{month:%Y-%m}", f"{month:%Y-%m}", month, aim.whose, home, own)

    def _below(self) -> Iterator[Part]:
        """Yield the branches, or the people, that a target may be dealt to."""
        subject, link = self._subject(self.level)
        given: Mapping[str, Any] = self.fact.goals["below"][self.level]
        inner = self.office.data.facts.get(link)
        if inner is None:
            raise Rejected(NOBODY.at("/over"))
        paths = sorted({path.partition(".")[2] for path in self._paths(self.level) if "." in path})
        fields = {"who": Wanted("id"), **{f"p{at}": Wanted(path) for at, path in enumerate(paths)}}
        where = [*self._filter(given), *self._of_parent(inner, given)]
        gate = self.office.desk.gate
        source = gate.source(
            inner.key, fields, tuple(Wanted(formula=one, condition=True) for one in where), name="below"
        )
        asked = select(*(source.c[key] for key in fields)).order_by(source.c.who)
        rows = rows_of(self.office.desk, asked, [source], inner.key)
        titles = gate.labels(link, [str(row[0]) for row in rows])
        branch = self._home()
        for who, *rest in sorted(rows, key=lambda row: (titles.get(str(row[0]), ""), str(row[0]))):
            values = dict(zip(paths, rest, strict=True))
            whose = {}
            for role, path in self._roles(self.level):
                head, _, after = path.partition(".")
                found = values.get(after) if after else who
                if head == subject and found is not None:
                    whose[role] = str(found)
            own = str(who) if self.level == "branch" else branch
            yield self._part(
                str(who), titles.get(str(who), ""), self.aim.month, whose, own, {subject: str(who)}
            )

    def _subject(self, level: str) -> tuple[str, str]:
        """Return the field of targets that says whose they are, and the form that it links to."""
        for path in self._paths(level):
            found = self.office.data.field(self.fact, path)
            if "." not in path and found is not None and found.config.get("to"):
                return path, str(found.config["to"])
        raise Rejected(NOBODY.at("/over"))

    def _roles(self, level: str) -> list[tuple[str, str]]:
        roles = [str(one) for one in self.fact.goals["levels"].get(level, ())]
        return [(role, self.fact.roles[role]) for role in roles if role in self.fact.roles]

    def _paths(self, level: str) -> list[str]:
        return [path for _, path in self._roles(level)]

    def _filter(self, given: Mapping[str, Any]) -> list[Node]:
        text = given.get("filter")
        return [parse(str(text), "/goals/below")] if text else []

    def _of_parent(self, inner: Fact, given: Mapping[str, Any]) -> list[Node]:
        """Return the test that somebody belongs to whom the target is of."""
        whose = self.aim.whose
        if self.aim.level == "branch":
            branch, path = whose.get("branch"), given.get("branch")
            found = self.office.data.field(inner, str(path))
            if branch is None or found is None:
                raise Rejected(NOBODY.at("/over"))
            this = w.literal(branch)
            test = (
                w.call("INCLUDES", w.field(str(path)), this)
                if found.value_type == "references"
                else w.op("=", w.field(str(path)), this)
            )
            return [w.read_again(test, "/goals/below")]
        if self.aim.level == "team":
            lead = next(
                (one for role in self.fact.goals["levels"].get("team", ()) if (one := whose.get(role))), None
            )
            if lead is None or not given.get("user") or not given.get("lead"):
                raise Rejected(NOBODY.at("/over"))
            either = [w.op("=", w.field(str(given[key])), w.literal(lead)) for key in ("user", "lead")]
            return [w.read_again(w.any_of(either), "/goals/below")]
        return []

    def _home(self) -> str | None:
        """Return the branch that the target's record stands at."""
        gate = self.office.desk.gate
        this = w.read_again(w.op("=", w.call("RECORDID"), w.literal(self.aim.record_id)), "")
        where = (Wanted(formula=this, condition=True),)
        try:
            source = gate.source(self.fact.key, {"home": Wanted("branch_id")}, where, name="home")
            [[found]] = rows_of(self.office.desk, select(source.c.home), [source], self.fact.key)
        except Rejected:
            return None
        return None if found is None else str(found)

    def _part(
        self,
        key: str,
        name: str,
        month: date,
        whose: Mapping[str, str | None],
        branch_id: str | None,
        more: Mapping[str, Any],
    ) -> Part:
        goals, there = self.fact.goals, self._there(month, whose)
        values = {
            self.fact.date: month.isoformat(), str(goals["level"]): self.level,
            str(goals["metric"]): self.aim.metric, **more,
        }  # fmt: skip
        return Part(
            key, name, month, Decimal(0), None, there.record_id if there else None, there.target if there else None,
            values, branch_id, whose,
        )  # fmt: skip

    def _there(self, month: date, whose: Mapping[str, str | None]) -> Aim | None:
        roles = [role for role, _ in self._roles(self.level)]
        wanted = {role: whose.get(role) for role in roles}
        return next(
            (
                one
                for one in self.known
                if (one.level, one.metric) == (self.level, self.aim.metric)
                and (one.month.year, one.month.month) == (month.year, month.month)
                and {role: one.whose.get(role) for role in roles} == wanted
            ),
            None,
        )

    # what came before

    def _came(self, parts: Sequence[Part]) -> list[Decimal | None]:
        """Return what each part is weighed by: the twelve months before, of a month the same one of the last year that is over."""
        nothing: list[Decimal | None] = [None] * len(parts)
        if self.name is None or self.is_same or self.asked.by == EVENLY:
            return nothing
        first = self.office.today.replace(day=1)
        before = min(first, self.aim.month.replace(day=1))
        if self.asked.over == MONTHS:
            asked = [[_last_over(one.month, first)] for one in parts]
        else:
            asked = [[plus_months(before, -at) for at in range(1, YEAR + 1)] for _ in parts]
        aims = [
            Aim("", month, self.aim.metric, self.level, None, None, part.whose)
            for part, months in zip(parts, asked, strict=True)
            for month in months
        ]
        try:
            found = iter(list(met(self.office, self.fact, self.name, self.level, aims, self.team_of)))
        except Rejected:
            return nothing
        sums: list[Decimal | None] = []
        for months in asked:
            some = [next(found) for _ in months]
            known = [one for one in some if one is not None]
            sums.append(sum(known, Decimal(0)) if known else None)
        return sums

    def _weights(self, came: Sequence[Decimal | None]) -> list[Fraction]:
        """Return the weights: a month that nothing is known of weighs as much as the others on average, a person nothing."""
        known = [Fraction(one) for one in came if one]
        usual = sum(known, Fraction(0)) / len(known) if self.asked.over == MONTHS and known else Fraction(0)
        return [Fraction(one) if one else usual for one in came]


def _last_over(month: date, this_month: date) -> date:
    """Return the same month of the last year in which it is over."""
    found = plus_months(month.replace(day=1), -YEAR)
    while found >= this_month:
        found = plus_months(found, -YEAR)
    return found


LEVEL_WORDS: Mapping[str, Words] = {
    "branch": {"zh": "分院", "en": "Branches"},
    "personal": {"zh": "个人", "en": "People"},
    MONTHS: {"zh": "月份", "en": "Months"},
}

__all__ = [
    "EVENLY",
    "HISTORY",
    "LEVEL_WORDS",
    "MONTHS",
    "Asked",
    "Part",
    "Split",
    "dealt",
    "split",
    "ways_of",
]
