"""Structured filters: what the filter panel sends, read once into a shape and its values, then made SQL.

`{"op": "and" | "or", "items": [{"field", "op", "value"} | group, …]}`. The shape says which statement is needed and
is the same for every value; the values fill that statement. So two people who filter by different names share one
statement, and nothing they type is ever part of its text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.periods import anniversary_days, period
from engine.definitions.shape import FieldShape
from engine.definitions.tables import shadows
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import Words, fold
from engine.value_type import VALUE_TYPES

MOST_DEPTH = 6
MOST_ITEMS = 100
MOST_VALUES = 1000

BAD_FILTER = Code(
    "filter.malformed",
    zh="筛选条件写错了：应为“且/或”分组，或“字段、比较、值”",
    en="This filter is malformed: it must be an and/or group, or a field, a comparison and a value",
    hint_zh="请在筛选面板里重新设置",
    hint_en="Set it again in the filter panel",
)
TOO_BIG = Code(
    "filter.too_big",
    zh="筛选条件太多或层数太深（最多 {items} 条、{depth} 层）",
    en="Too many conditions or too deep (at most {items} conditions, {depth} levels)",
    hint_zh="去掉一些条件",
    hint_en="Remove some conditions",
)
BAD_OPERATOR = Code(
    "filter.bad_operator",
    zh="“{field}”不能用“{operator}”来筛选",
    en="“{field}” cannot be filtered with “{operator}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
BAD_VALUE = Code(
    "filter.bad_value",
    zh="“{field}”的筛选值不对",
    en="The value to filter “{field}” by does not fit",
    hint_zh="请按该字段的格式填写",
    hint_en="Give it in the form of the field",
)

MOST_YEARS = 200
MOST_CODES = 50
CODE = re.compile(r"[0-9A-Za-z]{2,12}")
NONE_NEEDED = ("empty", "not_empty")
COMPARE = ("eq", "ne", "gt", "ge", "lt", "le", "between")
DAYS = ("on", "before", "after", "relative", "anniversary")
LIST = ("in", "not_in")
TEXTS = ("contains", "not_contains", "starts", "ends")
MANY = ("has_any", "has_all", "has_none", "exactly", "count")
SPANS = ("overlaps", "covers")
"""Of ranges: shares a day or moment with what is given; holds all of it."""
OPERATORS: Mapping[str, tuple[str, ...]] = {
    "text": ("eq", "ne", *TEXTS, *LIST, *NONE_NEEDED),
    "integer": (*COMPARE, *LIST, *NONE_NEEDED),
    "decimal": (*COMPARE, *LIST, *NONE_NEEDED),
    "money": (*COMPARE, *LIST, *NONE_NEEDED),
    "boolean": ("true", "false", "eq", "ne", *NONE_NEEDED),
    "date": (*COMPARE, *DAYS, "age", *LIST, *NONE_NEEDED),
    "datetime": (*COMPARE, *DAYS, *NONE_NEEDED),
    "time": (*COMPARE, "on", "before", "after", *NONE_NEEDED),
    "date_range": ("on", "before", "after", "between", "relative", *SPANS, *NONE_NEEDED),
    "time_range": ("on", "before", "after", "between", "relative", *SPANS, *NONE_NEEDED),
    "choice": ("eq", "ne", *LIST, *NONE_NEEDED),
    "choices": (*MANY, "first", "subtree", *LIST, *NONE_NEEDED),
    "reference": ("eq", "ne", *LIST, "where", "subtree", *NONE_NEEDED),
    "references": (*MANY, *LIST, "where", "subtree", *NONE_NEEDED),
    "person": ("eq", "ne", *LIST, "me", "my_team", "my_branch", *NONE_NEEDED),
    "persons": (*MANY, *LIST, "me", "my_team", "my_branch", *NONE_NEEDED),
    "files": ("has_file", "count", "name_contains", *NONE_NEEDED),
    "geo": ("within", *NONE_NEEDED),
    "rows": ("any_item", "count", *NONE_NEEDED),
    "structured": ("any_item", "count", "subtree", *NONE_NEEDED),
}
"""What each value type can be filtered by; a control offers some of these."""
SENSITIVE = ("eq", "in", *NONE_NEEDED)
"""What an encrypted field can be filtered by: its blind index knows equality only."""
SAME_DAY = {"on": "eq", "before": "lt", "after": "gt"}
TEXT_LIKE = frozenset({"text", "choice", "reference", "person", "choices", "references", "persons"})
HAS = {"in": "has_any", "not_in": "has_none"}

Target = Callable[[str, str], "Place"]
"""Asks for the field at a path of the filtered form; the asker's rights decide whether there is one."""


