"""Every value type: what it takes, what it refuses, and that both databases give back exactly what was stored."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select, text
from sqlalchemy.engine import Connection

from engine.problems import Rejected
from engine.value_type import VALUE_TYPES, Range

words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=40)
ids = st.text("abcdef0123456789-", min_size=1, max_size=36)
days = st.dates()
instants = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.just(UTC))
leaves = st.none() | st.booleans() | words | st.integers(-(2**53) + 1, 2**53 - 1)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


def ranges(ends: Any) -> Any:
    return st.tuples(ends, ends).map(lambda pair: Range(*sorted(pair)))


def decimals(scale: int) -> Any:
    return st.integers(-(10 ** (scale + 9)), 10 ** (scale + 9)).map(lambda n: Decimal(n).scaleb(-scale))


OPTIONS = {
    "options": [
        {"key": "a", "label": {"zh": "甲"}},
        {"key": "b", "label": {"zh": "乙"}},
        {"key": "c;d", "label": {"zh": "丙;丁"}},
    ]
}
VALUES: dict[str, tuple[dict[str, Any], Any]] = {
    "text": ({}, words),
    "integer": ({}, st.integers(-(2**53) + 1, 2**53 - 1)),
    "decimal": ({"scale": 3}, decimals(3)),
    "money": ({}, decimals(2)),
    "boolean": ({}, st.booleans()),
    "date": ({}, days),
    "datetime": ({}, instants),
    "time": ({}, st.times()),
    "date_range": ({}, ranges(days)),
    "time_range": ({}, ranges(instants)),
    "choice": (OPTIONS, st.sampled_from(["a", "b", "c;d"])),
    "choices": (OPTIONS, st.permutations(["a", "b", "c;d"]).map(tuple)),
    "reference": ({"to": "customer"}, ids),
    "references": ({"to": "customer"}, st.lists(ids, min_size=1, max_size=4, unique=True).map(tuple)),
    "person": ({}, ids),
    "persons": ({}, st.lists(ids, min_size=1, max_size=4, unique=True).map(tuple)),
    "files": ({}, st.lists(st.fixed_dictionaries({"id": ids, "name": words, "size": st.integers(0, 10**9)}), min_size=1, max_size=3).map(tuple)),
    "geo": ({}, st.fixed_dictionaries({"lng": st.integers(-1800, 1800).map(lambda n: n / 10), "lat": st.integers(-900, 900).map(lambda n: n / 10)})),
    "structured": ({}, st.dictionaries(words, trees, min_size=1, max_size=3)),
}  # fmt: skip
META = MetaData()
TABLES = {
    kind: Table(
        f"h1_{kind}",
        META,
        Column("id", Integer, primary_key=True),
        Column("v", VALUE_TYPES.get(kind).column(config)),
    )
    for kind, (config, _) in VALUES.items()
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    engine = create_engine(url)
    with engine.connect() as open_one:
        META.create_all(open_one)
        yield open_one
        open_one.rollback()
    engine.dispose()


def test_every_type_is_tested() -> None:
    assert set(VALUE_TYPES.all()) - set(VALUES) == {"rows"}


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_stored_comes_back(kind: str, connection: Connection, data: st.DataObject) -> None:
    config, values = VALUES[kind]
    value, value_type, table = data.draw(values), VALUE_TYPES.get(kind), TABLES[kind]
    connection.execute(table.delete())
    connection.execute(insert(table), [{"id": 1, "v": value}, {"id": 2, "v": None}])
    assert connection.execute(select(table.c.v).order_by(table.c.id)).scalars().all() == [value, None]
    dialect = connection.dialect.name
    raw = connection.execute(text(f"SELECT v FROM h1_{kind} WHERE id = 1")).scalar()
    read, as_json = value_type.reader(dialect, config), value_type.json_reader(dialect, config)
    assert (read(raw) if read else raw) == value
    assert (as_json(raw) if as_json else raw) == value_type.to_json(value, config)


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_json_and_text_forms_round_trip(kind: str, data: st.DataObject) -> None:
    config, values = VALUES[kind]
    value, value_type = data.draw(values), VALUE_TYPES.get(kind)
    assert value_type.parse(json.loads(json.dumps(value_type.to_json(value, config))), config, "") == value
    if kind in ("time_range",) and value.start.second:
        return
    assert value_type.from_text(value_type.to_text(value, config), config, "") == value


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("text", 5, "value.wrong_type"), ("text", "a\0b", "value.nul"), ("text", "x" * 1_000_001, "value.too_long"), ("text", "\ud800", "value.broken_text"),
        ("integer", 1.5, "value.not_whole"), ("integer", True, "value.wrong_type"), ("integer", 10**30, "value.number_too_large"),
        ("integer", 10**4000, "value.number_too_large"), ("integer", "1e999", "value.number_too_large"), ("integer", float("nan"), "value.not_a_number"),
        ("decimal", float("inf"), "value.not_a_number"), ("decimal", "1e400", "value.number_too_large"), ("decimal", "NaN", "value.not_a_number"),
        ("decimal", "9" * 500, "value.not_a_number"), ("decimal", [], "value.wrong_type"), ("money", "10000000000000", "value.number_too_large"),
        ("money", "12,3", "value.not_a_number"), ("boolean", "yes", "value.wrong_type"), ("boolean", 1, "value.wrong_type"),
        ("date", "2026-02-30", "value.not_a_date"), ("date", "2026-3-1", "value.not_a_date"), ("date", 20260301, "value.wrong_type"),
        ("date", "2026-03-01T00:00:00Z", "value.not_a_date"), ("datetime", "2026-03-01T09:00", "value.no_zone"), ("datetime", "2026-03-01", "value.not_a_datetime"),
        ("datetime", "2026-13-01T09:00:00Z", "value.not_a_datetime"), ("datetime", "0001-01-01T00:00:00+08:00", "value.not_a_datetime"),
        ("time", "24:00", "value.not_a_time"), ("time", "9h", "value.not_a_time"), ("choice", "z", "value.not_an_option"), ("choices", ["a", "z"], "value.not_an_option"),
        ("choices", ["a", "a"], "value.twice"), ("choices", "a", "value.wrong_type"), ("choices", ["a"] * 2000, "value.too_long"), ("reference", 7, "value.wrong_type"),
        ("reference", "x" * 100, "value.too_long"), ("references", [1], "value.wrong_type"), ("date_range", {"from": "2026-03-02", "to": "2026-03-01"}, "value.range_backwards"),
        ("date_range", {"from": "2026-03-02", "till": None}, "value.unknown_part"), ("date_range", [], "value.wrong_type"), ("geo", {"lng": 181, "lat": 0}, "value.off_the_map"),
        ("geo", {"lng": 1}, "value.wrong_type"), ("files", [{"name": "x"}], "value.wrong_type"), ("files", [{"id": "f", "name": "\0"}], "value.nul"),
        ("structured", {"a": float("inf")}, "value.not_a_number"), ("structured", {"a": ["\0"]}, "value.nul"), ("structured", {"a": 2**60}, "value.number_too_large"),
        ("structured", {"a": ["x" * 600_000, "y" * 600_000]}, "value.too_long"), ("rows", [1], "value.wrong_type"), ("rows", {}, "value.wrong_type"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_both_languages(kind: str, raw: Any, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        VALUE_TYPES.get(kind).parse(raw, VALUES.get(kind, ({}, None))[0], "/values/x")
    problem = caught.value.problems[0]
    assert problem.code == code
    assert problem.path.startswith("/values/x")
    assert problem.message("zh") != problem.message("en")
    assert problem.hint("zh")


def test_deep_json_is_refused_without_recursion() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Rejected, match=r"value\.too_deep"):
        VALUE_TYPES.get("structured").parse(deep, {}, "")


@pytest.mark.parametrize("kind", [*VALUES, "rows"])
def test_blanks_are_none(kind: str) -> None:
    assert VALUE_TYPES.get(kind).parse(None, {}, "") is None
    assert VALUE_TYPES.get(kind).parse("", {}, "") is None


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("money", "￥1,200.5", Decimal("1200.50")), ("money", "１２．５", Decimal("12.50")), ("money", "2.345元", Decimal("2.35")),
        ("date", "2026/3/1", date(2026, 3, 1)), ("date", "2026年3月1日", date(2026, 3, 1)), ("boolean", "是", True), ("boolean", "N", False),
        ("datetime", "2026/3/1 9:30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC)), ("time", "9:05", time(9, 5)), ("choice", "甲", "a"),
        ("choices", "甲；b", ("a", "b")), ("geo", "120.15，30.28", {"lng": 120.15, "lat": 30.28}),
        ("date_range", "2026-03-01/2026-03-05", Range(date(2026, 3, 1), date(2026, 3, 5))), ("date_range", "2026-03-01/", Range(date(2026, 3, 1), None)),
    ],
)  # fmt: skip
def test_text_is_read_as_people_type_it(kind: str, typed: str, value: Any) -> None:
    assert VALUE_TYPES.get(kind).from_text(typed, VALUES[kind][0], "") == value


def test_money_rounds_half_away_and_sums_exactly(connection: Connection) -> None:
    money, table = VALUE_TYPES.get("money"), TABLES["money"]
    assert money.parse("2.345", {}, "") == Decimal("2.35")
    assert money.parse("-2.345", {}, "") == Decimal("-2.35")
    connection.execute(table.delete())
    connection.execute(insert(table), [{"id": n, "v": Decimal("0.10")} for n in range(10)])
    assert connection.execute(select(func.sum(table.c.v))).scalar() == Decimal("1.00")


def test_instants_and_days_sort_as_they_should(connection: Connection) -> None:
    for kind, values in {
        "datetime": [
            datetime(9, 1, 1, tzinfo=UTC),
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1),
        ],
        "date": [date(9, 1, 1), date(999, 1, 1), date(2026, 1, 1)],
    }.items():
        table = TABLES[kind]
        connection.execute(table.delete())
        connection.execute(insert(table), [{"id": 9 - n, "v": value} for n, value in enumerate(values)])
        assert connection.execute(select(table.c.v).order_by(table.c.v)).scalars().all() == values


@given(
    st.lists(
        st.text("ab;；\n\\ ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=4, unique=True
    )
)
def test_what_parts_items_may_stand_inside_them(items: list[str]) -> None:
    kind = VALUE_TYPES.get("references")
    assert kind.from_text(kind.to_text(tuple(items), {}), {}, "") == tuple(items)
