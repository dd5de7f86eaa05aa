"""Month roll-ups: what sums and counts came to in months that are over, kept from the night for who may see everything.

A question over many months is answered from the months kept, and asked only for the rest. A month is used where nothing in
it has changed since: every write leaves a line in the audit, numbered in the order of commits, and the history of what was
touched tells all days it has been about. Where that cannot be told, everything is asked. Rows are kept under the text and
parameters of their sealed statement, as in `nights`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.query import Row, ScopedQuery
from engine.access.sources import Wanted
from engine.definitions import versions
from engine.expressions import parse
from engine.store.platform import AUDIT, CHAIN, HISTORY
from engine.store.unit import Unit
from report_engine.binding import Bound
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.measures import Measure
from report_engine.nights import key_of, names_any, packed, unpacked
from report_engine.periods import Period
from report_engine.query import MOST_GROUPS, Ask, Key, Line, statement
from report_engine.table import Cell
from report_engine.tabled import day_of, rows_of
from report_engine.tables import ROLLUPS
from report_engine.wording import written

LEAST_MONTHS = 3
"""Shorter questions are quick enough."""
MOST_MONTHS = 240
MOST_RESTS = 4
"""More pieces than this between the months kept are slower than asking everything at once."""
MOST_TOUCHED = 5_000
ONE = timedelta(days=1)
DAYS = re.compile(r"\b(\d{4}-\d{2}-\d{2})")
FROM = re.compile(r"\b(?:FROM|JOIN)\s+(\S+)")
FORM = re.compile(r"(?:.*\.)?\"?[fi]_([a-z][a-z0-9_]*)\"?")
READS = frozenset({"export", "reveal"})
"""Lines of the audit about looking, not writing."""
SENTINELS = ((date(1903, 2, 7), date(1903, 2, 11)), (date(1904, 5, 3), date(1904, 5, 13)))
"""Days that nobody asks about, to find where a statement holds the ends of its period."""


@dataclass(frozen=True, slots=True)
class Template:
    """A statement whose period is left open. `starts`, `ends`: which parameters hold its ends."""

    scoped: ScopedQuery
    starts: tuple[Any, ...]
    ends: tuple[Any, ...]

    def key(self, version: int, month: Period) -> str:
        """Return the key of a month's rows."""
        assert month.start is not None
        assert month.end is not None
        is_text = isinstance(_items(self.scoped.params)[self.starts[0]], str)
        start, end = (one.isoformat() if is_text else one for one in (month.start, month.end))
        named = _items(self.scoped.params)
        filled = {
            at: start if at in self.starts else end if at in self.ends else one for at, one in named.items()
        }
        return key_of(
            f"{version}\x00{self.scoped.text}", sorted(filled.items(), key=lambda item: str(item[0]))
        )


