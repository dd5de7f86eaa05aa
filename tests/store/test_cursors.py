"""The cursor of a unit: what goes straight to libpq gives what psycopg gives."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.store import Cause, Workspace
from tests.installations import clinic, installation, pg_database

__all__ = ["clinic", "installation", "pg_database"]
ASK = (
    "SELECT %s::VARCHAR AS a, %s::INTEGER AS b, %s::NUMERIC AS c, %s::DATE AS d, %s::TIMESTAMP WITH TIME ZONE AS e,"
    " %s::BOOLEAN AS f, %s::TEXT[] AS g, 5 %% 3 AS h"
)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
ROW = st.tuples(
    st.none() | TEXT,
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.none() | st.dates(),
    st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.none() | st.booleans(),
    st.none() | st.lists(TEXT, max_size=4),
)


@pytest.fixture
def postgres(clinic: Workspace) -> Workspace:
    if clinic.dialect == "sqlite":
        pytest.skip("SQLite has a cursor of its own")
    return clinic


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=ROW)
def test_every_value_comes_back_as_psycopg_gives_it(postgres: Workspace, row: tuple[Any, ...]):
    with postgres.write(Cause("system")) as unit:
        straight = unit.cursor.execute(ASK, row).fetchall()
        assert straight == unit.driver.cursor().execute(ASK, row).fetchall()
        assert straight[0][7] == 2


def test_named_values_may_stand_twice(postgres: Workspace):
    with postgres.write(Cause("system")) as unit:
        unit.cursor.execute("SELECT %(a)s::VARCHAR, %(b)s::INTEGER, %(a)s::VARCHAR", {"a": "x", "b": 2})
        assert unit.cursor.fetchone() == ("x", 2, "x")
        assert unit.cursor.fetchone() is None


def test_a_value_named_twice_is_one_parameter(postgres: Workspace):
    """Else what is grouped by were not what is selected."""
    text = (
        "SELECT coalesce(scope, %(a)s::VARCHAR) || %(b)s::VARCHAR, count(*) FROM cc_counters"
        " GROUP BY coalesce(scope, %(a)s::VARCHAR) || %(b)s::VARCHAR"
    )
    with postgres.write(Cause("system")) as unit:
        given = {"b": "y", "a": "x"}
        straight = unit.cursor.execute(text, given).fetchall()
        assert straight == unit.driver.cursor().execute(text, given).fetchall()


def test_a_statement_with_places_for_values_and_none_says_its_percent_sign_once(postgres: Workspace):
    with postgres.write(Cause("system")) as unit:
        for none in ((), {}):
            assert unit.cursor.execute("SELECT 5 %% 3", none).fetchone() == (2,)
        assert unit.cursor.execute("SELECT 5 % 3").fetchone() == (2,)


def test_what_does_not_say_its_type_is_left_to_psycopg(postgres: Workspace):
    with postgres.write(Cause("system")) as unit:
        assert unit.cursor.execute("SELECT %s, %s", (5, Decimal("1.5"))).fetchall() == [(5, Decimal("1.5"))]
        assert unit.cursor.execute("SELECT %s::DATE", (date(2026, 3, 5),)).rowcount == 1


def test_rows_are_counted_and_given_one_after_another(postgres: Workspace):
    with postgres.write(Cause("system")) as unit:
        unit.cursor.executemany(
            "INSERT INTO cc_meta (key, value) VALUES (%s, %s)", [("k1", "a"), ("k2", "b")]
        )
        unit.cursor.execute("UPDATE cc_meta SET value = %s WHERE key LIKE %s", ("c", "k_"))
        assert unit.cursor.rowcount == 2
        unit.cursor.execute("SELECT key FROM cc_meta WHERE value = %s ORDER BY key LIMIT %s", ("c", 5))
        assert (unit.cursor.fetchone(), unit.cursor.fetchall(), unit.cursor.fetchall()) == (
            ("k1",),
            [("k2",)],
            [],
        )


def test_what_is_wrong_is_told_as_psycopg_tells_it(postgres: Workspace):
    with pytest.raises(psycopg.errors.UniqueViolation) as told, postgres.write(Cause("system")) as unit:
        for _ in range(2):
            unit.cursor.execute("INSERT INTO cc_meta (key, value) VALUES (%s, %s)", ("twice", "x"))
    assert told.value.diag.table_name == "cc_meta"


def test_blocks_inside_blocks_are_kept_or_taken_back_each_by_itself(clinic: Workspace):
    def put(unit: Any, key: str) -> None:
        unit.many(unit_text, [(key, "x")])

    with clinic.write(Cause("system")) as unit:
        mark = "?" if clinic.dialect == "sqlite" else "%s"
        unit_text = f"INSERT INTO cc_meta (key, value) VALUES ({mark}, {mark})"
        with unit.savepoint():
            for key in ("in1", "in2"):
                with unit.savepoint():
                    put(unit, key)
            put(unit, "out")
        with pytest.raises(ZeroDivisionError), unit.savepoint():
            with unit.savepoint():
                put(unit, "gone1")
            put(unit, "gone2")
            raise ZeroDivisionError
        with unit.savepoint():
            with pytest.raises(ZeroDivisionError), unit.savepoint():
                put(unit, "gone3")
                raise ZeroDivisionError
            put(unit, "last")
    with clinic.read() as unit:
        unit.cursor.execute("SELECT key FROM cc_meta WHERE value = 'x' ORDER BY key")
        assert [key for (key,) in unit.cursor.fetchall()] == ["in1", "in2", "last", "out"]


def test_what_is_written_late_goes_with_its_block_or_is_there_after_the_commit(clinic: Workspace):
    mark = "?" if clinic.dialect == "sqlite" else "%s"
    words = f"INSERT INTO cc_meta (key, value) VALUES ({mark}, {mark})"
    with clinic.write(Cause("system")) as unit:
        for at in range(5):
            unit.late(words, (f"many{at}", "late"))
        with pytest.raises(ZeroDivisionError), unit.savepoint():
            unit.late(words, ("gone", "late"))
            raise ZeroDivisionError
        with unit.savepoint():
            unit.late(words, ("kept", "late"))
        unit.late(f"DELETE FROM cc_meta WHERE key = {mark}", ("nobody",))
        unit.emit("x.happened", None, None, {})
        unit.cursor.execute("SELECT count(*) FROM cc_meta WHERE value = 'late'")
        assert unit.cursor.fetchone() == (0,)
    with pytest.raises(ZeroDivisionError), clinic.write(Cause("system")) as unit:
        unit.late(words, ("never", "late"))
        raise ZeroDivisionError
    with clinic.read() as unit:
        unit.cursor.execute("SELECT key FROM cc_meta WHERE value = 'late' ORDER BY key")
        assert [key for (key,) in unit.cursor.fetchall()] == ["kept", *(f"many{at}" for at in range(5))]
        unit.cursor.execute("SELECT kind FROM cc_events")
        assert unit.cursor.fetchall() == [("x.happened",)]


def test_many_different_statements_do_not_crowd_out_those_in_use(postgres: Workspace):
    with postgres.write(Cause("system")) as unit:
        for number in range(700):
            for _ in range(3 if number < 400 else 1):
                assert unit.cursor.execute(f"SELECT {number}, %s::VARCHAR", ("x",)).fetchone() == (
                    number,
                    "x",
                )
        ready = unit.driver.cursor().execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        assert 0 < ready[0] <= 301
