"""Operators of the filter panel that know more than columns: the same records on both databases, counted by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from engine.access.filters import years_before
from engine.access.query import RecordQuery
from engine.definitions.shape import ItemShape
from engine.expressions.types import Range
from engine.problems import Rejected
from tests.access.clinic import Clinic, field, form, names, opened, shapes, someone

PLACE = {"item_columns": (ItemShape("code", "text"),), "items": lambda value: [(value.get("code"),)]}
FORMS = shapes(
    form("place", field("name"), field("parent_id", "reference", to="place"), title="{name}"),
    form(
        "visit",
        field("name"),
        field("born", "date"),
        field("at", "datetime"),
        field("hour", "time"),
        field("count", "integer"),
        field("size", "decimal", scale=1),
        field("paid", "money"),
        field("leave", "date_range"),
        field("shift", "time_range"),
        field("wishes", "choices", options=[]),
        field("way", "choices", options=[]),
        field("place_id", "reference", to="place", tree="parent_id"),
        field("places", "references", to="place", tree="parent_id"),
        field("flat_id", "reference", to="place"),
        field("address", "structured", **PLACE),
        field("friend_id", "reference", to="visit"),
        title="{name}",
    ),
)  # fmt: skip
ALL = {"grants": {"*": {"view": "all"}}}
BLIND = {"grants": {"*": {"view": "all"}, "place": {"view": "all", "fields": {"parent_id": "none"}}}}
NO_PLACES = {"grants": {"visit": {"view": "all"}}}


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def clinic(connection: Connection) -> Clinic:
    return Clinic(connection, FORMS)


def seen(clinic: Clinic, key: str, op: str, value: Any = None, role: Any = ALL) -> set[str]:
    gate = clinic.gate(clinic.policy(boss=role), someone("boss"))
    where = {"op": "and", "items": [{"field": key, "op": op, "value": value}]}
    query = RecordQuery("visit", ("name",), where=where)
    found = names(gate.page(query).records)
    assert gate.count(query)[0] == len(found)
    return set(found)


class TestRanges:
    @pytest.fixture(autouse=True)
    def leaves(self, clinic: Clinic) -> None:
        march = Range(date(2026, 3, 1), date(2026, 3, 5))
        clinic.add("visit", name="1-5", leave=march)
        clinic.add("visit", name="5-9", leave=Range(date(2026, 3, 5), date(2026, 3, 9)))
        clinic.add("visit", name="7-", leave=Range(date(2026, 3, 7), None))
        clinic.add("visit", name="-2", leave=Range(None, date(2026, 3, 2)))
        clinic.add("visit", name="none")

    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            ("2026-03-03", "2026-03-04", {"1-5"}),
            ("2026-03-05", "2026-03-05", {"1-5", "5-9"}),
            ("2026-03-06", "2026-03-07", {"5-9", "7-"}),
            ("2026-03-02", "2026-03-20", {"1-5", "5-9", "7-", "-2"}),
            ("2026-02-01", "2026-02-28", {"-2"}),
            ("2026-03-10", None, {"7-"}),
            (None, "2026-02-01", {"-2"}),
        ],
    )
    def test_overlaps_is_to_share_a_day(self, clinic: Clinic, start: Any, end: Any, found: set[str]) -> None:
        assert seen(clinic, "leave", "overlaps", {"from": start, "to": end}) == found

    @pytest.mark.parametrize(
        ("start", "end", "found"),
        [
            ("2026-03-01", "2026-03-05", {"1-5"}),
            ("2026-03-01", "2026-03-06", set()),
            ("2026-03-05", "2026-03-05", {"1-5", "5-9"}),
            ("2026-03-05", None, {"1-5", "5-9"}),
            ("2026-03-08", "2026-03-30", {"7-"}),
            ("2020-01-01", "2026-03-02", {"-2"}),
        ],
    )
    def test_covers_is_to_hold_all_of_it(self, clinic: Clinic, start: Any, end: Any, found: set[str]) -> None:
        assert seen(clinic, "leave", "covers", {"from": start, "to": end}) == found

    def test_shifts_are_compared_to_the_minute(self, clinic: Clinic) -> None:
        at = datetime(2026, 3, 5, 1, tzinfo=UTC)
        clinic.add("visit", name="9-12", shift=Range(at, at + timedelta(hours=3)))
        clinic.add("visit", name="13-", shift=Range(at + timedelta(hours=4), None))

        def span(start: str, end: str) -> dict[str, str]:
            return {"from": f"2026-03-05T{start}:00+08:00", "to": f"2026-03-05T{end}:00+08:00"}

        assert seen(clinic, "shift", "overlaps", span("11:59", "12:30")) == {"9-12"}
        assert seen(clinic, "shift", "overlaps", span("12:30", "13:30")) == {"13-"}
        assert seen(clinic, "shift", "covers", span("09:00", "11:00")) == {"9-12"}
        assert seen(clinic, "shift", "covers", span("08:59", "11:00")) == set()
        assert seen(clinic, "shift", "overlaps", {"from": "2026-03-05", "to": "2026-03-05"}) == {
            "9-12",
            "13-",
        }

    @pytest.mark.parametrize("value", [None, {}, {"from": ""}, "2026-03-05", {"from": "soon"}, {"start": 1}])
    @pytest.mark.parametrize("op", ["overlaps", "covers"])
    def test_nonsense_is_refused(self, clinic: Clinic, op: str, value: Any) -> None:
        with pytest.raises(Rejected):
            seen(clinic, "leave", op, value)


class TestOneEnd:
    """A range with one end has no limit at the other: days, instants, minutes, numbers, money and stretches alike."""

    @pytest.fixture(autouse=True)
    def three(self, clinic: Clinic) -> None:
        for at in (1, 2, 3):
            noon = datetime(2026, 3, at, 4, tzinfo=UTC)
            clinic.add(
                "visit", name=str(at), born=date(2026, 3, at), at=noon, hour=time(8 + at), count=at,
                size=Decimal(f"{at}.5"), paid=Decimal(f"{at}00.00"), leave=Range(noon.date(), noon.date()),
            )  # fmt: skip
        clinic.add("visit", name="blank")

    @pytest.mark.parametrize(
        ("key", "op", "end"),
        [
            ("born", "between", "2026-03-02"),
            ("at", "between", "2026-03-02"),
            ("at", "between", "2026-03-02T12:00:00+08:00"),
            ("hour", "between", "10:00"),
            ("count", "between", 2),
            ("size", "between", "2.5"),
            ("paid", "between", "200.00"),
            ("leave", "overlaps", "2026-03-02"),
        ],
    )
    @pytest.mark.parametrize("open_end", [{}, {"null": None}, {"null": ""}])
    def test_it_is_open_at_the_other(
        self, clinic: Clinic, key: str, op: str, end: Any, open_end: dict[str, Any]
    ) -> None:
        def ended(known: str, other: str) -> dict[str, Any]:
            return {known: end, **({other: open_end["null"]} if open_end else {})}

        assert seen(clinic, key, op, ended("from", "to")) == {"2", "3"}
        assert seen(clinic, key, op, ended("to", "from")) == {"1", "2"}


class TestAges:
    """Today is 5 March 2026."""

    @pytest.fixture(autouse=True)
    def people(self, clinic: Clinic) -> None:
        for name, born in (
            ("30 today", date(1996, 3, 5)),
            ("29 till tomorrow", date(1996, 3, 6)),
            ("31", date(1995, 1, 1)),
            ("0", date(2026, 3, 5)),
            ("to come", date(2026, 3, 6)),
            ("2 (leap day)", date(2024, 2, 29)),
        ):
            clinic.add("visit", name=name, born=born)
        clinic.add("visit", name="none")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"op": "eq", "value": 30}, {"30 today"}),
            ({"op": "ge", "value": 30}, {"30 today", "31"}),
            ({"op": "gt", "value": 30}, {"31"}),
            ({"op": "lt", "value": 30}, {"29 till tomorrow", "0", "2 (leap day)"}),
            ({"op": "le", "value": 2}, {"0", "2 (leap day)"}),
            ({"op": "lt", "value": 0}, set()),
            ({"op": "eq", "value": 0}, {"0"}),
            ({"op": "ne", "value": 30}, {"29 till tomorrow", "31", "0", "to come", "2 (leap day)", "none"}),
            ({"op": "between", "from": 2, "to": 29}, {"29 till tomorrow", "2 (leap day)"}),
            ({"op": "between", "from": 30}, {"30 today", "31"}),
            ({"op": "between", "from": None, "to": 2}, {"0", "2 (leap day)"}),
            ({"op": "between", "from": 9, "to": 3}, set()),
        ],
    )
    def test_years_are_whole_years_of_life(self, clinic: Clinic, asked: Any, found: set[str]) -> None:
        assert seen(clinic, "born", "age", asked) == found

    @pytest.mark.parametrize(
        "value", [None, 30, {"op": "eq"}, {"op": "eq", "value": -1}, {"op": "is", "value": 3}, {"op": "ge", "value": 1, "x": 2},
                  {"op": "between"}, {"op": "eq", "value": 10**9}]
    )  # fmt: skip
    def test_nonsense_is_refused(self, clinic: Clinic, value: Any) -> None:
        with pytest.raises(Rejected):
            seen(clinic, "born", "age", value)


@given(
    born=st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    today=st.dates(date(1990, 1, 1), date(2040, 1, 1)),
    n=st.integers(0, 120),
)
def test_a_bound_of_an_age_is_the_same_as_counting_years(born: date, today: date, n: int) -> None:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    assert (age >= n) == (born <= years_before(today, n))


class TestFirst:
    @pytest.fixture(autouse=True)
    def wishes(self, clinic: Clinic) -> None:
        clinic.add("visit", name="ab", wishes=("a", "b"), way=("zz", "zzg"))
        clinic.add("visit", name="ba", wishes=("b", "a"), way=("zz",))
        clinic.add("visit", name="c", wishes=("c",), way=("mg", "zz"))
        clinic.add("visit", name="none")

    def test_first_is_the_first_only(self, clinic: Clinic) -> None:
        assert seen(clinic, "wishes", "first", ["a"]) == {"ab"}
        assert seen(clinic, "wishes", "first", ["a", "c"]) == {"ab", "c"}
        assert seen(clinic, "wishes", "first", ["d"]) == set()

    def test_a_path_of_options_stands_below_each_of_its_steps(self, clinic: Clinic) -> None:
        assert seen(clinic, "way", "subtree", ["zzg"]) == {"ab"}
        assert seen(clinic, "way", "subtree", ["zz"]) == {"ab", "ba", "c"}
        assert seen(clinic, "way", "subtree", "mg") == {"c"}


class TestTrees:
    @pytest.fixture(autouse=True)
    def ids(self, clinic: Clinic) -> dict[str, str]:
        ids: dict[str, str] = {}
        for name, above in (
            ("cn", None),
            ("zj", "cn"),
            ("hz", "zj"),
            ("xh", "hz"),
            ("js", "cn"),
            ("us", None),
        ):
            ids[name] = clinic.add("place", name=name, parent_id=ids.get(above or ""))
        for name in ("zj", "hz", "xh", "js", "us"):
            clinic.add("visit", name=name, place_id=ids[name], flat_id=ids[name])
        clinic.add("visit", name="two", places=(ids["us"], ids["xh"]))
        clinic.add("visit", name="none")
        return ids

    def test_everything_below_counts_and_the_record_itself(self, clinic: Clinic, ids: dict[str, str]) -> None:
        assert seen(clinic, "place_id", "subtree", [ids["hz"]]) == {"hz", "xh"}
        assert seen(clinic, "place_id", "subtree", ids["cn"]) == {"zj", "hz", "xh", "js"}
        assert seen(clinic, "place_id", "subtree", [ids["hz"], ids["us"]]) == {"hz", "xh", "us"}
        assert seen(clinic, "places", "subtree", [ids["zj"]]) == {"two"}
        assert seen(clinic, "places", "subtree", [ids["js"]]) == set()

    def test_two_trees_are_asked_in_one_question(self, clinic: Clinic, ids: dict[str, str]) -> None:
        gate = clinic.gate(clinic.policy(boss=ALL), someone("boss"))
        both = [{"field": "place_id", "op": "subtree", "value": [ids[name]]} for name in ("cn", "hz")]
        found = gate.page(RecordQuery("visit", ("name",), where={"op": "and", "items": both})).records
        assert set(names(found)) == {"hz", "xh"}

    def test_a_ring_ends(self, clinic: Clinic) -> None:
        first = clinic.add("place", name="first")
        second = clinic.add("place", name="second", parent_id=first)
        table = clinic.tables["place"].table
        clinic.connection.execute(table.update().where(table.c.id == first).values(parent_id=second))
        clinic.add("visit", name="ring", place_id=first)
        assert seen(clinic, "place_id", "subtree", [second]) == {"ring"}

    def test_only_trees_have_something_below(self, clinic: Clinic, ids: dict[str, str]) -> None:
        with pytest.raises(Rejected) as refused:
            seen(clinic, "flat_id", "subtree", [ids["hz"]])
        assert [p.code for p in refused.value.problems] == ["filter.bad_operator"]

    @pytest.mark.parametrize("role", [BLIND, NO_PLACES])
    def test_nobody_asks_by_a_tree_he_may_not_see(
        self, clinic: Clinic, ids: dict[str, str], role: Any
    ) -> None:
        with pytest.raises(Rejected):
            seen(clinic, "place_id", "subtree", [ids["hz"]], role)


class TestAddresses:
    @pytest.fixture(autouse=True)
    def homes(self, clinic: Clinic) -> None:
        for name, code in (("西湖", "330106"), ("杭州", "3301"), ("宁波", "3302"), ("上海", "31")):
            clinic.add("visit", name=name, address={"code": code})
        friend = clinic.add("visit", name="friend", address={"code": "330106", "detail": "x"})
        clinic.add("visit", name="with friend", friend_id=friend, address={"detail": "33"})
        clinic.add("visit", name="none")

    def test_a_division_holds_what_lies_in_it(self, clinic: Clinic) -> None:
        assert seen(clinic, "address", "subtree", ["3301"]) == {"西湖", "杭州", "friend"}
        assert seen(clinic, "address", "subtree", "33") == {"西湖", "杭州", "宁波", "friend"}
        assert seen(clinic, "address", "subtree", ["3302", "31"]) == {"宁波", "上海"}

    def test_also_behind_a_link(self, clinic: Clinic) -> None:
        assert seen(clinic, "friend_id.address", "subtree", ["33"]) == {"with friend"}

    @pytest.mark.parametrize("value", [None, [], ["3"], ["%"], ["33%"], [33], ["33", ""]])
    def test_nonsense_is_refused(self, clinic: Clinic, value: Any) -> None:
        with pytest.raises(Rejected):
            seen(clinic, "address", "subtree", value)