class Months:
    """The months kept, seen from one transaction. With `fills` those that are missing are worked out and collected.

    `own`: ids that say who asks; a question that names one of them `is_personal`, nobody else asks the same.
    """

    def __init__(self, unit: Unit, *, fills: bool = False, own: Collection[str] = ()) -> None:
        self._unit = unit
        self._fills = fills
        self._own = own
        self.is_personal = False
        self.is_dry = False
        """Whether only months are wanted, and no answer."""
        self._version: int | None = None
        self._touched: dict[tuple[str, int], Touched] = {}
        self.found: dict[str, tuple[str, bytes]] = {}
        """Rows to be kept, with the fact's form, by key."""
        self.clean: set[str] = set()
        """Keys of rows that are as good as new."""
        self.used = 0

    def lines(self, bound: Bound, desk: Desk, ask: Ask) -> list[Line] | None:
        """Return the answer put together of months; None where that is not possible or not worth while."""
        fact = _fact(bound, desk, ask)
        months = _over(bound, ask) if fact is not None else []
        if fact is None or len(months) < LEAST_MONTHS or not (self._fills or self._has_any(fact)):
            return self._unanswered()
        template = _template(bound, desk, ask, fact)
        if template is None:
            return self._unanswered()
        self.is_personal = self.is_personal or names_any(template.scoped.params, self._own)
        keys = {month: template.key(self._app_version(), month) for month in months}
        known = self._known(desk, fact, keys)
        if self._fills:
            self.clean |= {keys[month] for month in known}
            self._fill(
                bound, desk, ask, fact, {month: key for month, key in keys.items() if month not in known}
            )
            return self._unanswered()
        if len(known) < LEAST_MONTHS:
            return None
        assert ask.period is not None
        rests = list(_rests(ask.period, known))
        if len(rests) > MOST_RESTS:
            return None
        parts = [_read(template.scoped, rows, self._unit) for rows in known.values()]
        for rest in rests:
            found = desk.unit.execute(statement(bound, desk, replace(ask, period=rest)))
            parts.append([one["line"] for one in found])
        merged = _merged(parts)
        # Too many groups are told where everything is asked.
        self.used += len(known)
        return merged if len(merged) <= MOST_GROUPS else None

    def _unanswered(self) -> list[Line] | None:
        """Return what stands for an answer that months do not give: nothing where nobody waits for one."""
        return [] if self.is_dry else None

    def _has_any(self, fact: Fact) -> bool:
        own = ROLLUPS.c.form == fact.form.key
        return self._unit.connection.execute(select(ROLLUPS.c.key).where(own).limit(1)).first() is not None

    def _app_version(self) -> int:
        if self._version is None:
            found = versions.current(self._unit.connection)
            self._version = found.number if found is not None else 0
        return self._version

    def _known(self, desk: Desk, fact: Fact, keys: Mapping[Period, str]) -> dict[Period, Sequence[Row]]:
        """Return the rows of the months that are kept and in which nothing has changed since."""
        c = ROLLUPS.c
        query = select(c.key, c.seq, c.rows).where(c.key.in_(list(keys.values())))
        kept = {row.key: row for row in self._unit.connection.execute(query)}
        if not kept:
            return {}
        touched = self._looked(desk, fact, min(row.seq for row in kept.values()))
        return {
            month: unpacked(kept[key].rows)
            for month, key in keys.items()
            if key in kept and not touched.spoils(month, kept[key].seq)
        }

    def _fill(self, bound: Bound, desk: Desk, ask: Ask, fact: Fact, missing: Mapping[Period, str]) -> None:
        for month, key in missing.items():
            scoped = statement(bound, desk, replace(ask, period=month))
            if key not in self.found:
                self.found[key] = fact.form.key, packed(self._unit.fetch(scoped))

    def keep(self, unit: Unit, seq: int) -> None:
        """Write what was found, as it was at the line `seq` of the audit."""
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        for key, (form, rows) in self.found.items():
            values = {"form": form, "seq": seq, "rows": rows, "as_of": unit.now_text}
            row = make(ROLLUPS).values(key=key, **values)
            unit.connection.execute(row.on_conflict_do_update(index_elements=[ROLLUPS.c.key], set_=values))
        if self.clean:
            own = ROLLUPS.c.key.in_(list(self.clean - self.found.keys()))
            unit.connection.execute(update(ROLLUPS).where(own).values(seq=seq, as_of=unit.now_text))

    # What has changed.

    def _looked(self, desk: Desk, fact: Fact, since: int) -> "Touched":
        known = (fact.key, since)
        if known not in self._touched:
            self._touched[known] = looked_through(self._unit, desk, fact, since)
        return self._touched[known]


@dataclass(frozen=True, slots=True)
class Touched:
    """What was written. `before`: whatever is older than this line of the audit may be wrong; `months`: by line."""

    before: int
    months: tuple[tuple[int, frozenset[date]], ...] = ()

    def spoils(self, month: Period, seq: int) -> bool:
        """Tell whether what was kept of a month at a line of the audit may be wrong by now."""
        return seq < self.before or any(line > seq and month.start in months for line, months in self.months)

    def spoils_until(self, end: date, seq: int) -> bool:
        """Tell whether what was kept of all days up to one, at a line of the audit, may be wrong by now."""
        return seq < self.before or any(
            line > seq and any(month <= end for month in months) for line, months in self.months
        )