@dataclass(frozen=True)
class Place:
    """A field that may be filtered by, and what the items behind it (rows, links) are filtered by."""

    shape: FieldShape
    items: Target | None = None
    mark: Callable[[str], str] | None = None
    """Makes the blind mark of a text, for an encrypted field."""


@dataclass(frozen=True)
class Leaf:
    """One comparison. `values` names the parameters it takes, `size` tells lists of different handling apart.

    `folded` names the same texts folded, where an index of unique values can find them.
    """

    path: str
    op: str
    values: tuple[str, ...] = ()
    inner: "Group | None" = None
    size: int = 0
    folded: str = ""


@dataclass(frozen=True)
class Group:
    """Conditions that must all hold ("and") or of which one must ("or")."""

    op: str
    items: tuple["Leaf | Group", ...]


@dataclass
class Reading:
    """What reading a filter needs to know, and the values it found by parameter name."""

    now: datetime
    zone: str
    values: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def keep(self, value: Any) -> str:
        name = f"q{len(self.values)}"
        self.values[name] = value
        return name

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def read_filter(
    given: object, place: Target, reading: Reading, path: str = "/filter", depth: int = 0
) -> Group:
    """Return the shape of a filter; its values go to `reading`. Raise Rejected with every problem."""
    if not isinstance(given, Mapping):
        raise Rejected(BAD_FILTER.at(path))
    items = given.get("items")
    if (
        given.get("op") not in ("and", "or")
        or not isinstance(items, list | tuple)
        or set(given) - {"op", "items"}
    ):
        raise Rejected(BAD_FILTER.at(path))
    reading.count += len(items)
    if depth >= MOST_DEPTH or reading.count > MOST_ITEMS:
        raise Rejected(TOO_BIG.at(path, items=MOST_ITEMS, depth=MOST_DEPTH))
    made: list[Leaf | Group] = []
    problems: list[Problem] = []
    for at, item in enumerate(items):
        here = path + pointer("items", at)
        try:
            if isinstance(item, Mapping) and "items" in item:
                made.append(read_filter(item, place, reading, here, depth + 1))
            else:
                made.append(_leaf(item, place, reading, here, depth))
        except Rejected as found:
            problems += found.problems
    if problems:
        raise Rejected(problems)
    return Group(str(given["op"]), tuple(made))


def _leaf(item: object, place: Target, reading: Reading, path: str, depth: int) -> Leaf:
    if not isinstance(item, Mapping) or set(item) - {"field", "op", "value"}:
        raise Rejected(BAD_FILTER.at(path))
    name, op, value = item.get("field"), item.get("op"), item.get("value")
    if not isinstance(name, str) or not isinstance(op, str):
        raise Rejected(BAD_FILTER.at(path))
    found = place(name, path + "/field")
    shape = found.shape
    choices = SENSITIVE if shape.sensitive else OPERATORS[shape.value_type]
    if op not in choices or (op == "subtree" and not _has_below(shape)):
        words: Words = shape.label or {"zh": name, "en": name}
        raise Rejected(BAD_OPERATOR.at(path + "/op", field=words, operator=op, choices=", ".join(choices)))
    if op == "subtree" and shape.tree is not None:
        # Whoever asks by a tree asks by what makes it one: the field that names what stands above.
        if found.items is None:
            raise Rejected(BAD_FILTER.at(path))
        found.items(shape.tree, path + "/field")
    if op in ("where", "any_item"):
        if found.items is None:
            raise Rejected(BAD_FILTER.at(path))
        return Leaf(name, op, inner=read_filter(value, found.items, reading, path + "/value", depth + 1))
    return _Values(name, shape, reading, path + "/value", found.mark).leaf(op, value)