def looked_through(unit: Unit, desk: Desk, fact: Fact, since: int) -> Touched:
    """Return every day that what was written since has been about."""
    a = AUDIT.c
    mine = (a.seq > since, a.form == fact.form.key, a.action.not_in(READS))
    written = select(a.record_id, func.max(a.seq).label("seq")).where(*mine).group_by(a.record_id)
    lines = {row.record_id: int(row.seq) for row in unit.connection.execute(written.limit(MOST_TOUCHED + 1))}
    if len(lines) > MOST_TOUCHED:
        return Touched(head(unit) + 1)
    # A line about many records does not say which.
    before = lines.pop(None, 0)
    ids = list(lines)
    days: dict[str, set[date]] = {one: set() for one in ids}
    if _root(fact) == "created_at":
        created = _created(desk, fact, ids)
        if len(created) < len(ids):
            return Touched(head(unit) + 1)
        days = {one: {created[one]} for one in ids}
    h = HISTORY.c
    for at in range(0, len(ids), 500):
        some = select(h.record_id, h.changes, h.at).where(
            h.record_id.in_(ids[at : at + 500]), h.form == fact.form.key
        )
        for row in unit.connection.execute(some):
            days[row.record_id] |= _days_in(f"{row.changes} {row.at}")
    # An instant is another day in another zone.
    return Touched(before, tuple(
        (lines[one], frozenset((day + shift).replace(day=1) for day in days[one] for shift in (-ONE, timedelta(0), ONE)))
        for one in ids
    ))  # fmt: skip


def head(unit: Unit) -> int:
    """Return the last line of the audit that a transaction sees."""
    return int(unit.connection.execute(select(func.max(CHAIN.c.seq))).scalar() or 0)


def _days_in(text: str) -> set[date]:
    found: set[date] = set()
    for one in set(DAYS.findall(text)):
        try:
            day = date.fromisoformat(one)
        except ValueError:
            continue
        if date.min + ONE < day < date.max - ONE:
            found.add(day)
    return found


def _created(desk: Desk, fact: Fact, ids: Sequence[str]) -> dict[str, date]:
    """Return when records were created, as far as they are still there."""
    found: dict[str, date] = {}
    for at in range(0, len(ids), 500):
        some = tuple(ids[at : at + 500])
        wanted = {"id": Wanted("id"), "day": Wanted("created_at__d")}
        source = desk.gate.source(fact.form.key, wanted)
        chosen = select(source.c.id, source.c.day).where(source.c.id.in_(some))
        for key, day in rows_of(desk, chosen, [source], fact.form.key):
            found[str(key)] = day_of(day)
    return found


# Which questions.


def may_fill(bound: Bound, desk: Desk) -> bool:
    """Tell whether months may be kept of a report."""
    ask = Ask(tuple(one.key for one in bound.dimensions), bound.period)
    if len(_over(bound, ask)) < LEAST_MONTHS:
        return False
    facts: dict[Any, list[Measure]] = {}
    for base in (base for one in bound.measures for base in one.base()):
        facts.setdefault(base.fact, []).append(base)
    parts = (replace(bound, measures=tuple(bases)) for bases in facts.values())
    return bound.has_goal or any(_fact(part, desk, ask) is not None for part in parts)


def needs_answers(bound: Bound) -> bool:
    """Tell whether what a report asks later goes by what it was told before."""
    return any(
        one.top is not None or (one.bins is not None and one.bins.quantiles) for one in bound.dimensions
    )


def _fact(bound: Bound, desk: Desk, ask: Ask) -> Fact | None:
    """Return the fact of a question that can be put together of months; None for others.

    It sums or counts what stands in one form's own records, by the days of a field that people fill in or of creation, for
    somebody who sees all of them.
    """
    bases = [base for one in bound.measures for base in one.base()]
    if (
        ask.most is not None
        or ask.period is None
        or ask.period.is_open
        or len({one.fact for one in bases}) != 1
    ):
        return None
    fact = bound.data.facts.get(str(bases[0].fact))
    if (
        fact is None
        or not all(_adds(one) for one in bases)
        or not desk.gate.rights.row(fact.form.key, "view").is_all
    ):
        return None
    paths = [one.of for one in bases if one.of]
    paths += [path for one in bases for text in one.filters for path in _paths(text)]
    kept = [one for key in ask.by if fact.key in (one := bound.dimension(key)).paths]
    paths += [path for one in kept for path in _paths(written(one.node(fact.key)))]
    paths += [
        ".".join(node.value)
        for one in bound.filters.get(fact.key, ())
        for node in one.node.walk()
        if node.kind == "field"
    ]
    return (
        fact
        if is_written(bound, fact, _root(fact)) and all(_is_own(bound, fact, one) for one in paths)
        else None
    )