def _has_below(shape: FieldShape) -> bool:
    """Tell whether something can stand below a value: a path of options, a record of a tree, a division of a country."""
    if shape.value_type == "structured":
        return any(column.key == "code" for column in shape.item_columns)
    return shape.value_type == "choices" or shape.tree is not None


class _Values:
    """Reads the value of one comparison."""

    def __init__(
        self, name: str, shape: FieldShape, reading: Reading, path: str, mark: Callable[[str], str] | None
    ) -> None:
        self.name, self.shape, self.reading, self.path, self.mark = name, shape, reading, path, mark

    def leaf(self, op: str, value: object) -> Leaf:
        kind = self.shape.value_type
        if self.shape.sensitive and op not in NONE_NEEDED:
            return self._list("in", value if op == "in" else [value])
        if kind in ("choices", "references", "persons"):
            op = HAS.get(op, op)
        if op in NONE_NEEDED or op in ("true", "false", "me", "my_team", "my_branch", "has_file"):
            return Leaf(self.name, {"has_file": "not_empty"}.get(op, op))
        if op in ("in", "not_in", "has_any", "has_all", "has_none", "exactly"):
            return self._list(op, value)
        if op == "first":
            return self._list(op, value)
        if op == "subtree":
            return self._subtree(value)
        if op == "age":
            return self._age(value)
        if op == "covers":
            return self._covers(value)
        if op == "count":
            return self._count(value)
        if op == "within":
            return self._within(value)
        if op in (*TEXTS, "name_contains"):
            return self._like(op, value)
        if op == "anniversary":
            return self._anniversary(value)
        if kind in ("datetime", "date_range", "time_range"):
            return self._stretch(op, value)
        if op == "relative":
            return self._span(self._period(value))
        if op == "between":
            start, end = self._ends(value, self._one)
            return Leaf(self.name, "between", self._bounds(start, end), size=_known(start, end))
        one = self._one(value)
        return Leaf(self.name, SAME_DAY.get(op, op), (self._keep(one),), folded=self._folded(op, (one,)))

    def _keep(self, value: Any) -> str:
        return self.reading.keep(value)

    def _bounds(self, start: Any, end: Any) -> tuple[str, ...]:
        return tuple(self._keep(v) for v in (start, end) if v is not None)

    def _bad(self) -> Rejected:
        words: Words = self.shape.label or {"zh": self.name, "en": self.name}
        return Rejected(BAD_VALUE.at(self.path, field=words))

    def _one(self, value: object) -> Any:
        read = value
        if self.shape.value_type == "choice":
            # An option that was removed since must still be findable in old records.
            read = VALUE_TYPES.get("text").parse(value, {}, self.path)
        else:
            read = self.shape.type.parse(value, self.shape.config, self.path)
        if read is None:
            raise self._bad()
        if self.shape.sensitive:
            if self.mark is None:
                raise self._bad()
            return self.mark(self.shape.type.to_text(read, self.shape.config))
        return read

    def _list(self, op: str, value: object) -> Leaf:
        if not isinstance(value, list | tuple) or not value or len(value) > MOST_VALUES:
            raise self._bad()
        if self.shape.value_type in ("choices", "references", "persons"):
            read = [VALUE_TYPES.get("text").parse(one, {}, self.path) for one in value]
        else:
            read = [self._one(one) for one in value]
        if any(one is None for one in read):
            raise self._bad()
        unique = tuple(dict.fromkeys(read))
        is_text = self.shape.value_type in TEXT_LIKE and not self.shape.sensitive
        folded = self._folded(op, unique)
        if is_text and op in ("in", "not_in", "has_any", "has_none", "first", "subtree") and len(unique) > 1:
            return Leaf(self.name, op, (self._keep(unique),), size=-1, folded=folded)
        return Leaf(self.name, op, tuple(self._keep(one) for one in unique), size=len(unique), folded=folded)

    def _folded(self, op: str, texts: tuple[Any, ...]) -> str:
        if op not in ("eq", "in") or "u" not in shadows(self.shape):
            return ""
        return self._keep(tuple(dict.fromkeys(fold(text) for text in texts)))

    def _subtree(self, value: object) -> Leaf:
        given = value if isinstance(value, list | tuple) else [value]
        if self.shape.value_type == "choices":
            # A path down a tree of options names everything that it stands below.
            return self._list("has_any", given)
        if self.shape.value_type != "structured":
            return self._list("subtree", given)
        codes = [one for one in given if isinstance(one, str) and CODE.fullmatch(one)]
        if not codes or len(codes) != len(given) or len(codes) > MOST_CODES:
            raise self._bad()
        # The code of a division begins with that of what it lies in.
        return Leaf(
            self.name,
            "subtree",
            tuple(self._keep(f"{one}%") for one in dict.fromkeys(codes)),
            size=len(set(codes)),
        )

    def _age(self, value: object) -> Leaf:
        """Compare whole years of life as of today: bounds of the birthday."""
        if not isinstance(value, Mapping):
            raise self._bad()
        op = value.get("op")
        if op == "between":
            least, most = self._ends({k: v for k, v in value.items() if k != "op"}, self._years)
        elif op in ("eq", "ne", "gt", "ge", "lt", "le") and not set(value) - {"op", "value"}:
            years = self._years(value.get("value"))
            least = {"eq": years, "ne": years, "ge": years, "gt": years + 1}.get(op)
            most = {"eq": years, "ne": years, "le": years, "lt": years - 1}.get(op)
        else:
            raise self._bad()
        if most is not None and most < 0:
            # Nobody is younger than not born: a day after every one there is.
            return Leaf(self.name, "gt", (self._keep(date.max),))
        latest = None if least is None else years_before(self.reading.today, least)
        earliest = (
            date.min if most is None else years_before(self.reading.today, most + 1) + timedelta(days=1)
        )
        # Whoever is not born yet has no age.
        end = min(self.reading.today, latest or self.reading.today) + timedelta(days=1)
        names = (self._keep(earliest), self._keep(end))
        return Leaf(self.name, "not_span" if op == "ne" else "span", names, size=3)

    def _years(self, value: object) -> int:
        years = VALUE_TYPES.get("integer").parse(value, {}, self.path)
        if years is None or not 0 <= years <= MOST_YEARS:
            raise self._bad()
        return int(years)

    def _covers(self, value: object) -> Leaf:
        start, end = self._ends(value, self._point)
        start, end = start or end, end or start
        last = end[1] - timedelta(days=1) if self.shape.value_type == "date_range" else end[1]
        return Leaf(self.name, "covers", self._edges((start[0], last)))

    def _count(self, value: object) -> Leaf:
        if not isinstance(value, Mapping) or value.get("op") not in ("eq", "ne", "gt", "ge", "lt", "le"):
            raise self._bad()
        number = VALUE_TYPES.get("integer").parse(value.get("value"), {}, self.path)
        if number is None:
            raise self._bad()
        return Leaf(self.name, f"count_{value['op']}", (self._keep(number),))

    def _within(self, value: object) -> Leaf:
        try:
            if not isinstance(value, Mapping):
                raise self._bad()
            lng, lat, km = (float(Decimal(str(value[key]))) for key in ("lng", "lat", "km"))
        except (KeyError, ValueError, ArithmeticError) as error:
            raise self._bad() from error
        if not (-180 <= lng <= 180 and -90 <= lat <= 90 and 0 < km <= 1000):
            raise self._bad()
        # Flat-earth distance: exact to a fraction of a percent at the size of a city.
        per_degree = 111.32
        parts = (lng, lat, cos(radians(lat)) ** 2, (km / per_degree) ** 2)
        return Leaf(self.name, "within", tuple(self._keep(part) for part in parts))

    def _like(self, op: str, value: object) -> Leaf:
        text = VALUE_TYPES.get("text").parse(value, {}, self.path)
        if text is None:
            raise self._bad()
        escaped = like_literal(fold(text))
        before, after = "" if op == "starts" else "%", "" if op == "ends" else "%"
        kind = {"starts": "contains", "ends": "contains"}.get(op, op)
        return Leaf(
            self.name, kind, (self._keep(f"{before}{escaped}{after}"),), size=1 if op == "starts" else 0
        )

    def _period(self, value: object) -> tuple[date | None, date | None]:
        found = period(value, self.reading.today)
        if found is None:
            raise self._bad()
        return found

    def _anniversary(self, value: object) -> Leaf:
        if isinstance(value, Mapping) and "period" in value:
            first, end = self._period(value)
        else:
            days = value.get("days") if isinstance(value, Mapping) else None
            if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 366:
                raise self._bad()
            first = self.reading.today
            end = first + timedelta(days=days + 1)
        if first is None or end is None or not 0 < (end - first).days <= 367:
            raise self._bad()
        wanted = anniversary_days(first, (end - first).days - 1)
        return Leaf(self.name, "anniversary", (self._keep(wanted),), size=-1)

    def _ends(self, value: object, one: Callable[[object], Any]) -> tuple[Any, Any]:
        if not isinstance(value, Mapping) or set(value) - {"from", "to"}:
            raise self._bad()
        start, end = (None if value.get(k) in (None, "") else one(value[k]) for k in ("from", "to"))
        if start is None and end is None:
            raise self._bad()
        return start, end

    def _stretch(self, op: str, value: object) -> Leaf:
        """Compare instants and ranges: a day stands for all of it, from midnight to midnight in the asker's zone."""
        if op == "relative":
            now = (
                {"past": "lt", "future": "ge"}.get(str(value.get("period")))
                if isinstance(value, Mapping)
                else None
            )
            if now is not None and self.shape.value_type != "date_range":
                return Leaf(self.name, now, self._edges((self.reading.now,)))
            return self._span(self._period(value))
        if op in ("between", "overlaps"):
            start, end = self._ends(value, self._point)
            return self._span((start and start[0], end and end[1]))
        start, end = self._point(value)
        if op in ("on", "eq"):
            return self._span((start, end))
        if op == "ne":
            return Leaf(self.name, "not_span", self._edges((start, end)))
        if op in ("before", "lt", "after", "ge"):
            edge = end if op == "after" else start
            kind = "lt" if op in ("before", "lt") else "ge"
        else:
            edge, kind = end, "ge" if op == "gt" else "lt"
        return Leaf(self.name, kind, self._edges((edge,)))

    def _point(self, value: object) -> tuple[Any, Any]:
        """Return where a day or an instant begins, and where what comes after it begins."""
        if isinstance(value, str) and len(value) == 10:
            day = VALUE_TYPES.get("date").parse(value, {}, self.path)
            return day, day + timedelta(days=1)
        if self.shape.value_type == "date_range":
            raise self._bad()
        instant = VALUE_TYPES.get("datetime").parse(value, {}, self.path)
        if instant is None:
            raise self._bad()
        return instant, instant + timedelta(microseconds=1)

    def _span(self, edges: tuple[Any, Any]) -> Leaf:
        known = tuple(edge for edge in edges if edge is not None)
        return Leaf(self.name, "span", self._edges(known), size=_known(*edges))

    def _edges(self, edges: tuple[Any, ...]) -> tuple[str, ...]:
        days = self.shape.value_type in ("date", "date_range")
        made = []
        for edge in edges:
            is_day = isinstance(edge, date) and not isinstance(edge, datetime)
            made.append(self._keep(self.reading.start_of(edge) if is_day and not days else edge))
        return tuple(made)


def years_before(day: date, years: int) -> date:
    """Return the same day so many years ago; of 29 February, where there is none, the day before 1 March."""
    year = day.year - years
    if year < date.min.year:
        return date.min
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _known(start: Any, end: Any) -> int:
    return (1 if start is not None else 0) + (2 if end is not None else 0)


def like_literal(text: str) -> str:
    r"""Return `text` for a LIKE pattern with escape `\`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