def _adds(one: Measure) -> bool:
    plain = (
        one.aggregate in ("count", "sum")
        and one.expression is None
        and one.among is None
        and one.between is None
        and one.per is None
    )
    return (
        plain
        and one.date is None
        and not one.as_of
        and not one.trailing
        and one.credit is None
        and not one.spread
    )


def _paths(text: str) -> Iterable[str]:
    return [".".join(one.value) for one in parse(text, "").walk() if one.kind == "field"]


def _root(fact: Fact) -> str:
    return fact.date.removesuffix("__d")


def _is_own(bound: Bound, fact: Fact, path: str) -> bool:
    """Tell whether a path ends in the fact's own record, at something that is not worked out of others."""
    inner = path.removeprefix(f"{fact.key}.")
    if inner in fact.roles:
        inner = fact.roles[inner]
    if inner == "date":
        return True
    return is_written(bound, fact, inner)


def is_written(bound: Bound, fact: Fact, path: str) -> bool:
    """Tell whether people write a field of a fact's own record, so that history knows of it."""
    steps = bound.data.walk(fact, path)
    if not steps or len(steps) != 1:
        return False
    found = steps[0][1]
    return found.stored and found.formula is None and found.rollup is None and found.history


def _over(bound: Bound, ask: Ask) -> list[Period]:
    """Return the whole months of a question that are over, oldest first."""
    period = ask.period
    if period is None or period.start is None or period.end is None:
        return []
    last = min(period.end, bound.today.replace(day=1))
    month = period.start if period.start.day == 1 else _next(period.start)
    found: list[Period] = []
    while len(found) < MOST_MONTHS and _next(month) <= last:
        found.append(Period(month, _next(month), "month", 1))
        month = _next(month)
    return found


def _next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _template(bound: Bound, desk: Desk, ask: Ask, fact: Fact) -> Template | None:
    """Return the statement with its period left open; None where it reads more than its own form."""
    one, other = (
        statement(bound, desk, replace(ask, period=Period(start, end, "month", 1)))
        for start, end in SENTINELS
    )
    if one.text != other.text or not reads_only(one.text, fact):
        return None
    places: list[tuple[Any, ...]] = []
    for end in (0, 1):
        mine, theirs = SENTINELS[0][end], SENTINELS[1][end]
        first, second = _items(one.params), _items(other.params)
        places.append(
            tuple(at for at, value in first.items() if _is_day(value, mine) and _is_day(second[at], theirs))
        )
    rest = {at for at in _items(one.params) if at not in places[0] and at not in places[1]}
    same = all(_items(one.params)[at] == _items(other.params)[at] for at in rest)
    return Template(one, places[0], places[1]) if places[0] and places[1] and same else None


def reads_only(text: str, fact: Fact) -> bool:
    """Tell whether a statement reads the tables of one form and nothing else."""
    read = {name for name in FROM.findall(text) if not name.startswith("(")}
    forms = {found[1].partition("__")[0] if (found := FORM.fullmatch(name)) else "" for name in read}
    return forms == {fact.form.key} and "cc_" not in text and "," not in "".join(read)


def _items(params: Any) -> dict[Any, Any]:
    return dict(params) if isinstance(params, Mapping) else dict(enumerate(params))


def _is_day(value: Any, day: date) -> bool:
    return bool(value == day or value == day.isoformat())


# Putting together.


def _rests(period: Period, known: Collection[Period]) -> Iterator[Period]:
    """Yield what of a period is not among the months known, in as few pieces as there are."""
    assert period.start is not None
    assert period.end is not None
    at = period.start
    for month in sorted(known, key=lambda one: one.start or date.min):
        assert month.start is not None
        assert month.end is not None
        if at < month.start:
            yield Period(at, month.start)
        at = month.end
    if at < period.end:
        yield Period(at, period.end)


def _read(scoped: ScopedQuery, rows: Sequence[Row], unit: Unit) -> list[Line]:
    return [one["line"] for one in scoped.read(rows, unit.keys)]


def _merged(parts: Iterable[Sequence[Line]]) -> list[Line]:
    """Return the groups of all parts, equal ones added up."""
    sums: dict[Key, dict[Any, Cell]] = {}
    for part in parts:
        for line in part:
            values = sums.setdefault(line.key, {})
            for name, value in line.values.items():
                values[name] = _added(values.get(name), value)
    return [Line(key, values) for key, values in sums.items()]


def _added(one: Cell, other: Cell) -> Cell:
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one + other
    return other if one is None else one
